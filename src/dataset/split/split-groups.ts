import type { QaExample } from '../example';
import type { SignedSet } from '../near/near-sets';
import { linkNear, type Unit } from '../near/near-groups';
import { hashNumber, hashTexts } from '../near/text-hash';
import { normaliseText } from '../normalise';
import { nearSet } from '../rules/near-duplicate';

/** What a split looks at of examples, a list each: their texts are not needed any more. */
export interface SplitDigests {
  /** A hash of the question but for case and white space. */
  readonly questions: number[];
  /** The category, in one spelling. */
  readonly agencies: string[];
  /** What near-duplicates are found by; undefined where the texts are too short, and where none are looked for. */
  readonly sets: (SignedSet | undefined)[];
}

export function newDigests(): SplitDigests {
  return { questions: [], agencies: [], sets: [] };
}

/** @param threshold that of nearQuestions; null where only the same questions are kept together */
export function addDigest(digests: SplitDigests, example: QaExample, threshold: number | null): void {
  const { question, answer, agency = '' } = example;
  digests.questions.push(hashNumber(hashTexts([question])));
  digests.agencies.push(normaliseText(agency));
  digests.sets.push(threshold === null ? undefined : nearSet(question, answer, threshold));
}

/** Which examples a split keeps on one side, by their numbers. */
export interface SplitGroups {
  /** In the order of their first examples, each ascending. */
  readonly groups: readonly Unit[];
  /** Examples in groups that were larger than allowed and were taken apart. */
  readonly apart: number;
}

/** Examples with the same question (but for case and white space), always together. */
export function sameQuestions({ questions }: Pick<SplitDigests, 'questions'>): Unit[] {
  const byQuestion = new Map<number, number[]>();
  for (const [index, question] of questions.entries()) {
    const group = byQuestion.get(question);
    if (group === undefined) byQuestion.set(question, [index]);
    else group.push(index);
  }
  return [...byQuestion.values()];
}

/**
 * As sameQuestions, and near-duplicates together as well, those of near-duplicates too. Where a group would have more than `largest`
 * examples, a chain of template-made questions say, a stricter threshold takes it apart, and in the end the questions alone.
 * @param digests made for this threshold
 * @param threshold share of word pairs from which two examples are near-duplicates, from LEAST_THRESHOLD to 1
 */
export function nearQuestions(digests: SplitDigests, threshold: number, largest: number): SplitGroups {
  const { sets } = digests;
  const groups: Unit[] = [];
  let apart = 0;
  const gather = (units: readonly Unit[], [loosest, ...stricter]: readonly number[]): void => {
    const linked = loosest === undefined ? units.map((unit) => [unit]) : linkNear(units, sets, loosest, threshold);
    for (const together of linked) {
      const members = together.flat();
      if (together.length === 1 || members.length <= largest) groups.push(members.sort((a, b) => a - b));
      else {
        if (loosest === threshold) apart += members.length;
        gather(together, stricter);
      }
    }
  };
  gather(sameQuestions(digests), threshold === 1 ? [1] : [threshold, (1 + threshold) / 2, 1]);
  return { groups: groups.sort(([a], [b]) => a! - b!), apart };
}
