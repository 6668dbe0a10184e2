// npm run check-targets: compiles and links the CPU kernels for every platform that the extension is packed for, with zig, whose one
// compiler has the headers and libraries of them all. Says that they build, not that they run. Skips with a line where zig cannot be had.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { buildNative, linkFlags } from './build-native.mjs';
import { root } from './setup.mjs';

/** The version that pip installs where no zig is there. */
const ZIG = '0.17.1';

/** What zig calls a platform, and what Node calls it. */
const TARGETS = {
  'aarch64-macos': { platform: 'darwin', arch: 'arm64' },
  'x86_64-macos': { platform: 'darwin', arch: 'x64' },
  'x86_64-linux-gnu.2.28': { platform: 'linux', arch: 'x64' },
  'aarch64-linux-gnu': { platform: 'linux', arch: 'arm64' },
  'x86_64-windows-gnu': { platform: 'win32', arch: 'x64' },
};

function works([command, ...args]) {
  return spawnSync(command, [...args, 'version'], { stdio: 'ignore' }).status === 0;
}

/** Installs zig with pip into .cache. @returns its command, or undefined where Python, pip or the package cannot be had */
function installed() {
  const home = path.join(root, '.cache', 'zig');
  const python = path.join(home, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  const zig = [python, '-m', 'ziglang'];
  if (works(zig)) return zig;
  console.error(`[targets] installing zig ${ZIG} with pip`);
  const quiet = { stdio: 'ignore' };
  const made = spawnSync('python3', ['-m', 'venv', home], quiet).status === 0;
  const done = made && spawnSync(python, ['-m', 'pip', 'install', '-q', `ziglang==${ZIG}`], quiet).status === 0;
  if (done && works(zig)) return zig;
  rmSync(home, { recursive: true, force: true });
  return undefined;
}

const zig = [['zig'], ['python3', '-m', 'ziglang']].find(works) ?? installed();
if (zig === undefined) {
  console.error('[targets] skipped: zig is not on PATH and pip cannot install ziglang here');
  process.exit(0);
}

const failed = [];
for (const [target, { platform, arch }] of Object.entries(TARGETS)) {
  const folder = path.join(root, '.cache', 'targets', target);
  // Zig's linker does not know this one, which hides the symbols of the C++ library.
  const link = linkFlags(platform).filter((flag) => flag !== '-Wl,--exclude-libs,ALL');
  const compiler = [...zig, 'c++', '-target', target];
  const library = await buildNative(compiler, { platform, arch }, { objects: folder, folder, link });
  console.error(`[targets] ${target}: ${library === undefined ? 'FAILED' : path.relative(root, library)}`);
  if (library === undefined) failed.push(target);
}
process.exit(failed.length === 0 ? 0 : 1);
