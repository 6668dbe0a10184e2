import type { QaExample } from '../example';
import type { SignedSet } from '../near/near-sets';
import { linkNear, type Unit } from '../near/near-groups';
import { normaliseText } from '../normalise';
import { nearSet } from '../rules/near-duplicate';

/** Which examples a split keeps on one side, by their numbers. */
export interface SplitGroups {
  /** In the order of their first examples, each ascending. */
  readonly groups: readonly Unit[];
  /** Examples in groups that were larger than allowed and were taken apart. */
  readonly apart: number;
}

/**
 * Examples with the same question (but for case and white space), always together.
 */
export function sameQuestions(examples: readonly QaExample[]): Unit[] {
  const byQuestion = new Map<string, number[]>();
  for (const [index, { question }] of examples.entries()) {
    const key = normaliseText(question);
    const group = byQuestion.get(key);
    if (group === undefined) byQuestion.set(key, [index]);
    else group.push(index);
  }
  return [...byQuestion.values()];
}

/**
 * As sameQuestions, and near-duplicates together as well, those of near-duplicates too. Where a group would have more than `largest`
 * examples, a chain of template-made questions say, a stricter threshold takes it apart, and in the end the questions alone.
 * @param threshold share of word pairs from which two examples are near-duplicates, from LEAST_THRESHOLD to 1
 */
export function nearQuestions(examples: readonly QaExample[], threshold: number, largest: number): SplitGroups {
  const sets = examples.map(({ question, answer }): SignedSet | undefined => nearSet(question, answer, threshold));
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
  gather(sameQuestions(examples), threshold === 1 ? [1] : [threshold, (1 + threshold) / 2, 1]);
  return { groups: groups.sort(([a], [b]) => a! - b!), apart };
}
