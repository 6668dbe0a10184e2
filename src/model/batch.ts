import { placesHeld, type Span } from '../base/spans';
import type { Arena } from '../compute/arena';
import type { Device } from '../compute/device';
import { writeIndices, writeSequences, type Indices, type Sequences } from '../compute/indices';
import { isVirtual } from './virtual-ids';

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

/** Which keys and values the sequences of a pass see that begin alike: the beginning stands once and is seen by all. */
export interface SharedKeys {
  /** Rows of the beginning that were computed before the pass and stand before its own; 0 where they are the first of its own. */
  readonly held: number;
  /** For each key that a sequence sees, sequence after sequence: its place among the held rows and then those of the pass. */
  readonly rows: Indices;
}

/** Sequences packed end to end without padding, as the kernels take them. */
export interface PackedBatch {
  readonly tokens: number;
  readonly longest: number;
  /** Virtual ones included, which stand as 0 among `ids` [tokens]. */
  readonly tokenIds: readonly number[];
  readonly ids: Indices;
  /** [tokens], from 0 in each sequence. */
  readonly positions: Indices;
  readonly sequences: Sequences;
  /** Per sequence, the rows that are its own and no virtual tokens. */
  readonly own: readonly Span[];
  readonly shared?: SharedKeys | undefined;
  /** [targetCount]: the rows whose next token is a target. */
  readonly targetRows: Indices;
  /** [targetCount]: those next tokens. */
  readonly targets: Indices;
  readonly targetCount: number;
  /** Per sequence: where its targets begin among all targets; one more entry at the end. On the device and here. */
  readonly offsets: Indices;
  readonly targetOffsets: readonly number[];
}

/** What the sequences of a pass have in common. */
export interface CommonPrefix {
  /** Tokens that all begin with; none of them predicts a target. */
  readonly length: number;
  /** Whether they were computed before the pass. */
  readonly held: boolean;
}

/**
 * Packs sequences, none of them empty. The first token of a sequence has nothing before it and is never a target. A common prefix stands
 * once, before the rest of each sequence, or not at all where it is held.
 * @param memory of i32: the batch is there until its mark is released
 */
export function packBatch(
  device: Device,
  memory: Arena,
  sequences: readonly TokenSequence[],
  { length: prefix, held }: CommonPrefix = { length: 0, held: false },
): PackedBatch {
  const ids: number[] = [];
  const positions: number[] = [];
  const table: number[] = [];
  const seen: number[] = [];
  const rows: number[] = [];
  const targets: number[] = [];
  const targetOffsets = [0];
  const own: Span[] = [];
  /** Adds the rows of a sequence from `from` on, which see those of the prefix and their own. */
  const add = (sequenceIds: ArrayLike<number>, from: number, to: number): void => {
    const before = held ? prefix : 0;
    table.push(ids.length, to - from, seen.length, to);
    for (let i = 0; i < from; i++) seen.push(i);
    for (let i = from; i < to; i++) {
      seen.push(before + ids.length);
      ids.push(sequenceIds[i]!);
      positions.push(i);
    }
  };
  if (prefix > 0 && !held) add(sequences[0]!.ids, 0, prefix);
  for (const { ids: sequenceIds, trained } of sequences) {
    const start = ids.length - prefix;
    let first = prefix;
    while (first < sequenceIds.length && isVirtual(sequenceIds[first]!)) first++;
    own.push({ from: start + first, to: start + sequenceIds.length });
    add(sequenceIds, prefix, sequenceIds.length);
    for (const { from, to } of trained) {
      for (let i = Math.max(1, from); i < to; i++) {
        rows.push(start + i - 1);
        targets.push(sequenceIds[i]!);
      }
    }
    targetOffsets.push(rows.length);
  }
  const indices = (values: readonly number[]): Indices =>
    writeIndices(device, memory.take(values.length), Int32Array.from(values));
  return {
    tokens: ids.length,
    longest: Math.max(0, ...sequences.map((sequence) => sequence.ids.length)),
    tokenIds: ids,
    ids: indices(ids.map((id) => (isVirtual(id) ? 0 : id))),
    positions: indices(positions),
    sequences: writeSequences(device, memory.take(table.length), Int32Array.from(table)),
    own,
    shared: prefix === 0 ? undefined : { held: held ? prefix : 0, rows: indices(seen) },
    targetRows: indices(rows),
    targets: indices(targets),
    targetCount: rows.length,
    offsets: indices(targetOffsets),
    targetOffsets,
  };
}

/** The first tokens of a sequence, without targets: what others are packed behind. */
export function packPrefix(device: Device, memory: Arena, { ids }: TokenSequence, length: number): PackedBatch {
  return packBatch(device, memory, [{ ids: Array.from({ length }, (_, i) => ids[i]!), trained: [] }]);
}

/** The targets of a sequence: its trained tokens but the first of the sequence. */
export function countTargets({ trained }: Pick<TokenSequence, 'trained'>): number {
  return placesHeld(trained) - placesHeld(trained, 1);
}
