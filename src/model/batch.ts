import type { Device, DeviceBuffer, Sequences } from '../compute/device';

/** Token ids of one sequence and which of them are targets (1) of the loss. */
export interface TokenSequence {
  readonly ids: ArrayLike<number>;
  readonly trained: ArrayLike<number>;
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
      if (i > 0 && trained[i] === 1) {
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
  let count = 0;
  for (let i = 1; i < trained.length; i++) if (trained[i] === 1) count++;
  return count;
}

function upload(device: Device, data: Int32Array): DeviceBuffer {
  const buffer = device.alloc('i32', Math.max(1, data.length));
  if (data.length > 0) device.write(buffer, data);
  return buffer;
}
