// npm run gpu:check: everything about --device cuda that needs a graphics card, in one run of under ten minutes. Kernels against the reference,
// tensor cores alone first; training and answers against transformers and PEFT; then how fast, beside PyTorch + PEFT where a
// Python has them (SFT_BENCH_PYTHON). Prints what to keep in docs/benchmarks.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { root, run, setup } from './setup.mjs';

setup();
const { bundle } = await import('./build-tests.mjs');
if (!existsSync(path.join(root, 'dist/cuda/sft_cuda.fatbin'))) run('npm', ['run', 'build:cuda']);

const listed = spawnSync(process.execPath, ['dist/sft.js', 'devices', '--json'], { cwd: root, encoding: 'utf8' });
const card = JSON.parse(listed.stdout).find(({ kind }) => kind === 'cuda');
console.log(JSON.stringify(card, null, 2));
if (!card.available) {
  console.error(`there is nothing to check: ${card.reason}`);
  process.exit(1);
}
spawnSync('nvidia-smi', { stdio: 'inherit' });

let failed = false;
for (const name of ['tensor-cores', 'attention', 'rounded', 'conformance', 'training']) {
  console.log(`\n${name}`);
  const files = await bundle([path.join('test', 'cuda', `${name}.test.ts`)]);
  const args = ['--enable-source-maps', '--test', '--test-reporter=./scripts/reporter.mjs', ...files];
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit', timeout: 180_000 });
  failed ||= status !== 0;
}
console.log('\nspeed');
for (const bench of [['cuda'], ['cuda', '--bf16'], ['gpu']]) {
  const { status } = spawnSync(process.execPath, ['scripts/bench.mjs', ...bench], { cwd: root, stdio: 'inherit' });
  failed ||= status !== 0;
}
process.exit(failed ? 1 : 0);
