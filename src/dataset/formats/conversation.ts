import type { ExampleMessage } from '../example';
import type { DatasetKind } from './kind';
import { CALL_KEYS, callsInText, isCallTurn, readCall, writtenCalls } from './tool-calls';

/** A turn as its example writes it. */
export interface Turn extends ExampleMessage {
  /** Keys beside speaker and text, such as `name`. */
  readonly further: Readonly<Record<string, unknown>>;
}

/** What every kind of example can be written as. */
export interface Conversation {
  readonly turns: readonly Turn[];
  /** The example's keys beside those of its kind, `agency` among them. */
  readonly further: Readonly<Record<string, unknown>>;
}

type JsonObject = Readonly<Record<string, unknown>>;

/** Where a conversation's turns stand, and how they are written. */
export const TURN_KEYS = {
  sharegpt: { turns: 'conversations', speaker: 'from', text: 'value' },
  messages: { turns: 'messages', speaker: 'role', text: 'content' },
} as const;

const ROLES: Readonly<Record<string, ExampleMessage['role']>> = {
  human: 'user',
  user: 'user',
  gpt: 'assistant',
  assistant: 'assistant',
  system: 'system',
  developer: 'system',
  tool: 'tool',
  function: 'tool',
  observation: 'tool',
  tool_response: 'tool',
  function_call: 'assistant',
  tool_call: 'assistant',
};

/** The role a speaker's name stands for; undefined where it stands for none. */
export function roleOf(speaker: unknown): ExampleMessage['role'] | undefined {
  return typeof speaker === 'string' && Object.hasOwn(ROLES, speaker) ? ROLES[speaker] : undefined;
}

/** A question with what it is about, Alpaca's instruction with its input. */
function questionAbout(question: string, material: unknown): string {
  return typeof material === 'string' && material.trim() !== '' ? `${question}\n\n${material}` : question;
}

/** @param value an example that its kind's schema accepts */
export function conversationOf(kind: DatasetKind, value: JsonObject): Conversation {
  switch (kind) {
    case 'qa': {
      const { question, answer, context, ...rest } = value;
      return flat(question, context, answer, rest);
    }
    case 'prompt-completion': {
      const { prompt, completion, ...rest } = value;
      return flat(prompt, undefined, completion, rest);
    }
    case 'alpaca': {
      const { instruction, input, output, ...rest } = value;
      return flat(instruction, input, output, rest);
    }
    case 'sharegpt': {
      const { conversations, system, ...further } = value;
      const turns = (conversations as readonly JsonObject[]).flatMap(({ from, value: text, ...rest }) =>
        shareGptTurns(from, String(text), rest),
      );
      return { turns: turns[0]?.role === 'system' ? turns : [...systemTurn(system), ...turns], further };
    }
    case 'messages': {
      const { messages, system, ...further } = value;
      const turns = (messages as readonly JsonObject[]).map(messageTurn);
      return { turns: turns[0]?.role === 'system' ? turns : [...systemTurn(system), ...turns], further };
    }
  }
}

/** @param material what the question is about, where it has any */
function flat(question: unknown, material: unknown, answer: unknown, rest: JsonObject): Conversation {
  const { system, history, ...further } = rest;
  const earlier = (history ?? []) as readonly (readonly [string, string])[];
  const pairs = earlier.flatMap(([said, replied]) => [turn('user', said), turn('assistant', replied)]);
  const last = [turn('user', questionAbout(String(question), material)), turn('assistant', String(answer))];
  return { turns: [...systemTurn(system), ...pairs, ...last], further };
}

function messageTurn({ role, content, ...rest }: JsonObject): Turn {
  const said = typeof content === 'string' ? content : '';
  const calls = roleOf(role) === 'assistant' ? writtenCalls(rest) : [];
  if (calls.length > 0) {
    const further = Object.fromEntries(Object.entries(rest).filter(([key]) => !CALL_KEYS.includes(key)));
    return { ...turn('assistant', said, further), calls: calls.map(readCall) };
  }
  if (roleOf(role) !== 'tool') return turn(roleOf(role)!, said, rest);
  const { name, tool_call_id: callId, ...further } = rest;
  return {
    ...turn('tool', said, further),
    ...(typeof name === 'string' ? { name } : {}),
    ...(typeof callId === 'string' ? { callId } : {}),
  };
}

/** Results as Hermes writes them, several in a turn. */
const RESPONSE = /<tool_response>\s*(.*?)\s*<\/tool_response>/gs;

function shareGptTurns(from: unknown, text: string, rest: JsonObject): readonly Turn[] {
  if (isCallTurn(from)) return [{ ...turn('assistant', '', rest), calls: callsInText(text).map(readCall) }];
  const role = roleOf(from)!;
  const wrapped = role === 'tool' && text.replace(RESPONSE, '').trim() === '' ? [...text.matchAll(RESPONSE)] : [];
  return wrapped.length === 0 ? [turn(role, text, rest)] : wrapped.map((match) => turn('tool', match[1]!, rest));
}

function systemTurn(system: unknown): readonly Turn[] {
  return typeof system === 'string' && system.trim() !== '' ? [turn('system', system)] : [];
}

function turn(role: Turn['role'], content: string, further: JsonObject = {}): Turn {
  return { role, content, further };
}
