// Compiles native/cpu to dist/native/<platform>-<arch>/libsft_cpu.{so,dylib,dll} with the system's C++ compiler. Every file of kernels/
// is compiled once for each instruction set of this architecture; only what changed is compiled again. Uses nothing but Node.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const sources = path.join(root, 'native', 'cpu');

const COMMON = [
  '-O3',
  '-std=c++17',
  '-fno-math-errno',
  '-fno-trapping-math',
  '-ffp-contract=fast',
  '-fvisibility=hidden',
];
// GCC 12's own AVX-512 headers trip its check for uninitialised values; Clang does not know some of these options.
const WARNINGS = [
  '-Wall',
  '-Wextra',
  '-Wno-psabi',
  '-Wno-maybe-uninitialized',
  '-Wno-uninitialized',
  '-Wno-ignored-optimization-argument',
  '-Wno-unknown-warning-option',
];

/** The flags of each instruction set that the kernels are compiled for, by Node's name of the architecture. */
const ISA_FLAGS = {
  x64: {
    avx512: ['-mavx512f', '-mavx512bw', '-mavx512dq', '-mavx512vl', '-mfma', '-mf16c', '-mprefer-vector-width=512'],
    avx2: ['-mavx2', '-mfma', '-mf16c'],
    baseline: [],
  },
  // GCC's scheduling before register allocation, off on x86 anyway, spills the accumulators of the matrix product.
  arm64: { neon: ['-fno-schedule-insns'] },
};

const INSTALL = {
  linux: 'install one: apt-get install g++ (Debian, Ubuntu), dnf install gcc-c++ (Fedora), apk add g++ (Alpine)',
  darwin: 'install one: xcode-select --install',
  win32: 'install MinGW-w64 or LLVM (winget install LLVM.LLVM) so that g++ or clang++ is on PATH',
};

/** The compiler command: $CXX, or the first of c++, g++, clang++ that runs; undefined where there is none. */
export function findCompiler() {
  const candidates = process.env['CXX'] ? [process.env['CXX']] : ['c++', 'g++', 'clang++'];
  return candidates.find((command) => spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0);
}

/** What to tell a person whose system has no compiler. */
export function missingCompiler() {
  const named = process.env['CXX'];
  if (named) return `CXX=${named} does not run - unset it, or name a C++17 compiler that is installed`;
  return `no C++ compiler (c++, g++, clang++) on PATH - ${INSTALL[process.platform] ?? 'install g++ or clang++ with C++17'}`;
}

/** Flags for one file: `isa` is undefined for those compiled once. */
function flagsFor(isa, arch, platform) {
  const code = platform === 'win32' ? [] : ['-fPIC'];
  const set = isa === undefined ? [] : [`-DSFT_ISA=${isa}`, ...ISA_FLAGS[arch][isa]];
  return [...COMMON, ...WARNINGS, ...code, ...set];
}

function filesIn(folder, suffix) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(suffix))
    .sort()
    .map((name) => path.join(folder, name));
}

/** What has to be compiled: source, flags, and the object's path, whose name holds the hash of all that goes into it. */
function plan(compiler, target, objects) {
  const version = spawnSync(compiler[0], [...compiler.slice(1), '--version'], { encoding: 'utf8' }).stdout;
  const headers = [...filesIn(sources, '.h'), ...filesIn(path.join(sources, 'kernels'), '.h')];
  const base = createHash('sha256').update(compiler.join(' ')).update(version);
  for (const header of headers) base.update(path.basename(header)).update('\0').update(readFileSync(header));
  const unit = (source, isa) => {
    const flags = flagsFor(isa, target.arch, target.platform);
    const hash = base
      .copy()
      .update(flags.join(' '))
      .update('\0')
      .update(readFileSync(source))
      .digest('hex')
      .slice(0, 16);
    const name = [path.basename(source, '.cpp'), isa, hash].filter((part) => part !== undefined).join('.');
    return { source, flags, object: path.join(objects, `${name}.o`) };
  };
  const once = filesIn(sources, '.cpp').map((source) => unit(source, undefined));
  const perIsa = filesIn(path.join(sources, 'kernels'), '.cpp').flatMap((source) =>
    Object.keys(ISA_FLAGS[target.arch]).map((isa) => unit(source, isa)),
  );
  return [...perIsa, ...once];
}

function execute([command, ...first], args) {
  return new Promise((resolve) => {
    const child = spawn(command, [...first, ...args], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
    child.on('error', (error) => {
      console.error(`${command}: ${error.message}`);
      resolve(false);
    });
    child.on('close', (code) => resolve(code === 0));
  });
}

/** Compiles the units whose object is not there yet, as many at a time as there are processors. */
async function compile(compiler, units) {
  const waiting = units.filter((unit) => !existsSync(unit.object));
  let failed = false;
  const worker = async () => {
    for (let unit = waiting.shift(); unit !== undefined && !failed; unit = waiting.shift()) {
      const aside = `${unit.object}.${process.pid}.tmp`;
      const done = await execute(compiler, [...unit.flags, '-c', path.relative(root, unit.source), '-o', aside]);
      if (done) renameSync(aside, unit.object);
      else failed = true;
    }
  };
  await Promise.all(Array.from({ length: os.availableParallelism?.() ?? os.cpus().length }, worker));
  return !failed;
}

/** Removes the objects of former builds, but none of the last hour: another build may be linking them. */
function removeOld(objects, keep) {
  const hourAgo = Date.now() - 3_600_000;
  for (const name of readdirSync(objects)) {
    const file = path.join(objects, name);
    const age = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? hourAgo;
    if (/\.(o|tmp)$/.test(name) && !keep.has(name) && age < hourAgo) rmSync(file, { force: true });
  }
}

/** Flags that make a library which runs on systems without this compiler's runtime. */
export function linkFlags(platform) {
  if (platform === 'darwin') return ['-dynamiclib', '-Wl,-install_name,@rpath/libsft_cpu.dylib'];
  if (platform === 'win32') return ['-shared', '-static'];
  return [
    '-shared',
    // At exit koffi closes the library while the pool's threads still run in it: it must stay mapped.
    '-Wl,-z,nodelete',
    '-static-libstdc++',
    '-static-libgcc',
    '-Wl,--exclude-libs,ALL',
    '-Wl,--gc-sections',
    '-Wl,-z,defs',
    '-pthread',
  ];
}

/** Where the objects and the library for a target lie, and how it is linked. */
function usual({ platform, arch }) {
  const where = `${platform}-${arch}`;
  return {
    objects: path.join(root, '.cache', 'native', where),
    folder: path.join(root, 'dist', 'native', where),
    link: linkFlags(platform),
  };
}

/**
 * Builds the library for `target` (this machine unless given).
 * @param command the compiler: a command, or a list of a command and its first arguments
 * @returns the library's path, or undefined where something failed
 */
export async function buildNative(
  command,
  target = { platform: process.platform, arch: process.arch },
  { objects, folder, link } = usual(target),
) {
  if (!(target.arch in ISA_FLAGS)) {
    console.error(`there are no kernels for ${target.arch} - use an x64 or arm64 build of Node`);
    return undefined;
  }
  const compiler = [command].flat();
  mkdirSync(objects, { recursive: true });
  const units = plan(compiler, target, objects);
  if (!(await compile(compiler, units))) return undefined;
  removeOld(objects, new Set(units.map((unit) => path.basename(unit.object))));
  const suffix = { darwin: 'dylib', win32: 'dll' }[target.platform] ?? 'so';
  const library = path.join(folder, `libsft_cpu.${suffix}`);
  const stamp = path.join(objects, 'linked');
  const wanted = [...link, ...units.map((unit) => path.basename(unit.object))].join('\n');
  if (existsSync(library) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return library;
  mkdirSync(path.dirname(library), { recursive: true });
  const aside = `${library}.${process.pid}.tmp`;
  const inputs = units.map((unit) => path.relative(root, unit.object));
  if (!(await execute(compiler, [...link, '-o', aside, ...inputs]))) return undefined;
  renameSync(aside, library);
  writeFileSync(stamp, wanted);
  return library;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const compiler = findCompiler();
  if (compiler === undefined) {
    console.error(missingCompiler());
    process.exit(1);
  }
  const library = await buildNative(compiler);
  if (library === undefined) process.exit(1);
  console.error(path.relative(root, library));
}
