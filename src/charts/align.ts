/** A curve's points, x rising; null is a gap. */
export interface Points {
  readonly x: readonly number[];
  readonly y: readonly (number | null)[];
}

/** Curves over one x: every x of any of them, rising, and for each curve its y there, undefined where it has no point. */
export function aligned(curves: readonly Points[]): {
  readonly x: number[];
  readonly y: (number | null | undefined)[][];
} {
  const x: number[] = [];
  const y = curves.map((): (number | null | undefined)[] => []);
  const next = curves.map(() => 0);
  for (;;) {
    let least = Infinity;
    for (let i = 0; i < curves.length; i++) {
      const at = curves[i]!.x[next[i]!];
      if (at !== undefined && at < least) least = at;
    }
    if (least === Infinity) return { x, y };
    x.push(least);
    for (let i = 0; i < curves.length; i++) {
      const has = curves[i]!.x[next[i]!] === least;
      y[i]!.push(has ? curves[i]!.y[next[i]!++] : undefined);
    }
  }
}
