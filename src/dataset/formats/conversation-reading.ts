import { TURN_KEYS } from './conversation';
import { Places } from './places';
import { asWritten, isJsonObject, type JsonObject, type Note, type Reading } from './reading';
import { textOfParts } from './text-parts';
import { writtenCalls } from './tool-calls';

type ConversationKind = 'messages' | 'sharegpt';

/** How the turns of a conversation name speaker and text. */
interface TurnKeys {
  readonly kind: ConversationKind;
  readonly speaker: string;
  readonly text: string;
}

const OWN: Readonly<Record<string, TurnKeys>> = {
  messages: { kind: 'messages', speaker: 'role', text: 'content' },
  conversations: { kind: 'sharegpt', speaker: 'from', text: 'value' },
};
/** Names of lists of turns: the two of the kinds, then those of other tools. */
const LISTS = ['messages', 'conversations', 'contents', 'conversation', 'chat_messages', 'dialog', 'dialogue'];
const TURNS: readonly TurnKeys[] = [
  ...Object.values(OWN),
  { kind: 'messages', speaker: 'role', text: 'parts' },
  { kind: 'messages', speaker: 'role', text: 'text' },
  { kind: 'messages', speaker: 'sender', text: 'text' },
  { kind: 'messages', speaker: 'author', text: 'content' },
  { kind: 'messages', speaker: 'speaker', text: 'text' },
];
const SYSTEM_KEYS = ['system', 'system_prompt', 'system_message', 'systemInstruction', 'system_instruction'];
/** What other tools call a speaker. */
const SPEAKERS: Readonly<Record<string, string>> = {
  model: 'assistant',
  ai: 'assistant',
  gpt: 'assistant',
  chatgpt: 'assistant',
  human: 'user',
  prompter: 'user',
};

/** A conversation as a list of turns, whatever names the list, the speaker and the text have; undefined where it is none. */
export function conversationReading(value: JsonObject): Reading | undefined {
  const list = LISTS.find((name) => Array.isArray(value[name]) && keysOf(name, value[name]) !== undefined);
  if (list === undefined) return undefined;
  const turns = value[list] as readonly unknown[];
  const keys = keysOf(list, turns)!;
  const own = TURN_KEYS[keys.kind];
  const system = systemOf(value, keys.kind);
  const read = turns.map((turn) => readTurn(turn, keys));
  const asIs =
    list === own.turns &&
    system === undefined &&
    value['agency'] !== null &&
    read.every((turn, at) => turn === turns[at]);
  if (asIs) return asWritten(keys.kind, value);
  const places = new Places();
  if (list !== own.turns) places.move([own.turns], [list]);
  for (const at of turns.keys()) {
    if (keys.speaker !== own.speaker) places.move([own.turns, at, own.speaker], [list, at, keys.speaker]);
    if (keys.text !== own.text) places.move([own.turns, at, own.text], [list, at, keys.text]);
  }
  const rest = Object.fromEntries(
    Object.entries(value).filter(([key, item]) => key !== list && key !== system?.key && !isAbsent(key, item)),
  );
  if (system !== undefined && system.text !== undefined) places.move(['system'], [system.key]);
  const first = system?.text === undefined ? {} : { system: system.text };
  const notes = list === 'contents' ? [GEMINI] : [];
  return { kind: keys.kind, value: { ...first, [own.turns]: read, ...rest }, places, notes };
}

const GEMINI: Note = {
  rule: 'other-format',
  severity: 'info',
  message: 'these are Gemini contents: their parts are read as the messages of a conversation',
};

function isAbsent(key: string, item: unknown): boolean {
  return item === null && (key === 'agency' || SYSTEM_KEYS.includes(key));
}

/** The names that the first turn has; those of the list's own kind where it has no others. */
function keysOf(list: string, turns: unknown): TurnKeys | undefined {
  const [first] = turns as readonly unknown[];
  const own = OWN[list];
  if (!isJsonObject(first)) return own;
  const has = ({ speaker, text }: TurnKeys): boolean => text in first && (speaker in first || text === 'parts');
  return own !== undefined && (own.speaker in first || own.text in first) ? own : (TURNS.find(has) ?? own);
}

/** A turn with the names of its kind and its text as one; itself where it is written so, or is none. */
function readTurn(turn: unknown, keys: TurnKeys): unknown {
  if (!isJsonObject(turn)) return turn;
  const own = TURN_KEYS[keys.kind];
  const speaker = turn[keys.speaker] ?? (keys.text === 'parts' ? 'user' : undefined);
  const role = keys.kind === 'messages' && typeof speaker === 'string' ? speakerOf(speaker) : speaker;
  const written = turn[keys.text];
  const text = typeof written === 'object' && written !== null ? (textOfParts(written) ?? written) : written;
  if (keys.text === own.text && keys.speaker === own.speaker && role === speaker && text === written) return turn;
  const rest = Object.entries(turn).filter(([key]) => key !== keys.speaker && key !== keys.text);
  return {
    ...(role === undefined ? {} : { [own.speaker]: role }),
    ...(text === undefined ? {} : { [own.text]: text }),
    ...Object.fromEntries(rest),
  };
}

function speakerOf(name: string): string {
  return Object.hasOwn(SPEAKERS, name) ? SPEAKERS[name]! : name;
}

/** Turns in any of the spellings as those of `messages`; undefined where the value is no list of turns. */
export function turnsOf(
  value: unknown,
): { readonly turns: readonly JsonObject[]; readonly keys: TurnKeys } | undefined {
  if (!Array.isArray(value) || !value.every(isJsonObject) || value.length === 0) return undefined;
  const found = TURNS.find(({ speaker, text }) =>
    value.every((turn) => speaker in turn && (text in turn || writtenCalls(turn).length > 0)),
  );
  if (found === undefined) return undefined;
  const keys: TurnKeys = { ...found, kind: 'messages' };
  return { turns: value.map((turn) => readTurn(turn, keys) as JsonObject), keys };
}

/** What stands beside the turns for the model to be told first, where it is not written as the kind wants it. */
function systemOf(
  value: JsonObject,
  kind: ConversationKind,
): { readonly key: string; readonly text: string | undefined } | undefined {
  const key = SYSTEM_KEYS.find((name) => value[name] !== undefined);
  if (key === undefined || (key === 'system' && typeof value[key] === 'string')) return undefined;
  if (value[key] === null) return { key, text: undefined };
  const text = textOfParts(value[key]);
  return text === undefined && kind === 'messages' ? undefined : { key, text };
}
