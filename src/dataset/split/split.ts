import { SftError } from '../../base/errors';
import { apportion, apportionTable, ENOUGH_FOR_ALL } from '../../base/apportion';
import type { QaExample } from '../example';
import { createRandom, type Random } from '../../base/random';
import {
  addDigest,
  nearQuestions,
  newDigests,
  sameQuestions,
  type SplitDigests,
  type SplitGroups,
} from './split-groups';

export const PARTS = ['train', 'validation', 'test'] as const;
export type Part = (typeof PARTS)[number];

export interface SplitParts {
  /** Shares of the whole; they sum to 1, and zeros are allowed. */
  readonly train: number;
  readonly validation: number;
  readonly test: number;
  /** Any integer. The same examples, shares and seed give the same split. */
  readonly seed: number;
  /**
   * Share of word pairs from which near-duplicates stay in one part too; null keeps only the same questions together, and so does its
   * absence: a run of an earlier version, whose run.json does not have it, goes on with the parts that it began with.
   */
  readonly near_duplicate_threshold?: number | null;
}

/** Indices into the examples, ascending, each example in one part. */
export interface Split extends Record<Part, number[]> {
  /** Near-duplicates that are so many, linked one to the next, that they could not stay in one part; 0 where all could. */
  readonly apart: number;
}

/** Examples that stay together because they ask the same, or nearly. */
interface Group {
  readonly members: readonly number[];
  readonly stratum: number;
}

/** Near-duplicates stay together up to this share of the largest part: a part of nothing else would teach and measure little. */
const LARGEST_GROUP = 0.5;

/**
 * Splits examples into train, validation and test: deterministic by seed, each agency's share kept as near as whole numbers
 * allow, examples with the same question (but for case and white space) always in one part, near-duplicates as well unless there are
 * more of them, linked one to the next, than half of the largest part holds.
 * @throws SftError `split-parts` where the shares are not in [0, 1], do not sum to 1, or the seed is no integer
 */
export function splitDataset(examples: readonly QaExample[], parts: SplitParts): Split {
  const threshold = nearThresholdOf(parts);
  const digests = newDigests();
  for (const example of examples) addDigest(digests, example, threshold);
  return splitDigests(digests, parts);
}

/**
 * The threshold that a split needs its digests for: null where it does not look for near-duplicates.
 * @throws SftError as splitDataset
 */
export function nearThresholdOf(parts: SplitParts): number | null {
  // With one part alone there is nothing to keep apart.
  return Math.max(...checkParts(parts)) === 1 ? null : (parts.near_duplicate_threshold ?? null);
}

/** As splitDataset, of digests made for `nearThresholdOf` these parts. */
export function splitDigests(digests: SplitDigests, parts: SplitParts): Split {
  const shares = checkParts(parts);
  const random = createRandom(parts.seed);
  const { groups: together, apart } = groupsOf(digests, parts, shares);
  const { groups, strata } = stratify(digests, together);
  const table = apportionTable(strata, shares);
  const placed = table.map(() => shares.map((): Group[] => []));
  for (const [stratum, targets] of table.entries()) {
    const own = random.shuffle(groups.filter((group) => group.stratum === stratum));
    placeGroups(own, targets, placed[stratum]!);
  }
  const wanted = apportion(digests.questions.length, shares);
  evenTotals(placed, table, wanted);
  if (groups.length >= ENOUGH_FOR_ALL) fillEmptyParts(placed, shares, random);
  const indices = (part: number): number[] =>
    placed.flatMap((row) => row[part]!.flatMap((group) => group.members)).sort((a, b) => a - b);
  return { train: indices(0), validation: indices(1), test: indices(2), apart };
}

/** @returns the shares in the order of PARTS */
function checkParts(parts: SplitParts): number[] {
  const shares = PARTS.map((part) => parts[part]);
  for (const [i, share] of shares.entries()) {
    if (share >= 0 && share <= 1) continue;
    throw new SftError('split-parts', `split.${PARTS[i]!} is ${share}, which is not a share of the whole`, {
      remedy: 'write a number from 0 to 1',
      exitCode: 2,
    });
  }
  const sum = shares.reduce((total, share) => total + share, 0);
  if (Math.abs(sum - 1) > 1e-6) {
    throw new SftError(
      'split-parts',
      `the shares ${shares.join(' + ')} add up to ${Number(sum.toFixed(6))}, not to 1`,
      {
        remedy: 'change train, validation or test so that they add up to 1',
        exitCode: 2,
      },
    );
  }
  if (!Number.isSafeInteger(parts.seed)) {
    throw new SftError('split-parts', `the seed ${parts.seed} is not an integer`, {
      remedy: 'write 42, say',
      exitCode: 2,
    });
  }
  return shares.map((share) => share / sum);
}

function groupsOf(digests: SplitDigests, parts: SplitParts, shares: readonly number[]): SplitGroups {
  const threshold = nearThresholdOf(parts);
  if (threshold === null) return { groups: sameQuestions(digests), apart: 0 };
  return nearQuestions(digests, threshold, LARGEST_GROUP * Math.max(...shares) * digests.questions.length);
}

/** A group counts for the agency of its first example. */
function stratify({ agencies }: SplitDigests, together: SplitGroups['groups']): { groups: Group[]; strata: number[] } {
  const byAgency = new Map<string, number>();
  const strata: number[] = [];
  const groups = together.map((members): Group => {
    const name = agencies[members[0]!]!;
    let stratum = byAgency.get(name);
    if (stratum === undefined) {
      stratum = strata.push(0) - 1;
      byAgency.set(name, stratum);
    }
    strata[stratum]! += members.length;
    return { members, stratum };
  });
  return { groups, strata };
}

/** Puts each group where most is lacking, the largest groups first, while there is most room for them. */
function placeGroups(groups: readonly Group[], targets: readonly number[], parts: Group[][]): void {
  const room = [...targets];
  for (const group of [...groups].sort((a, b) => b.members.length - a.members.length)) {
    const part = room.indexOf(Math.max(...room));
    parts[part]!.push(group);
    room[part]! -= group.members.length;
  }
}

/** Where large groups overfilled a part, single examples move until the totals are those asked for, or none is left to move. */
function evenTotals(placed: readonly Group[][][], table: readonly number[][], wanted: readonly number[]): void {
  const sizes = placed.map((row) => row.map(countMembers));
  const totals = wanted.map((_, part) => sizes.reduce((sum, row) => sum + row[part]!, 0));
  for (;;) {
    const over = totals.findIndex((n, part) => n > wanted[part]!);
    const under = totals.findIndex((n, part) => n < wanted[part]!);
    if (over === -1 || under === -1) return;
    let best: { stratum: number; gain: number } | undefined;
    for (const [stratum, row] of sizes.entries()) {
      if (!placed[stratum]![over]!.some(isSingle)) continue;
      const targets = table[stratum]!;
      const gain = row[over]! - targets[over]! + targets[under]! - row[under]!;
      if (best === undefined || gain > best.gain) best = { stratum, gain };
    }
    if (best === undefined) return;
    const row = placed[best.stratum]!;
    const [single] = row[over]!.splice(row[over]!.findLastIndex(isSingle), 1);
    row[under]!.push(single!);
    sizes[best.stratum]![over]!--;
    sizes[best.stratum]![under]!++;
    totals[over]!--;
    totals[under]!++;
  }
}

/** Gives a part that is asked for and got nothing one of the smallest groups of the fullest part. */
function fillEmptyParts(placed: readonly Group[][][], shares: readonly number[], random: Random): void {
  for (const [part, share] of shares.entries()) {
    if (share === 0 || placed.some((row) => row[part]!.length > 0)) continue;
    const sizes = shares.map((_, i) => placed.reduce((sum, row) => sum + row[i]!.length, 0));
    const fullest = sizes.indexOf(Math.max(...sizes));
    const candidates = placed.flatMap((row) => row[fullest]!.map((group) => ({ row, group })));
    const smallest = Math.min(...candidates.map(({ group }) => group.members.length));
    const choice = candidates.filter(({ group }) => group.members.length === smallest);
    const { row, group } = choice[random.below(choice.length)]!;
    row[fullest]!.splice(row[fullest]!.indexOf(group), 1);
    row[part]!.push(group);
  }
}

function countMembers(groups: readonly Group[]): number {
  return groups.reduce((sum, group) => sum + group.members.length, 0);
}

function isSingle(group: Group): boolean {
  return group.members.length === 1;
}
