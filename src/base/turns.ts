/** One thing after the other, in the order they were asked for: what began earlier cannot end later and undo what is newer. */
export class Turns {
  private last: Promise<unknown> = Promise.resolve();

  /** Resolves or rejects as the thing does, which begins when all before it have ended, well or not. */
  async next<T>(thing: () => Promise<T>): Promise<T> {
    const done = this.last.then(thing);
    this.last = done.catch(() => undefined);
    return done;
  }
}
