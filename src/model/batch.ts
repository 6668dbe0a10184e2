import { placesHeld, type Span } from '../base/spans';
import type { Arena } from '../compute/arena';
import type { Device } from '../compute/device';
import { writeIndices, writeSequences, type Indices, type Sequences } from '../compute/indices';

/** Token ids of one sequence and which of them are targets of the loss. */
export interface TokenSequence {
  readonly ids: ArrayLike<number>;
  /** In order, none overlapping another, all within the sequence. */
  readonly trained: readonly Span[];
}

/** An example of training: a conversation, and the further texts that train earlier answers of it. */
export interface TrainableSequence extends TokenSequence {
  readonly earlier?: readonly TokenSequence[];
}

/** The sequences that train an example: those with something trained. */
export function sequencesOf(examples: readonly TrainableSequence[]): readonly TokenSequence[] {
  return examples.flatMap((example) => {
    const { earlier = [] } = example;
    return earlier.length === 0 ? [example] : [...earlier, example].filter(({ trained }) => trained.length > 0);
  });
}

/** Sequences packed end to end without padding, as the kernels take them. */
export interface PackedBatch {
  readonly tokens: number;
  readonly longest: number;
  /** [tokens] */
  readonly ids: Indices;
  /** [tokens], from 0 in each sequence. */
  readonly positions: Indices;
  readonly sequences: Sequences;
  /** [targetCount]: the rows whose next token is a target. */
  readonly targetRows: Indices;
  /** [targetCount]: those next tokens. */
  readonly targets: Indices;
  readonly targetCount: number;
  /** Per sequence: where its targets begin among all targets; one more entry at the end. On the device and here. */
  readonly offsets: Indices;
  readonly targetOffsets: readonly number[];
}

/**
 * Packs sequences, none of them empty. The first token of a sequence has nothing before it and is never a target.
 * @param memory of i32: the batch is there until its mark is released
 */
export function packBatch(device: Device, memory: Arena, sequences: readonly TokenSequence[]): PackedBatch {
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
  const indices = (values: Int32Array): Indices => writeIndices(device, memory.take(values.length), values);
  return {
    tokens,
    longest,
    ids: indices(ids),
    positions: indices(positions),
    sequences: writeSequences(device, memory.take(table.length), table),
    targetRows: indices(Int32Array.from(rows)),
    targets: indices(Int32Array.from(targets)),
    targetCount: rows.length,
    offsets: indices(Int32Array.from(targetOffsets)),
    targetOffsets,
  };
}

/** The targets of a sequence: its trained tokens but the first of the sequence. */
export function countTargets({ trained }: Pick<TokenSequence, 'trained'>): number {
  return placesHeld(trained) - placesHeld(trained, 1);
}
