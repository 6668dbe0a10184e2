// npm run package [-- --target linux-x64 | --all]: packs the extension for this platform, another, or each of the six, everything it needs
// inside, and the command line for npm. The kernels are compiled here for all of them; the same sources give the same bytes.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { fromRegistry } from './from-registry.mjs';
import { packCommandLine, packKernels } from './package-npm.mjs';
import { root, setup } from './setup.mjs';
import { buildFor, installTools, TARGETS } from './targets.mjs';

const host = path.join(root, '.cache/vscode-host');
const LIBRARY = /^libsft_cpu\.(?:so|dylib|dll)$/;

/** What is packed, of which .vscodeignore names the files. */
const PACKED = ['package.json', 'README.md', 'CHANGELOG.md', 'LICENSE', '.vscodeignore'];
const FOLDERS = ['media', 'schemas', 'docs', 'python', 'examples', 'dist'];
/** Of dist, what is put there for one platform, and what was packed before. */
const NOT_COPIED = /\.map$|\.vsix$|\.tgz$|^dist\/(?:native|cuda|npm)(?:\/|$)/;

/** Files in a package are as old as the last change of the sources, so that the same sources make the same bytes. */
function lastChange() {
  const { stdout, status } = spawnSync('git', ['log', '-1', '--format=%ct'], { cwd: root, encoding: 'utf8' });
  return process.env.SOURCE_DATE_EPOCH ?? (status === 0 ? stdout.trim() : undefined);
}

/** vsce from the test host where that is installed, else by npm, in the version that the host's lockfile names. */
function vsce(args, cwd) {
  const env = { ...process.env, SOURCE_DATE_EPOCH: lastChange() };
  const installed = path.join(host, 'node_modules/@vscode/vsce/vsce');
  if (existsSync(installed)) return spawnSync(process.execPath, [installed, ...args], { cwd, env, encoding: 'utf8' });
  const { dependencies } = JSON.parse(readFileSync(path.join(root, 'test/vscode/host/package.json'), 'utf8'));
  const name = `@vscode/vsce@${dependencies['@vscode/vsce']}`;
  return spawnSync('npm', ['exec', '--yes', '--ignore-scripts', `--package=${name}`, '--', 'vsce', ...args], {
    cwd,
    env,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
}

/** The folder of koffi's binary for a platform: installed beside it for this one, else brought from the registry. */
function koffiBinary(target, scratch) {
  const name = `@koromix/koffi-${target}`;
  const installed = path.join(root, 'node_modules', name);
  if (existsSync(installed)) return installed;
  const { dependencies } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  return fromRegistry(`${name}@${dependencies.koffi}`, scratch);
}

/**
 * Packs the extension as a user would install it.
 * @param target `<platform>-<arch>` as VS Code names it
 * @param library the kernels for it; those of this checkout unless given
 * @param cuda the kernels for graphics cards of NVIDIA; none unless given
 * @returns the .vsix file
 */
export function packExtension(file, target = `${process.platform}-${process.arch}`, library = builtHere(target), cuda) {
  const scratch = mkdtempSync(path.join(os.tmpdir(), 'sft-package-'));
  const staged = path.join(scratch, 'extension');
  try {
    for (const name of PACKED) cpSync(path.join(root, name), path.join(staged, name));
    const filter = (source) => !NOT_COPIED.test(path.relative(root, source).replaceAll(path.sep, '/'));
    for (const name of FOLDERS) cpSync(path.join(root, name), path.join(staged, name), { recursive: true, filter });
    cpSync(library, path.join(staged, 'dist/native', target, path.basename(library)));
    if (cuda !== undefined) cpSync(cuda, path.join(staged, 'dist/cuda', path.basename(cuda)));
    // The packer leaves node_modules at the root out, and of koffi's 2 MB only two files and one binary run.
    const modules = path.join(staged, 'dist/node_modules');
    for (const name of [
      'package.json',
      'index.cjs',
      'LICENSE.txt',
      'src/koffi/index.cjs',
      'src/koffi/src/static.cjs',
    ]) {
      cpSync(path.join(root, 'node_modules/koffi', name), path.join(modules, 'koffi', name));
    }
    cpSync(koffiBinary(target, scratch), path.join(modules, `@koromix/koffi-${target}`), { recursive: true });
    mkdirSync(path.dirname(file), { recursive: true });
    const quiet = ['--allow-missing-repository', '--no-rewrite-relative-links', '--no-dependencies'];
    const args = ['package', '--target', target, '--ignore-other-target-folders', ...quiet, '--out', file];
    const result = vsce(args, staged);
    if (result.status !== 0) throw new Error(`vsce package: ${result.stderr}${result.stdout}`);
    return file;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** The library of this checkout, for the processor it was built on. */
function builtHere(target) {
  const folder = path.join(root, 'dist/native', target);
  const name = existsSync(folder) ? readdirSync(folder).find((one) => LIBRARY.test(one)) : undefined;
  if (name === undefined) throw new Error(`dist/native/${target} is missing - npm run package -- --target ${target}`);
  return path.join(folder, name);
}

/** Whether a platform has graphics cards of NVIDIA. */
const hasCuda = (target) => !target.startsWith('darwin');

/**
 * The kernels for graphics cards of NVIDIA, compiled where they are not as the sources are.
 * @returns a function of a platform: their file, or undefined where it has no such cards or they cannot be compiled here
 */
export function cudaKernels() {
  const built = spawnSync(process.execPath, [path.join(root, 'scripts/build-cuda.mjs')], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (built.status !== 0) console.error('[package] packed without the kernels for CUDA, which cannot be compiled here');
  const file = path.join(root, 'dist/cuda/sft_cuda.fatbin');
  return (target) => (built.status === 0 && hasCuda(target) ? file : undefined);
}

async function main() {
  const { values } = parseArgs({ options: { target: { type: 'string' }, all: { type: 'boolean', default: false } } });
  const targets = values.all ? TARGETS : [values.target ?? `${process.platform}-${process.arch}`];
  const unknown = targets.find((target) => !TARGETS.includes(target));
  if (unknown !== undefined) throw new Error(`no platform ${unknown} - choose from ${TARGETS.join(', ')}`);
  setup();
  const python = installTools();
  if (python === undefined)
    throw new Error('pip cannot install zig, which compiles the kernels - install Python 3 with venv and pip');
  const cuda = targets.some(hasCuda) ? cudaKernels() : () => undefined;
  for (const target of targets) {
    const library = await buildFor(target, python);
    if (library === undefined) throw new Error(`the kernels for ${target} could not be compiled`);
    const file = packExtension(path.join(root, `dist/sft-workbench-${target}.vsix`), target, library, cuda(target));
    tell(file);
    tell(packKernels(target, library, cuda(target)));
  }
  if (values.all) tell(packCommandLine());
}

function tell(file) {
  console.log(`${path.relative(root, file)}  ${(statSync(file).size / 1e6).toFixed(1)} MB`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main().catch((error) => {
    console.error(error.message);
    process.exit(1);
  });
}
