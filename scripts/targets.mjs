// Compiles the CPU kernels for every platform that the extension is packed for, on any of them, with zig, whose one compiler has the
// headers and libraries of them all. Each library runs on the oldest system that VS Code itself runs on.
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { buildNative, linkFlags } from './build-native.mjs';
import { root } from './setup.mjs';

/** By VS Code's name of a platform, zig's. */
const TRIPLES = {
  'linux-x64': 'x86_64-linux-gnu.2.28',
  'linux-arm64': 'aarch64-linux-gnu.2.28',
  'win32-x64': 'x86_64-windows.win10-gnu',
  'win32-arm64': 'aarch64-windows.win10-gnu',
  'darwin-x64': 'x86_64-macos.11.0',
  'darwin-arm64': 'aarch64-macos.11.0',
};
export const TARGETS = Object.keys(TRIPLES);

/** Its linker does not know the first, and with the second makes an archive: the C++ library is always a part of the library, and hidden. */
const NOT_ZIG = ['-Wl,--exclude-libs,ALL', '-static'];

/** Pinned, so that the same sources give the same bytes; the second reads what a library needs. */
const PACKAGES = ['ziglang==0.17.1', 'lief==1.0.0'];

/** What Python is called where. */
const PYTHONS = [['python3'], ['python'], ['py', '-3']];

/**
 * The Python that has both packages, in an environment of its own in .cache.
 * @returns its command, or undefined where Python, pip or a package cannot be had
 */
export function installTools() {
  const home = path.join(root, '.cache', 'targets', 'tools');
  const python = path.join(home, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  const quiet = { stdio: 'ignore' };
  const works = () => spawnSync(python, ['-c', 'import lief, ziglang'], quiet).status === 0;
  if (existsSync(python) && works()) return python;
  console.error(`[targets] installing ${PACKAGES.join(' and ')} with pip (about 100 MB)`);
  const made = PYTHONS.some(
    ([command, ...args]) => spawnSync(command, [...args, '-m', 'venv', home], quiet).status === 0,
  );
  if (made) spawnSync(python, ['-m', 'pip', 'install', '-q', ...PACKAGES], quiet);
  if (made && works()) return python;
  rmSync(home, { recursive: true, force: true });
  return undefined;
}

/**
 * Builds the library for a target, in .cache/targets/TARGET.
 * @param python as `installTools` gives it
 * @returns its path, or undefined where something failed
 */
export async function buildFor(target, python) {
  const [platform, arch] = target.split('-');
  const folder = path.join(root, '.cache', 'targets', target);
  const link = [...linkFlags(platform).filter((flag) => !NOT_ZIG.includes(flag)), '-s'];
  const compiler = [python, '-m', 'ziglang', 'c++', '-target', TRIPLES[target]];
  return buildNative(compiler, { platform, arch }, { objects: path.join(folder, 'objects'), folder, link });
}
