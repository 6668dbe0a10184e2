/** Fewer pairs than this tell little: one answer is more than three per cent of the mean, and resampling them underrates the chance in it. */
const FEW_PAIRS = 30;

/** Means of fewer pairs of an answer and its reference get neither an interval nor a verdict. */
export function areFew(pairs: number): boolean {
  return pairs < FEW_PAIRS;
}
