import { PendingRequests } from '../../src/messages/pending';
import { accept, type Shape } from '../../src/messages/shape';

declare function acquireVsCodeApi(): {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
};

/** Only an editor that is gone lets a request wait so long, ms: on a busy machine an answer may take many seconds. */
const ANSWER_LIMIT = 120_000;

export interface Host<From, State> {
  post(message: From): void;
  /** Sends a request under a new id. @returns undefined when it was done, else why not */
  ask(make: (id: number) => From): Promise<string | undefined>;
  answer(id: number, problem: string | undefined): void;
  /** What the view keeps while it is hidden and when the window is loaded anew; undefined before the first time. */
  readonly kept: State | undefined;
  keep(state: State): void;
}

/** The editor's side. Messages from it that do not fit the protocol are logged and dropped. */
export function connect<To, From, State = never>(
  shape: Shape<To>,
  receive: (message: To) => void,
  state?: Shape<State>,
): Host<From, State> {
  const editor = acquireVsCodeApi();
  // What an older version kept may be of another shape: the view then begins anew.
  const former = editor.getState();
  let kept = state !== undefined && state.problem(former, 'state') === undefined ? (former as State) : undefined;
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
    get kept() {
      return kept;
    },
    keep: (next) => {
      kept = next;
      editor.setState(next);
    },
  };
}
