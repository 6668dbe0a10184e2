import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Arena } from '../compute/arena';
import { CPU_TRAITS } from '../compute/cpu/cpu-device';
import type { DeviceBuffer } from '../compute/memory';
import { DryDevice } from '../compute/dry/dry-device';
import { countTargets, packBatch } from './batch';

const written = new Map<DeviceBuffer, number[]>();
const device = Object.assign(new DryDevice(CPU_TRAITS), {
  write: (buffer: DeviceBuffer, data: ArrayLike<number>) => void written.set(buffer, Array.from(data)),
});
const read = (buffer: DeviceBuffer): number[] | undefined => written.get(buffer);

describe('a packed batch', () => {
  const sequences = [
    {
      ids: [10, 11, 12, 13, 14, 15],
      trained: [
        { from: 1, to: 3 },
        { from: 5, to: 6 },
      ],
    },
    { ids: [20, 21], trained: [] },
    { ids: [30, 31, 32], trained: [{ from: 0, to: 3 }] },
  ];
  const batch = packBatch(device, new Arena(device, 'i32'), sequences);

  it('has the tokens end to end, and where each stands in its own', () => {
    assert.deepEqual(read(batch.ids.data), [10, 11, 12, 13, 14, 15, 20, 21, 30, 31, 32]);
    assert.deepEqual(read(batch.positions.data), [0, 1, 2, 3, 4, 5, 0, 1, 0, 1, 2]);
    assert.deepEqual(read(batch.sequences.table), [0, 6, 0, 6, 6, 2, 6, 2, 8, 3, 8, 3]);
  });

  it('has the tokens of all spans as targets, but never the first of a sequence', () => {
    assert.deepEqual(read(batch.targets.data), [11, 12, 15, 31, 32]);
    assert.deepEqual(read(batch.targetRows.data), [0, 1, 4, 8, 9]);
    assert.deepEqual(batch.targetOffsets, [0, 3, 3, 5]);
    assert.deepEqual(sequences.map(countTargets), [3, 0, 2]);
  });
});
