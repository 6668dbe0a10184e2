/** A run that has said nothing for less than this is not silent, seconds: saving and answering take a while. */
const SHORTEST = 60;
/** Steps whose median tells how long one takes. */
const STEPS = 20;
const MEDIANS = 10;

/** Says, once until it goes on, that nothing has been heard for ten steps: a process waits for another that will never come. */
export class SilenceWatch {
  private readonly seconds: number[] = [];
  private heardAt: number;
  private told = false;

  /** @param now a clock, ms */
  constructor(
    private readonly tell: (message: string) => void,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.heardAt = now();
  }

  heard(event: { readonly type: string; readonly seconds?: number }): void {
    this.heardAt = this.now();
    this.told = false;
    if (event.seconds === undefined) return;
    this.seconds.push(event.seconds);
    if (this.seconds.length > STEPS) this.seconds.shift();
  }

  look(): void {
    const sorted = this.seconds.toSorted((a, b) => a - b);
    const median = sorted[Math.floor(sorted.length / 2)];
    if (this.told || median === undefined) return;
    const silent = (this.now() - this.heardAt) / 1000;
    if (silent < Math.max(SHORTEST, MEDIANS * median)) return;
    this.told = true;
    this.tell(
      `nothing has been heard from Python for ${Math.round(silent)} s, a step takes ${median.toPrecision(2)} s: a process may wait for another that does not answer; engine/python.log may say why`,
    );
  }
}
