// Compiles C++ to libraries with the system's compiler. Only what changed is compiled again. Uses nothing but Node.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

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

/** The files of a folder that end so, in order. */
export function filesIn(folder, suffix) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(suffix))
    .sort()
    .map((name) => path.join(folder, name));
}

/**
 * Gives a function of a source, its flags and a label that gives what has to be compiled: source, flags, and the object's path, whose name
 * holds the hash of all that goes into it.
 * @param headers every file that a source may include
 */
export function unitsOf(compiler, headers, objects) {
  const version = spawnSync(compiler[0], [...compiler.slice(1), '--version'], { encoding: 'utf8' }).stdout;
  const base = createHash('sha256').update(compiler.join(' ')).update(version);
  for (const header of headers) base.update(path.basename(header)).update('\0').update(readFileSync(header));
  return (source, flags, label) => {
    const hash = base
      .copy()
      .update(flags.join(' '))
      .update('\0')
      .update(readFileSync(source))
      .digest('hex')
      .slice(0, 16);
    const name = [path.parse(source).name, label, hash].filter((part) => part !== undefined).join('.');
    return { source, flags, object: path.join(objects, `${name}.o`) };
  };
}

/** Runs a command. @returns its exit status and all that it printed */
export function collect([command, ...first], args) {
  return new Promise((resolve) => {
    const child = spawn(command, [...first, ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
    child.on('error', (error) => resolve({ status: 1, output: error.message }));
    child.on('close', (status) => resolve({ status, output }));
  });
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

/** Compiles units and links them. @returns the library's path, or undefined where something failed */
export async function buildLibrary(compiler, units, link, library, objects) {
  mkdirSync(objects, { recursive: true });
  if (!(await compile(compiler, units))) return undefined;
  removeOld(objects, new Set(units.map((unit) => path.basename(unit.object))));
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
