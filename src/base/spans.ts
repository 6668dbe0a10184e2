/** Places of a sequence: from, inclusive, to, exclusive. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** The parts of spans that lie within the first `length` places; those that are then empty are left out. */
export function cutSpans(spans: readonly Span[], length: number): Span[] {
  return spans.map(({ from, to }) => ({ from, to: Math.min(to, length) })).filter(({ from, to }) => from < to);
}

/** How many of the first `length` places the spans hold. The spans do not overlap. */
export function placesHeld(spans: readonly Span[], length = Infinity): number {
  return spans.reduce((sum, { from, to }) => sum + Math.max(0, Math.min(to, length) - from), 0);
}

/** Whether a place lies in one of the spans. */
export function isHeld(spans: readonly Span[], place: number): boolean {
  return spans.some(({ from, to }) => from <= place && place < to);
}
