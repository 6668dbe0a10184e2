import { placesHeld, type Span } from '../base/spans';
import type { Device, DeviceBuffer, Sequences } from '../compute/device';

/** Token ids of one sequence and which of them are targets of the loss. */
export interface TokenSequence {
  readonly ids: ArrayLike<number>;
  /** In order, none overlapping another, all within the sequence. */
  readonly trained: readonly Span[];
}

/** Sequences packed end to end without padding, as the kernels take them. */
export interface PackedBatch {
  readonly tokens: number;
  readonly longest: number;
  /** i32 [tokens] */
  readonly ids: DeviceBuffer;
  /** i32 [tokens], from 0 in each sequence. */
  readonly positions: DeviceBuffer;
  readonly sequences: Sequences;
  /** i32 [targetCount]: the rows whose next token is a target. */
  readonly targetRows: DeviceBuffer;
  /** i32 [targetCount]: those next tokens. */
  readonly targets: DeviceBuffer;
  readonly targetCount: number;
  /** Per sequence: where its targets begin among all targets; one more entry at the end. */
  readonly targetOffsets: readonly number[];
}

/** Packs sequences, none of them empty. The first token of a sequence has nothing before it and is never a target. */
export function packBatch(device: Device, sequences: readonly TokenSequence[]): PackedBatch {
  const tokens = sequences.reduce((sum, s) => sum + s.ids.length, 0);
  const ids = new Int32Array(tokens);
  const positions = new Int32Array(tokens);
  const table = new Int32Array(sequences.length * 4);
  const rows: number[] = [];
  const targets: number[] = [];
  const targetOffsets = [0];
  let row = 0;
  let longest = 0;
  sequences.forEach(({ ids: sequenceIds, trained }, index) => {
    const length = sequenceIds.length;
    table.set([row, length, row, length], index * 4);
    for (let i = 0; i < length; i++) {
      ids[row + i] = sequenceIds[i]!;
      positions[row + i] = i;
    }
    for (const { from, to } of trained) {
      for (let i = Math.max(1, from); i < to; i++) {
        rows.push(row + i - 1);
        targets.push(sequenceIds[i]!);
      }
    }
    row += length;
    longest = Math.max(longest, length);
    targetOffsets.push(rows.length);
  });
  return {
    tokens,
    longest,
    ids: upload(device, ids),
    positions: upload(device, positions),
    sequences: { table: upload(device, table), count: sequences.length },
    targetRows: upload(device, Int32Array.from(rows)),
    targets: upload(device, Int32Array.from(targets)),
    targetCount: rows.length,
    targetOffsets,
  };
}

export function freeBatch(device: Device, batch: PackedBatch): void {
  for (const buffer of [batch.ids, batch.positions, batch.sequences.table, batch.targetRows, batch.targets]) {
    device.free(buffer);
  }
}

/** The targets of a sequence: its trained tokens but the first of the sequence. */
export function countTargets({ trained }: Pick<TokenSequence, 'trained'>): number {
  return placesHeld(trained) - placesHeld(trained, 1);
}

function upload(device: Device, data: Int32Array): DeviceBuffer {
  const buffer = device.alloc('i32', Math.max(1, data.length));
  if (data.length > 0) device.write(buffer, data);
  return buffer;
}
