import assert from 'node:assert/strict';
import { afterEach, before, describe, it } from 'node:test';
import { SftError } from '../../src/base/errors';
import { long, type KernelArgument } from '../../src/compute/cuda/arguments';
import type { CudaContext } from '../../src/compute/cuda/context';
import { openDevice } from '../../src/compute/registry';
import { atLeastOne } from '../at-least-one';
import { exercise } from '../conformance/exercise';
import { assertSame } from '../conformance/numbers';
import { emulation, openContext } from './fake-driver';

const THREADS = 256;

afterEach(() => {
  delete process.env['SFT_EMULATION_ORDER'];
  emulation.reset();
});

describe('the emulation of CUDA', () => {
  let context: CudaContext;
  before(() => {
    context = openContext();
  });

  /** What a planted kernel of one block writes. */
  async function run(kernel: string, ...more: readonly KernelArgument[]): Promise<Float32Array> {
    const bytes = 4 * THREADS;
    const address = context.alloc(bytes);
    const values = new Float32Array(THREADS);
    try {
      context.launch(kernel, [1, 1], [long(address), ...more]);
      await context.download(values, address);
      return values;
    } finally {
      emulation.reset();
      context.free(address);
    }
  }

  const counted = Float32Array.from({ length: THREADS }, (_, i) => i);

  it('finds a missing barrier by another order of threads, and nothing where it stands', async () => {
    assertSame(await run('planted_missing_barrier'), counted, 'in order');
    for (const order of ['reverse', 'random:1', 'random:2']) {
      process.env['SFT_EMULATION_ORDER'] = order;
      assert.ok((await run('planted_missing_barrier')).some(Number.isNaN), order);
      assertSame(await run('planted_right'), counted, order);
    }
  });

  for (const [kernel, what] of [
    ['planted_divergence', 'whose warps wait for lanes that wait elsewhere'],
    ['planted_early_end', 'whose warps wait for lanes that have ended'],
    ['planted_banks', 'whose loads of matrices meet a bank twice'],
    ['planted_misaligned', 'whose loads of matrices are misaligned'],
  ] as const) {
    it(`fails a launch ${what}`, async () => {
      await assert.rejects(run(kernel), /CUDA_ERROR_LAUNCH_FAILED/);
    });
  }

  it('fails a launch that writes behind its memory', async () => {
    await assert.rejects(run('planted_outside', long(THREADS)), /CUDA_ERROR_ILLEGAL_ADDRESS/);
  });

  it('refuses arguments that are not the kernel’s, and kernels that there are not', async () => {
    await assert.rejects(run('planted_outside'), /CUDA_ERROR_INVALID_VALUE/);
    await assert.rejects(
      run('planted_nothing'),
      (error) => error instanceof SftError && error.code === 'cuda-kernels-unusable',
    );
  });
});

it('every kernel gives the same in every order of threads', async () => {
  const device = await openDevice('cuda');
  const expected = await exercise(device);
  for (const order of ['reverse', 'random:1']) {
    process.env['SFT_EMULATION_ORDER'] = order;
    const results = await exercise(device);
    for (const [name, values] of atLeastOne(results.entries()))
      assertSame(values, expected.get(name)!, `${name}, ${order}`);
  }
});
