// npm run test:python: what is held against PyTorch, PEFT, TRL, accelerate, bitsandbytes and DeepSpeed, and the way through VS Code with them:
// most of an hour on two cores, which `npm test` has no room for. The Python is the one that SFT_PYTHON names, else an environment in
// ~/.cache/sft-workbench with what python/locks/training.txt names and what the tests need beside it (3 GB to download, 7 on the disk).
// Where that cannot be had, a line says so.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { root } from './setup.mjs';

const LOCK = path.join(root, 'python/locks/training.txt');
const BESIDE = ['trl==1.16.0', 'deepspeed==0.19.8'];
const TESTS = [
  'test/accelerate',
  'test/parity/in-4-bits',
  'test/parity/methods',
  'test/cli/recipes',
  'test/export/merged-in-transformers',
  'test/hub',
];

/** @returns the Python of an environment with all that the tests need, or the reason why it cannot be had */
function cachedPython() {
  const cache = process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache');
  const wanted = createHash('sha256').update(readFileSync(LOCK)).update(BESIDE.join()).digest('hex').slice(0, 12);
  const home = path.join(cache, 'sft-workbench', `python-${wanted}`);
  const python = path.join(home, 'bin/python3');
  if (process.platform === 'win32') return { reason: 'it is for Linux and macOS' };
  if (existsSync(path.join(home, 'whole'))) return { python };
  console.error('[python] installing PyTorch and what goes with it for the tests (some minutes, 7 GB)');
  rmSync(home, { recursive: true, force: true });
  mkdirSync(path.dirname(home), { recursive: true });
  const steps = [
    ['python3', '-m', 'venv', home],
    [python, '-m', 'pip', 'install', '--quiet', '--require-hashes', '-r', LOCK],
    [python, '-m', 'pip', 'install', '--quiet', ...BESIDE],
  ];
  for (const [command, ...args] of steps) {
    const { status, error, stderr } = spawnSync(command, args, { encoding: 'utf8' });
    if (status === 0) continue;
    rmSync(home, { recursive: true, force: true });
    return { reason: `${args.slice(0, 3).join(' ')}: ${error?.message ?? stderr.trim().split('\n').at(-1)}` };
  }
  // Said last: an environment that was cut off is made anew.
  writeFileSync(path.join(home, 'whole'), '');
  return { python };
}

const { python, reason } = process.env.SFT_PYTHON === undefined ? cachedPython() : { python: process.env.SFT_PYTHON };
if (python === undefined) {
  console.log(`skipped: tests against PyTorch (${TESTS.join(', ')}): ${reason}`);
  process.exit(0);
}
const env = { ...process.env, SFT_PYTHON: python };
const node = (...words) => spawnSync(process.execPath, words, { cwd: root, stdio: 'inherit', env }).status ?? 1;
const results = [node('scripts/test.mjs', ...TESTS), node('scripts/test-vscode.mjs', 'python')];
process.exit(Math.max(...results));
