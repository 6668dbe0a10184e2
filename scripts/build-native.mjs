// Compiles native/cpu to dist/native/<platform>-<arch>/libsft_cpu.{so,dylib,dll} with the system's C++ compiler. Every file of kernels/
// is compiled once for each instruction set of this architecture; only what changed is compiled again. Uses nothing but Node.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildLibrary, filesIn, findCompiler, missingCompiler, root, unitsOf } from './compile.mjs';

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

/** Flags for one file: `isa` is undefined for those compiled once. */
function flagsFor(isa, arch, platform) {
  const code = platform === 'win32' ? [] : ['-fPIC'];
  const set = isa === undefined ? [] : [`-DSFT_ISA=${isa}`, ...ISA_FLAGS[arch][isa]];
  return [...COMMON, ...WARNINGS, ...code, ...set];
}

/** Every file of the library, compiled once, or once for each instruction set. */
function plan(compiler, target, objects) {
  const headers = [...filesIn(sources, '.h'), ...filesIn(path.join(sources, 'kernels'), '.h')];
  const unit = unitsOf(compiler, headers, objects);
  const once = filesIn(sources, '.cpp').map((source) =>
    unit(source, flagsFor(undefined, target.arch, target.platform)),
  );
  const perIsa = filesIn(path.join(sources, 'kernels'), '.cpp').flatMap((source) =>
    Object.keys(ISA_FLAGS[target.arch]).map((isa) => unit(source, flagsFor(isa, target.arch, target.platform), isa)),
  );
  return [...perIsa, ...once];
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
  const units = plan(compiler, target, objects);
  const suffix = { darwin: 'dylib', win32: 'dll' }[target.platform] ?? 'so';
  return buildLibrary(compiler, units, link, path.join(folder, `libsft_cpu.${suffix}`), objects);
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
