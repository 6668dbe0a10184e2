import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { parseConfig } from '../../src/config/parse-config';
import { preflight } from '../../src/runs/preflight/preflight';
import { atLeastOne } from '../at-least-one';
import { SFT, smallConfig, temporaryFolder, type Finished, type Line } from '../cli/sft';

/** This program as it lies where nothing was compiled: without the kernels of the processor. */
function withoutKernels(): string {
  const folder = temporaryFolder();
  for (const name of ['sft.js', 'tfjs']) {
    cpSync(path.join(path.dirname(SFT), name), path.join(folder, 'dist', name), { recursive: true });
  }
  symlinkSync(path.resolve('node_modules'), path.join(folder, 'node_modules'), 'junction');
  return path.join(folder, 'dist', 'sft.js');
}

function run(program: string, ...args: readonly string[]): Finished {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], { encoding: 'utf8' });
  return { code: status, out: stdout, err: stderr };
}

function lossesOf({ out }: Finished): number[] {
  const lines = out.split('\n').filter((line) => line.startsWith('{'));
  return lines
    .map((line) => JSON.parse(line) as Line)
    .filter(({ type }) => type === 'step')
    .map(({ loss }) => loss as number);
}

describe('sft where nothing can be compiled', () => {
  const config = smallConfig(temporaryFolder(), {
    max_steps: 2,
    warmup_steps: 0,
    eval_steps: null,
    eval_examples: 1,
    max_new_tokens: 4,
    per_device_batch_size: 1,
    gradient_accumulation_steps: 2,
  });

  it('trains and evaluates, says on what, and comes to what the processor comes to', () => {
    const bare = withoutKernels();
    const devices = run(bare, 'devices');
    assert.match(devices.out, /^cpu {2}not available: .*\n(?:.*\n)*tfjs {2}TensorFlow\.js in WebAssembly, slow\n/);
    assert.equal(devices.code, 0);
    const folder = temporaryFolder();
    const [here, there] = [
      run(bare, 'train', config, '--json', '--run', path.join(folder, 'bare')),
      run(SFT, 'train', config, '--json', '--device', 'cpu', '--run', path.join(folder, 'cpu')),
    ];
    assert.deepEqual([here.code, there.code], [0, 0], here.err + there.err);
    const losses = lossesOf(here);
    assert.equal(losses.length, 2);
    for (const [i, loss] of atLeastOne(lossesOf(there).entries())) {
      assert.ok(Math.abs(losses[i]! / loss - 1) < 1e-4, `step ${i + 1}: ${losses[i]!} for ${loss}`);
    }
  });

  it("preflight holds the memory of a run against the computer's", async () => {
    const values = {
      model_name: path.resolve('examples/tiny-llama'),
      dataset: path.resolve('examples/service-desk.json'),
    };
    const parsed = parseConfig(JSON.stringify({ ...values, device: 'tfjs' }), path.resolve('sft.config.json'));
    const { checks } = await preflight(parsed, { available: 1 });
    const told = new Map(checks.map((check) => [check.id, check]));
    assert.match(told.get('device')!.message, /^TensorFlow\.js in WebAssembly, slow/);
    assert.equal(told.get('memory')!.status, 'error');
  });
});
