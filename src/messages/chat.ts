import { answerFields, requestMessages } from './requests';
import { closed, count, flag, list, maybe, number, oneOf, text, type TypeOf } from '../base/shapes';
import { messages, nothing } from './messages';

/** Two models answer the same question; the right one can be hidden. */
export const SIDES = ['left', 'right'] as const;
export const side = oneOf(...SIDES);
export type Side = TypeOf<typeof side>;

export const chatSettings = closed({
  /** The system prompt; empty for none. */
  system: text,
  maxNewTokens: count,
  temperature: number,
  topP: number,
  topK: count,
  doSample: flag,
  /** Absent: another one for every answer. */
  seed: maybe(count),
});
export type ChatSettings = TypeOf<typeof chatSettings>;

/** The tutorial's values; answers half as long, because a CPU writes them. */
export const DEFAULT_SETTINGS: ChatSettings = {
  system: '',
  maxNewTokens: 256,
  temperature: 0.7,
  topP: 0.9,
  topK: 50,
  // As the command line, where --temperature is 0 unless given.
  doSample: false,
  seed: undefined,
};

/** One thing of a list to choose from; `group` is the heading it stands under. */
const choice = closed({ id: text, label: text, group: text });
export type ChatChoice = TypeOf<typeof choice>;

/** Among the files that an answer can be saved to, the choice that asks for one. */
export const NEW_FILE = 'new';

/** What one model said to one question. */
export const reply = closed({
  side,
  /** Which model it was, as a person reads it. */
  model: text,
  text,
  status: oneOf('starting', 'waiting', 'streaming', 'done', 'stopped', 'failed'),
  /** Why it failed, and what to do. */
  problem: maybe(text),
  /** Ended by max_new_tokens, not by the model. */
  cut: flag,
  promptTokens: maybe(count),
  newTokens: maybe(count),
  tokensPerSecond: maybe(number),
});
export type Reply = TypeOf<typeof reply>;

export const turn = closed({ question: text, replies: list(reply) });
export type ChatTurn = TypeOf<typeof turn>;

export const chatView = closed({
  /** Runs, model folders and endpoints. */
  sources: list(choice),
  source: maybe(text),
  /** What a side can be: the source's own first. */
  models: list(choice),
  left: maybe(text),
  /** Absent where the right side is hidden. */
  right: maybe(text),
  settings: chatSettings,
  /** What the left model is told where the settings have no system prompt, if anything. */
  unasked: maybe(text),
  /** The last change to the choices and settings that they know of, see Edits. */
  edit: count,
  turns: list(turn),
  /** Models are answering. */
  busy: flag,
});
export type ChatView = TypeOf<typeof chatView>;

export const toChat = messages({
  /** Everything that is shown. */
  chat: { chat: chatView },
  /** More of one reply's text. */
  text: { turn: count, side, text },
  /** One reply as it is now. */
  reply: { turn: count, reply },
  /** There is nothing to talk to: why, and what the person can do. */
  unavailable: { title: text, reason: text, action: oneOf('trust', 'train', 'none') },
  /** Put the cursor into the question. */
  focus: {},
  answer: answerFields,
});
export type ToChat = TypeOf<typeof toChat>;

export const chatRequests = {
  send: { ask: { question: text }, answer: nothing },
  /** Asks one side again, for the last question. */
  retry: { ask: { side }, answer: nothing },
  /** Asks an earlier question in other words; what came after it goes. */
  resend: { ask: { turn: count, question: text }, answer: nothing },
  copy: { ask: { text }, answer: nothing },
  /** The files an answer can be saved to, likeliest first. */
  targets: { ask: {}, answer: list(choice) },
  save: { ask: { turn: count, side, answer: text, target: text }, answer: nothing },
};

export const fromChat = messages({
  ready: {},
  ...requestMessages(chatRequests),
  stop: {},
  /** The changes of choices and settings, each with its number, see Edits. */
  settings: { edit: count, settings: chatSettings },
  chooseSource: { edit: count, source: text },
  /** Without a model the side is hidden. */
  chooseModel: { edit: count, side, model: maybe(text) },
  /** A button that runs one of the editor's commands. */
  act: { action: oneOf('trust', 'train', 'endpoint', 'new') },
});
export type FromChat = TypeOf<typeof fromChat>;

/** What the webview keeps: the question that is being written. */
export const chatDraft = closed({ draft: text, settingsOpen: flag });
export type ChatDraft = TypeOf<typeof chatDraft>;
