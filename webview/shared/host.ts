import { PendingRequests } from '../../src/messages/pending';
import { accept, type Shape } from '../../src/messages/shape';

declare function acquireVsCodeApi(): { postMessage(message: unknown): void };

const ANSWER_LIMIT = 10_000;

export interface Host<From> {
  post(message: From): void;
  /** Sends a request under a new id. @returns undefined when it was done, else why not */
  ask(make: (id: number) => From): Promise<string | undefined>;
  answer(id: number, problem: string | undefined): void;
}

/** The editor's side. Messages from it that do not fit the protocol are logged and dropped. */
export function connect<To, From>(shape: Shape<To>, receive: (message: To) => void): Host<From> {
  const editor = acquireVsCodeApi();
  const pending = new PendingRequests(ANSWER_LIMIT);
  window.addEventListener('message', (event: MessageEvent<unknown>) => {
    const message = accept(shape, event.data, (reason) => {
      console.error(`refused a message from the editor: ${reason}`);
    });
    if (message !== undefined) receive(message);
  });
  return {
    post: (message) => {
      editor.postMessage(message);
    },
    ask: (make) =>
      pending.ask((id) => {
        editor.postMessage(make(id));
      }),
    answer: (id, problem) => {
      pending.answer(id, problem);
    },
  };
}
