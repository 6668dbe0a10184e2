import { deltaNorms, type NormScratch } from '../../compute/composed/merge-delta';
import type { Device } from '../../compute/device';
import { writeIndices } from '../../compute/indices';
import type { DeviceBuffer, WeightMatrix } from '../../compute/memory';
import type { ProjectionDelta, Recorder } from '../../compute/recorder';

/** Floats of the rows that are expanded at once: they stay in a processor's cache. */
const BLOCK = 1 << 18;

/** The lengths of the rows of adapted weights with their deltas, which DoRA divides by. */
export class DoraNorms {
  /** fp32 [out] of each weight. */
  readonly of: readonly DeviceBuffer[];
  private readonly values: DeviceBuffer;
  private readonly scratch: NormScratch;

  constructor(
    private readonly device: Device,
    private readonly weights: readonly WeightMatrix[],
  ) {
    this.values = device.alloc(
      'f32',
      weights.reduce((sum, { rows }) => sum + rows, 0),
    );
    let offset = 0;
    this.of = weights.map(({ rows }) => {
      offset += rows;
      return this.values.slice(offset - rows, rows);
    });
    const most = (sizes: readonly number[]): number => sizes.reduce((a, b) => Math.max(a, b), 0);
    const block = device.alloc('f32', Math.max(BLOCK, most(weights.map(({ cols }) => cols))));
    const lines = Int32Array.from({ length: most(weights.map(({ rows }) => rows)) }, (_, row) => row);
    this.scratch = { block, rows: writeIndices(device, device.alloc('i32', lines.length), lines) };
  }

  /** @param deltas one a weight, as they are now */
  refresh(r: Recorder, deltas: readonly ProjectionDelta[]): void {
    this.weights.forEach((weight, i) => {
      deltaNorms(r, this.scratch, this.of[i]!, weight, deltas[i]!);
    });
  }

  free(): void {
    for (const buffer of [this.values, this.scratch.block, this.scratch.rows.data]) this.device.free(buffer);
  }
}
