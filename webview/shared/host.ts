import { PendingRequests } from '../../src/messages/pending';
import {
  answerMessage,
  isAnswer,
  type AnswerMessage,
  type AnswerOf,
  type AskOf,
  type Outcome,
  type Message,
  type Requests,
} from '../../src/messages/requests';
import { problemOf, type Shape } from '../../src/base/shapes';
import { accept } from '../../src/messages/messages';

declare function acquireVsCodeApi(): {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
};

/** Only an editor that is gone lets a request wait so long, ms: on a busy machine an answer may take many seconds. */
const ANSWER_LIMIT = 120_000;

interface Protocol<To extends Message, R extends Requests, State> {
  /** What the editor sends. */
  readonly to: Shape<To>;
  /** What the editor answers. */
  readonly requests: R;
  readonly receive: (message: Exclude<To, AnswerMessage>) => void;
  readonly state?: Shape<State>;
}

export interface Host<From, R extends Requests, State> {
  post(message: Exclude<From, { readonly id: number }>): void;
  /** Sends a request. Its answer is of the type that belongs to it. */
  ask<K extends keyof R & string>(type: K, ask: AskOf<R[K]>): Promise<Outcome<AnswerOf<R[K]>>>;
  /** Answers a request of the editor. */
  answer(id: number, outcome: Outcome<unknown>): void;
  /** What the view keeps while it is hidden and when the window is loaded anew; undefined before the first time. */
  readonly kept: State | undefined;
  keep(state: State): void;
}

/** The editor's side. Messages from it that do not fit the protocol are logged and dropped. */
export function connect<To extends Message, From, R extends Requests, State = never>({
  to,
  requests,
  receive,
  state,
}: Protocol<To, R, State>): Host<From, R, State> {
  const editor = acquireVsCodeApi();
  const send = (message: unknown): void => {
    editor.postMessage(message);
  };
  // What an older version kept may be of another shape: the view then begins anew.
  const former = editor.getState();
  let kept = state !== undefined && problemOf(state, former, 'state') === undefined ? (former as State) : undefined;
  const pending = new PendingRequests(requests, { send, who: 'The editor', limit: ANSWER_LIMIT });
  window.addEventListener('message', (event: MessageEvent<unknown>) => {
    const message: Message | undefined = accept(to, event.data, (reason) => {
      console.error(`refused a message from the editor: ${reason}`);
    });
    if (message === undefined) return;
    if (isAnswer(message)) pending.answer(message);
    else receive(message as Exclude<To, AnswerMessage>);
  });
  return {
    post: send,
    ask: (type, ask) => pending.ask(type, ask),
    answer: (id, outcome) => {
      send(answerMessage(id, outcome));
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
