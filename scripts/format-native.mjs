// Lays the C++ of native/ out as .clang-format says; `--check` only says where it is not. Needs the version named there, because others
// break lines elsewhere: without it, it skips with a line.
import { spawnSync } from 'node:child_process';
import { filesBelow } from './build-tests.mjs';
import { root } from './setup.mjs';

const VERSION = '23.';

const command = process.env['CLANG_FORMAT'] ?? 'clang-format';
const version = /version (\S+)/.exec(spawnSync(command, ['--version'], { encoding: 'utf8' }).stdout ?? '')?.[1];
if (version?.startsWith(VERSION) !== true) {
  console.error(`[format] native/ skipped: clang-format ${VERSION}x is not here (pip install clang-format)`);
  process.exit(0);
}
const files = ['.cpp', '.h', '.cu'].flatMap((suffix) => filesBelow('native', suffix));
const how = process.argv.includes('--check') ? ['--dry-run', '-Werror'] : ['-i'];
process.exit(spawnSync(command, [...how, ...files], { cwd: root, stdio: 'inherit' }).status ?? 1);
