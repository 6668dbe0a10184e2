import { turnsOf } from './conversation-reading';
import { Places, type Path } from './places';
import { readyTurns } from './ready-text';
import { isJsonObject, type JsonObject, type Note, type Reading } from './reading';

// Formats of other tools that are no kind of their own: each example is read as a conversation of messages.

interface PlacedTurn {
  readonly turn: JsonObject;
  /** Where its text stands. */
  readonly text: Path;
  readonly speaker: Path;
}

/** TRL's prompt and completion as lists of messages, one of them at least. */
export function messageLists(value: JsonObject): Reading | undefined {
  const { prompt, completion, ...further } = value;
  if (!Array.isArray(prompt) && !Array.isArray(completion)) return undefined;
  const turns = [turnsAt(prompt, 'user', 'prompt'), turnsAt(completion, 'assistant', 'completion')];
  if (turns.includes(undefined)) return undefined;
  return ofTurns(
    turns.flatMap((some) => some!),
    further,
    [],
  );
}

const PREFERENCE: Note = {
  rule: 'other-format',
  severity: 'warning',
  message: 'these are preference pairs: "chosen" is learned as the answer, and "rejected" is not used',
};

const PAIR_KEYS = ['chosen', 'rejected', 'prompt', 'question', 'instruction', 'input', 'conversations', 'messages'];

/** A preferred answer and one that is not, as DPO and reward models are trained on. */
export function preferencePair(value: JsonObject): Reading | undefined {
  if (!('chosen' in value) || !('rejected' in value)) return undefined;
  const { chosen, prompt, question, instruction, input, conversations, messages } = value;
  const further = without(value, PAIR_KEYS);
  const whole = turnsAt(chosen, undefined, 'chosen') ?? splitTurns(chosen, 'chosen');
  if (whole !== undefined && whole.length > 1) return ofTurns(whole, further, [PREFERENCE]);
  const asked =
    turnsAt(conversations ?? messages, undefined, conversations === undefined ? 'messages' : 'conversations') ??
    turnsAt(prompt, 'user', 'prompt') ??
    turnsAt(question, 'user', 'question') ??
    turnsAt(withInput(instruction, input), 'user', 'instruction') ??
    turnsAt(input, 'user', 'input');
  const answer = whole ?? turnsAt(chosen, 'assistant', 'chosen');
  if (asked === undefined || answer === undefined) return undefined;
  return ofTurns([...asked, ...answer], further, [PREFERENCE]);
}

function withInput(instruction: unknown, input: unknown): unknown {
  if (typeof instruction !== 'string' || typeof input !== 'string' || input.trim() === '') return instruction;
  return `${instruction}\n\n${input}`;
}

/** A row of one text that a chat template wrote. */
export function readyText(value: JsonObject): Reading | undefined {
  const turns = splitTurns(value['text'], 'text');
  if (turns === undefined) return undefined;
  const { name } = readyTurns(value['text'] as string)!;
  const message = `these are texts that a chat template wrote (${name}): they are split into the turns of a conversation`;
  return ofTurns(turns, without(value, ['text']), [{ rule: 'other-format', severity: 'info', message }]);
}

function splitTurns(value: unknown, key: string): readonly PlacedTurn[] | undefined {
  const ready = typeof value === 'string' ? readyTurns(value) : undefined;
  return ready?.turns.map((turn) => ({ turn: { ...turn }, text: [key], speaker: [key] }));
}

/** @param role of a text alone; undefined where only turns are taken */
function turnsAt(value: unknown, role: 'user' | 'assistant' | undefined, key: string): PlacedTurn[] | undefined {
  if (typeof value === 'string' && role !== undefined) {
    return [{ turn: { role, content: value }, text: [key], speaker: [key] }];
  }
  const list = isJsonObject(value) ? [value] : value;
  const found = turnsOf(list);
  if (found === undefined) return undefined;
  const { turns, keys } = found;
  return turns.map((turn, at) => {
    const path = list === value ? [key, at] : [key];
    return { turn, text: [...path, keys.text], speaker: [...path, keys.speaker] };
  });
}

function without(value: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key)));
}

function ofTurns(turns: readonly PlacedTurn[], further: JsonObject, notes: readonly Note[]): Reading {
  const places = new Places();
  for (const [at, { text, speaker }] of turns.entries()) {
    places.move(['messages', at, 'content'], text).move(['messages', at, 'role'], speaker);
  }
  const rest = Object.fromEntries(Object.entries(further).filter(([key, item]) => item !== null && key !== 'messages'));
  return { kind: 'messages', value: { messages: turns.map(({ turn }) => turn), ...rest }, places, notes };
}
