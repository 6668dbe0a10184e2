// Brings a checkout to the point where everything runs: packages, native kernels, bundles. Redoes only what is stale and says so.
// Uses nothing but Node, so that it runs before anything is installed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { findCompiler, missingCompiler } from './compile.mjs';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

/** Runs a command in the checkout; ends this process with its exit code where it fails. */
export function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options });
  if (result.error) {
    console.error(`${command}: ${result.error.message}`);
    process.exit(1);
  }
  if (result.status !== 0) process.exit(result.status ?? 1);
}

function filesUnder(entry) {
  const full = path.join(root, entry);
  if (!existsSync(full)) return [];
  const listed = readdirSync(path.dirname(full), { withFileTypes: true }).find((e) => e.name === path.basename(full));
  if (!listed.isDirectory()) return [entry];
  return readdirSync(full)
    .sort()
    .flatMap((name) => filesUnder(path.join(entry, name)));
}

/** Runs `work` unless its inputs (files and folders of the checkout) are as they were the last time and its output is there. */
export function whenStale(name, { inputs, output, salt = '' }, work) {
  const hash = createHash('sha256').update(salt);
  for (const file of inputs.flatMap(filesUnder))
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(path.join(root, file)));
  const key = hash.digest('hex');
  const stamp = path.join(root, '.cache', 'stamps', name);
  if (existsSync(path.join(root, output)) && existsSync(stamp) && readFileSync(stamp, 'utf8') === key) return;
  work();
  mkdirSync(path.dirname(stamp), { recursive: true });
  writeFileSync(stamp, key);
}

function step(text) {
  console.error(`[setup] ${text}`);
}

export function setup() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 10)) {
    console.error(`Node ${process.versions.node} is too old - install Node 20.10 or newer`);
    process.exit(2);
  }
  const where = `${process.platform}-${process.arch}-node${process.versions.modules}`;
  whenStale('packages', { inputs: ['package-lock.json'], output: 'node_modules', salt: where }, () => {
    step('installing packages (npm ci, no install scripts)');
    const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
    run(npm, ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
      shell: process.platform === 'win32',
    });
  });
  whenStale(
    'native',
    { inputs: ['native/cpu', 'scripts/build-native.mjs', 'scripts/compile.mjs'], output: 'dist/native', salt: where },
    () => {
      if (findCompiler() === undefined) {
        step(`${missingCompiler()}; until then TensorFlow.js computes, which is slow`);
        return;
      }
      step('compiling the CPU kernels with the system C++ compiler');
      run(process.execPath, ['scripts/build-native.mjs']);
    },
  );
  whenStale(
    'bundle',
    {
      inputs: [
        'src',
        'schemas',
        'webview',
        'scripts/build.mjs',
        'scripts/build-webviews.mjs',
        'scripts/notices.mjs',
        'package.json',
      ],
      output: 'dist/sft.js',
    },
    () => {
      step('bundling');
      run(process.execPath, ['scripts/build.mjs']);
    },
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) setup();
