// npm run package [-- --target linux-x64]: packs the extension for one platform, everything it needs inside. Kernels for another platform
// are compiled here where its compiler is installed; otherwise dist/native/<target> has to come from that platform.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildNative } from './build-native.mjs';
import { root, setup } from './setup.mjs';

const host = path.join(root, '.cache/vscode-host');

/** Compilers for other platforms, as Debian and Ubuntu have them. */
const CROSS_COMPILERS = {
  'linux-arm64': { command: 'aarch64-linux-gnu-g++', install: 'apt-get install g++-aarch64-linux-gnu' },
  'win32-x64': { command: 'x86_64-w64-mingw32-g++', install: 'apt-get install g++-mingw-w64-x86-64-posix' },
};

/** Compiles the kernels for another platform where its compiler is here; what is there stays where not. */
async function buildFor(target) {
  const compiler = CROSS_COMPILERS[target]?.command;
  if (compiler === undefined || spawnSync(compiler, ['--version'], { stdio: 'ignore' }).status !== 0) return;
  const [platform, arch] = target.split('-');
  if ((await buildNative(compiler, { platform, arch })) === undefined) {
    throw new Error(`the kernels for ${target} could not be compiled with ${compiler}`);
  }
}

/** vsce from the test host where that is installed, else by npm, in the version that the host's lockfile names. */
function vsce(args) {
  const installed = path.join(host, 'node_modules/@vscode/vsce/vsce');
  if (existsSync(installed)) return spawnSync(process.execPath, [installed, ...args], { cwd: root, encoding: 'utf8' });
  const { dependencies } = JSON.parse(readFileSync(path.join(root, 'test/vscode/host/package.json'), 'utf8'));
  const name = `@vscode/vsce@${dependencies['@vscode/vsce']}`;
  return spawnSync('npm', ['exec', '--yes', '--ignore-scripts', `--package=${name}`, '--', 'vsce', ...args], {
    cwd: root,
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
  const options = { cwd: scratch, encoding: 'utf8', shell: process.platform === 'win32' };
  const got = spawnSync('npm', ['pack', '--silent', `${name}@${dependencies.koffi}`], options);
  if (got.status !== 0) throw new Error(`${name} is not in the registry: ${got.stderr}`);
  const unpacked = spawnSync('tar', ['-xzf', got.stdout.trim()], { cwd: scratch, encoding: 'utf8' });
  if (unpacked.status !== 0) throw new Error(`tar: ${unpacked.stderr}`);
  return path.join(scratch, 'package');
}

/**
 * Packs the extension as a user would install it.
 * @param target `<platform>-<arch>` as VS Code names it
 * @returns the .vsix file
 */
export function packExtension(file, target = `${process.platform}-${process.arch}`) {
  if (!existsSync(path.join(root, 'dist/native', target))) {
    const here = CROSS_COMPILERS[target] === undefined ? '' : `${CROSS_COMPILERS[target].install}, or `;
    throw new Error(
      `dist/native/${target} is missing - ${here}run npm run build:native on that platform and copy its dist/native here`,
    );
  }
  const scratch = mkdtempSync(path.join(os.tmpdir(), 'sft-package-'));
  // The packer leaves node_modules at the root out, and of koffi's 2 MB only two files and one binary run.
  const staged = path.join(root, 'dist/node_modules');
  try {
    for (const name of [
      'package.json',
      'index.cjs',
      'LICENSE.txt',
      'src/koffi/index.cjs',
      'src/koffi/src/static.cjs',
    ]) {
      cpSync(path.join(root, 'node_modules/koffi', name), path.join(staged, 'koffi', name));
    }
    cpSync(koffiBinary(target, scratch), path.join(staged, `@koromix/koffi-${target}`), { recursive: true });
    mkdirSync(path.dirname(file), { recursive: true });
    const quiet = ['--allow-missing-repository', '--no-rewrite-relative-links', '--no-dependencies'];
    const result = vsce(['package', '--target', target, '--ignore-other-target-folders', ...quiet, '--out', file]);
    if (result.status !== 0) throw new Error(`vsce package: ${result.stderr}${result.stdout}`);
    return file;
  } finally {
    rmSync(staged, { recursive: true, force: true });
    rmSync(scratch, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { target: { type: 'string' } } });
  setup();
  const target = values.target ?? `${process.platform}-${process.arch}`;
  try {
    if (target !== `${process.platform}-${process.arch}`) await buildFor(target);
    const file = packExtension(path.join(root, `dist/sft-workbench-${target}.vsix`), target);
    console.log(`${path.relative(root, file)}  ${(statSync(file).size / 1e6).toFixed(1)} MB`);
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}
