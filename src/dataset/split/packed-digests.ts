import type { DatasetExample } from '../example';
import { addDigest, newDigests, type SplitDigests } from './split-groups';

/** Digests of some examples, in arrays that go from thread to thread as they are. */
export interface PackedDigests {
  readonly questions: Float64Array;
  readonly agencies: readonly string[];
  /** One set after the other. */
  readonly sets: Uint32Array;
  /** Where each set ends; where it begins if there is none. */
  readonly ends: Uint32Array;
}

/** @param threshold as `addDigest` takes it */
export function packDigests(examples: readonly DatasetExample[], threshold: number | null): PackedDigests {
  const digests = newDigests();
  for (const { value } of examples) addDigest(digests, value, threshold);
  const { questions, agencies, sets } = digests;
  const packed = new Uint32Array(sets.reduce((sum, set) => sum + (set?.length ?? 0), 0));
  let length = 0;
  const ends = Uint32Array.from(sets, (set) => {
    if (set !== undefined) packed.set(set, length);
    return (length += set?.length ?? 0);
  });
  return { questions: Float64Array.from(questions), agencies, sets: packed, ends };
}

/** Adds them to those of the examples before. */
export function unpackDigests({ questions, agencies, sets, ends }: PackedDigests, digests: SplitDigests): void {
  for (let at = 0; at < ends.length; at++) {
    const from = at === 0 ? 0 : ends[at - 1]!;
    digests.questions.push(questions[at]!);
    digests.agencies.push(agencies[at]!);
    digests.sets.push(from === ends[at] ? undefined : sets.subarray(from, ends[at]));
  }
}
