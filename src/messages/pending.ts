import { problemOf } from '../base/shapes';
import type { AnswerMessage, AnswerOf, AskOf, Outcome, Requests } from './requests';

interface Waiting {
  readonly answered: (message: AnswerMessage) => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

export interface PendingOptions {
  readonly send: (message: unknown) => void;
  /** Who is asked, for the person: `The editor`. */
  readonly who: string;
  /** Milliseconds until a request counts as unanswered. */
  readonly limit: number;
}

/** Requests that wait for their answer, each for a limited time. */
export class PendingRequests<R extends Requests> {
  private readonly waiting = new Map<number, Waiting>();
  private nextId = 1;

  constructor(
    private readonly requests: R,
    private readonly options: PendingOptions,
  ) {}

  /** Sends a request under a new id. An answer of another shape than the request's counts as a refusal. */
  ask<K extends keyof R & string>(type: K, ask: AskOf<R[K]>): Promise<Outcome<AnswerOf<R[K]>>> {
    const { send, who, limit } = this.options;
    const id = this.nextId++;
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.waiting.delete(id);
        resolve({ problem: `${who} did not answer in time - try again` });
      }, limit);
      const answered = ({ problem, value }: AnswerMessage): void => {
        const wrong = problem ?? problemOf(this.requests[type]!.answer, value, `the answer to ${type}`);
        resolve(wrong === undefined ? { problem: undefined, value: value as AnswerOf<R[K]> } : { problem: wrong });
      };
      this.waiting.set(id, { answered, timer });
      send({ ...(ask as object), type, id });
    });
  }

  /** @returns false for an answer that nobody waits for */
  answer(message: AnswerMessage): boolean {
    const waiting = this.waiting.get(message.id);
    if (waiting === undefined) return false;
    this.waiting.delete(message.id);
    clearTimeout(waiting.timer);
    waiting.answered(message);
    return true;
  }
}
