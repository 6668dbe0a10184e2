import type { ExampleMessage } from '../example';
import type { DatasetKind } from './kind';

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
      const turns = (conversations as readonly JsonObject[]).map(({ from, value: text, ...rest }) =>
        turn(roleOf(from)!, String(text), rest),
      );
      return { turns: turns[0]?.role === 'system' ? turns : [...systemTurn(system), ...turns], further };
    }
    case 'messages': {
      const { messages, system, ...further } = value;
      const turns = (messages as readonly JsonObject[]).map(({ role, content, ...rest }) =>
        turn(roleOf(role)!, String(content), rest),
      );
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

function systemTurn(system: unknown): readonly Turn[] {
  return typeof system === 'string' && system.trim() !== '' ? [turn('system', system)] : [];
}

function turn(role: Turn['role'], content: string, further: JsonObject = {}): Turn {
  return { role, content, further };
}
