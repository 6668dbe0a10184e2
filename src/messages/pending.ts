interface Waiting {
  readonly resolve: (problem: string | undefined) => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

/** Requests that wait for their answer, each for a limited time. */
export class PendingRequests {
  private readonly waiting = new Map<number, Waiting>();
  private nextId = 1;

  /** @param limit milliseconds until a request counts as unanswered */
  constructor(private readonly limit: number) {}

  /** Sends a request under a new id. @returns undefined when it was done, else why not */
  ask(send: (id: number) => void): Promise<string | undefined> {
    const id = this.nextId++;
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.answer(id, 'The editor did not answer in time - try again');
      }, this.limit);
      this.waiting.set(id, { resolve, timer });
      send(id);
    });
  }

  /** @returns false for an answer that nobody waits for */
  answer(id: number, problem: string | undefined): boolean {
    const waiting = this.waiting.get(id);
    if (waiting === undefined) return false;
    this.waiting.delete(id);
    clearTimeout(waiting.timer);
    waiting.resolve(problem);
    return true;
  }
}
