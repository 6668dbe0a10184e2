/** Where in the answers, sorted by what training gained, those to read stand: the quartiles, not the three best. */
const PLACES = [0.75, 0.5, 0.25];

interface Answers {
  readonly base: { readonly rougeL: number };
  readonly tuned: { readonly rougeL: number };
}

/** Three answers that show what training did, one that gained much, one in the middle and one that gained little; all of three or fewer. */
export function answersToRead<T extends Answers>(predictions: readonly T[]): T[] {
  const gain = ({ base, tuned }: Answers): number => tuned.rougeL - base.rougeL;
  const sorted = [...predictions].sort((a, b) => gain(a) - gain(b));
  if (sorted.length <= PLACES.length) return sorted.reverse();
  return PLACES.map((place) => sorted[Math.floor(place * sorted.length)]!);
}
