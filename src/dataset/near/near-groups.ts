import { DisjointSets } from './disjoint-sets';
import { bandsFor, type SignedSet } from './near-sets';

/** An example is compared with so many that MinHash proposes at most: in a set made from a few templates it proposes nearly all. */
const MOST_COMPARED = 64;
/** More than there are examples; a hash of 32 bits beside such a number is exact in a double. */
const NUMBERS = 2 ** 21;
/** Far below one word pair, far above the rounding of a product. */
const ROUNDING = 1e-6;

/** What must stay together anyway, as numbers of examples. */
export type Unit = readonly number[];

/**
 * Joins units that are linked by near examples, by one pair or a chain of pairs.
 * @param units of distinct examples
 * @param sets of each example; undefined where it is too short to be compared
 * @param threshold Jaccard similarity from which two examples are near
 * @param signedAt the threshold that the sets were signed for, no higher than `threshold`
 * @returns the units that belong together, in the order of their first ones
 */
export function linkNear(
  units: readonly Unit[],
  sets: readonly (SignedSet | undefined)[],
  threshold: number,
  signedAt: number,
): Unit[][] {
  const joined = new DisjointSets(units.length);
  const { bands } = bandsFor(signedAt);
  const unitOf: number[] = [];
  const own: SignedSet[] = [];
  for (const [number, unit] of units.entries()) {
    for (const example of unit) {
      const set = sets[example];
      if (set === undefined) continue;
      unitOf.push(number);
      own.push(set);
    }
  }
  const compared = new Uint16Array(own.length);

  const mayCompare = (at: number): boolean => compared[at]! < MOST_COMPARED;
  const areNear = (these: readonly number[], those: readonly number[]): boolean => {
    for (const a of these) {
      for (let i = those.length - 1; i >= 0 && mayCompare(a); i--) {
        compared[a]!++;
        if (isNear(own[a]!, own[those[i]!]!, bands, threshold)) return true;
      }
    }
    return false;
  };

  /** @param proposed share a band; those already joined need no comparison */
  const link = (proposed: readonly number[]): void => {
    const byUnit = new Map<number, number[]>();
    for (const at of proposed) {
      const unit = joined.find(unitOf[at]!);
      const together = byUnit.get(unit);
      if (together === undefined) byUnit.set(unit, [at]);
      else together.push(at);
    }
    if (byUnit.size === 1) return;
    const apart: number[][] = [];
    for (const members of byUnit.values()) {
      let home: number[] | undefined;
      for (let i = apart.length - 1; i >= 0 && members.some(mayCompare); i--) {
        const others = apart[i]!;
        if (!areNear(members, others)) continue;
        joined.join(unitOf[members[0]!]!, unitOf[others[0]!]!);
        if (home === undefined) home = others;
        else {
          for (const other of others) home.push(other);
          apart.splice(i, 1);
        }
      }
      if (home === undefined) apart.push(members);
      else for (const member of members) home.push(member);
    }
  };

  const order = new Float64Array(own.length);
  for (let band = 0; band < bands; band++) {
    for (let at = 0; at < own.length; at++) order[at] = own[at]![band]! * NUMBERS + at;
    order.sort();
    for (let start = 0, end = 1; end <= order.length; end++) {
      const key = Math.floor(order[start]! / NUMBERS);
      if (end < order.length && Math.floor(order[end]! / NUMBERS) === key) continue;
      if (end - start > 1) link(Array.from(order.subarray(start, end), (packed) => packed % NUMBERS));
      start = end;
    }
  }
  return joined.sets().map((together) => together.map((number) => units[number]!));
}

/** Whether the Jaccard similarity reaches the threshold; it looks no further than the answer needs. */
function isNear(a: SignedSet, b: SignedSet, bands: number, threshold: number): boolean {
  // Of sets with c in common, c / (|a| + |b| - c) reaches t just where |a| + |b| - 2c, the different ones, are no more than this.
  const allowed = ((a.length + b.length - 2 * bands) * (1 - threshold)) / (1 + threshold) + ROUNDING;
  if (Math.abs(a.length - b.length) > allowed) return false;
  let different = 0;
  let i = bands;
  let j = bands;
  while (i < a.length && j < b.length && different <= allowed) {
    const x = a[i]!;
    const y = b[j]!;
    // In sums, not in branches, which the processor would guess wrong half of the time.
    different += Number(x !== y);
    i += Number(x <= y);
    j += Number(y <= x);
  }
  return different + (a.length - i) + (b.length - j) <= allowed;
}
