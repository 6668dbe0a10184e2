import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import { atLeastOne } from '../../../test/at-least-one';
import { SftError } from '../../base/errors';
import { createRandom } from '../../base/random';
import { exercise } from '../../../test/conformance/exercise';
import { assertSame } from '../../../test/conformance/numbers';
import { createCpuDevice, INSTRUCTION_SETS, type CpuDeviceOptions } from './cpu-device';
import { findLibrary } from './library';

const available = INSTRUCTION_SETS.filter((isa) => {
  try {
    return createCpuDevice({ isa }).isa === isa;
  } catch (error) {
    if (error instanceof SftError) return false;
    throw error;
  }
});

async function assertEqualRuns(a: CpuDeviceOptions, b: CpuDeviceOptions): Promise<void> {
  const first = await exercise(createCpuDevice(a));
  const second = await exercise(createCpuDevice(b));
  assert.ok(first.size > 20);
  assert.deepEqual([...second.keys()], [...first.keys()]);
  for (const [name, values] of first) assertSame(second.get(name)!, values, name);
}

void describe('cpu device', () => {
  for (const isa of atLeastOne(available)) {
    for (const threads of [1, 2, 3, 7]) {
      it(`${isa}: every kernel gives the same bits on 1 and on ${threads} threads`, () =>
        assertEqualRuns({ isa, threads: 1 }, { isa, threads }));
    }
  }

  for (const isa of available) {
    it(`${isa}: a row of a product does not depend on the rows beside it, among few or among many`, async () => {
      const device = createCpuDevice({ isa, threads: 2 });
      const random = createRandom(5);
      const most = 3 * device.traits.fewRows;
      // Depths and widths with and without a rest, thin ones as an adapter has them, and one deeper than a panel.
      for (const [n, k] of [
        [96, 576],
        [37, 45],
        [16, 576],
        [130, 16],
        [200, 1536],
      ] as const) {
        const weights = device.alloc('bf16', n * k);
        const floats = device.alloc('f32', n * k);
        device.write(
          floats,
          Float32Array.from({ length: n * k }, () => random.nextFloat() - 0.5),
        );
        device.begin().copy(weights, floats);
        const x = device.alloc('f32', most * k);
        device.write(
          x,
          Float32Array.from({ length: most * k }, () => random.nextFloat() - 0.5),
        );
        const product = async (first: number, rows: number): Promise<Float32Array> => {
          const y = device.alloc('f32', rows * n);
          device
            .begin()
            .linear(y, x.slice(first * k, rows * k), { kind: 'dense', data: weights, rows: n, cols: k }, rows);
          const result = await device.readFloats(y);
          device.free(y);
          return result;
        };
        for (const [from, to] of [
          [1, device.traits.fewRows],
          [device.traits.fewRows + 1, most],
        ] as const) {
          const all = await product(0, to);
          for (let rows = from; rows < to; rows++) {
            const first = (rows * 7) % (to - rows + 1);
            assertSame(
              await product(first, rows),
              all.slice(first * n, (first + rows) * n),
              `${rows} rows [${n}, ${k}]`,
            );
          }
        }
        for (const buffer of [weights, floats, x]) device.free(buffer);
      }
    });
  }

  it('devices take turns: each keeps its instruction set and threads', async () => {
    const slow = createCpuDevice({ isa: available.at(-1)!, threads: 1 });
    const alone = await exercise(slow);
    const fast = createCpuDevice({ threads: 2 });
    await exercise(fast);
    for (const [name, values] of await exercise(slow)) assertSame(values, alone.get(name)!, name);
  });

  it('describes itself', () => {
    const device = createCpuDevice({ isa: available[0]!, threads: 2 });
    assert.match(device.description, /^\S.*, (AVX-512|AVX2|NEON|baseline), 2 threads$/);
    assert.equal(device.threads, 2);
  });

  it('refuses an instruction set that the processor lacks', () => {
    const lacking = INSTRUCTION_SETS.find((isa) => !available.includes(isa));
    assert.ok(lacking !== undefined, 'no processor has both AVX and NEON');
    assert.throws(
      () => createCpuDevice({ isa: lacking }),
      (error) => error instanceof SftError && error.code === 'unsupported-instruction-set' && error.exitCode === 2,
    );
    assert.throws(() => createCpuDevice({ threads: 0 }), RangeError);
  });

  it('counts the peak of what alloc held', () => {
    const device = createCpuDevice({ threads: 1 });
    const [a, b] = [device.alloc('f32', 100), device.alloc('f16', 50)];
    device.free(a);
    const c = device.alloc('i32', 10);
    assert.equal(device.allocatedBytes, 140);
    assert.equal(device.peakAllocatedBytes, 500);
    device.free(b);
    device.free(c);
    assert.equal(device.allocatedBytes, 0);
  });

  it(
    'lets go of weights that were read for the last time, which can still be read',
    { skip: process.platform !== 'linux' && 'memory of a process is told by /proc' },
    async () => {
      const folder = mkdtempSync(path.join(os.tmpdir(), 'sft-advise-'));
      try {
        const file = path.join(folder, 'weights.bin');
        const length = 8 << 20;
        writeFileSync(file, new Uint16Array(length).fill(0x3f80));
        const device = createCpuDevice({ threads: 1 });
        const weights = device.openWeights(file);
        const all = weights.buffer('bf16', 0, length);
        const mapped = (): number =>
          1024 * Number(/^RssFile:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))![1]);
        device.advise(all, 'soon');
        await device.readBits(all);
        const held = mapped();
        // Not a multiple of a page, as tensors begin and end.
        device.advise(all.slice(1000, length - 3000), 'done');
        assert.ok(mapped() < held - length, `${held} bytes, then ${mapped()}`);
        assert.ok((await device.readBits(all)).every((bits) => bits === 0x3f80));
        const own = device.alloc('f32', 4);
        device.write(own, Float32Array.of(1, 2, 3, 4));
        device.advise(own, 'done');
        assert.deepEqual([...(await device.readFloats(own))], [1, 2, 3, 4]);
        device.free(own);
        weights.close();
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  );

  it('refuses memory of another device to free', () => {
    const [one, two] = [createCpuDevice({ threads: 1 }), createCpuDevice({ threads: 1 })];
    const buffer = one.alloc('f32', 4);
    assert.throws(() => {
      two.free(buffer);
    }, RangeError);
    one.free(buffer);
  });

  it('says how to build the library where there is none', () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'sft-no-library-'));
    try {
      assert.throws(
        () => findLibrary(folder),
        (error) => error instanceof SftError && /npm run build:native/.test(error.remedy ?? ''),
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
