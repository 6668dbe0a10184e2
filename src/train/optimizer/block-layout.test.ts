import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CPU_TRAITS, createCpuDevice } from '../../compute/cpu/cpu-device';
import { DryDevice } from '../../compute/dry/dry-device';
import { ParameterSet } from '../../model/parameters';
import { blockLayout } from './block-layout';
import { createOptimizer } from './create-optimizer';

const TENSORS = [
  { name: 'small', shape: [4095], decay: true },
  { name: 'large', shape: [4096], decay: true, raised: true },
  { name: 'norm', shape: [300], decay: false },
  { name: 'wide', shape: [2, 2600], decay: true },
];
const OPTIONS = { adam_beta1: 0.9, adam_beta2: 0.999, adam_epsilon: 1e-8, weight_decay: 0.1 };

describe('the blocks of an optimizer in 8 bits', () => {
  const parameters = new ParameterSet(new DryDevice(CPU_TRAITS), TENSORS);

  it('cover each tensor on its own, small ones in fp32, decayed ones apart', () => {
    const { stretches, quantised, exact } = blockLayout(parameters, OPTIONS);
    assert.deepEqual(
      stretches.map(({ offset, length, weightDecay, rateFactor }) => [offset, length, weightDecay, rateFactor]),
      [
        [0, 13_391, 0.1, 1],
        [13_391, 300, 0, 1],
      ],
    );
    // 4,096 and 5,200 elements in 8 bits, 4,095 and 300 in fp32.
    assert.deepEqual([quantised, exact], [16 + 21, 16 + 2]);
    const homes = new Set<number>();
    for (const { length, table } of stretches) {
      let end = 0;
      for (let at = 0; at < table.length; at += 3) {
        assert.equal(table[at], end, 'no gap, no overlap');
        end += table[at + 1]!;
        homes.add(table[at + 2]!);
      }
      assert.equal(end, length);
    }
    assert.deepEqual(
      [...homes].sort((a, b) => a - b),
      Array.from({ length: 55 }, (_, i) => i - exact),
    );
  });

  it('are the same with LoRA+, in stretches that its rate parts', () => {
    const { stretches, quantised, exact } = blockLayout(parameters, { ...OPTIONS, loraplus_lr_ratio: 16 });
    assert.deepEqual(
      stretches.map(({ offset, length, weightDecay, rateFactor }) => [offset, length, weightDecay, rateFactor]),
      [
        [0, 4095, 0.1, 1],
        [4095, 4096, 0.1, 16],
        [8191, 5200, 0.1, 1],
        [13_391, 300, 0, 1],
      ],
    );
    assert.deepEqual([quantised, exact], [16 + 21, 16 + 2]);
  });

  it('are placed by 32 bits: stretches end before tensors that would leave them', () => {
    const { stretches } = blockLayout(parameters, OPTIONS, 8191);
    assert.deepEqual(
      stretches.map(({ offset, length }) => [offset, length]),
      [
        [0, 8191],
        [8191, 5200],
        [13_391, 300],
      ],
    );
    assert.equal(stretches[1]!.table[0], 0);
  });

  it('take what the device that counts says, and give it back', () => {
    const bytes = [new DryDevice(CPU_TRAITS), createCpuDevice({ threads: 1 })].map((device) => {
      const set = new ParameterSet(device, TENSORS);
      const before = device.allocatedBytes;
      const optimizer = createOptimizer(device, set, { ...OPTIONS, optim: 'adamw_8bit' });
      const taken = device.allocatedBytes - before;
      optimizer.free();
      assert.equal(device.allocatedBytes, before);
      set.free();
      return taken;
    });
    // Of both moments: the map, 260 bytes a block in 8 bits, 1,024 a block in fp32. And 12 bytes a block for its place.
    const expected = 2 * (1024 + 37 * 260 + 18 * 1024) + 55 * 12;
    assert.deepEqual(bytes, [expected, expected]);
  });
});
