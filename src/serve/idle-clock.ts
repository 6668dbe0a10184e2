/** Runs down while nothing is going on. */
export class IdleClock {
  private active = 0;
  private timer: NodeJS.Timeout | undefined;

  /** @param minutes 0: never */
  constructor(
    private readonly minutes: number,
    private readonly onEnd: () => void,
  ) {
    this.wind();
  }

  begin(): void {
    this.active++;
    clearTimeout(this.timer);
  }

  end(): void {
    this.active--;
    this.wind();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.active = Infinity;
  }

  private wind(): void {
    if (this.minutes > 0 && this.active === 0) this.timer = setTimeout(this.onEnd, this.minutes * 60_000);
  }
}
