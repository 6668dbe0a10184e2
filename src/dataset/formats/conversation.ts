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

/** Alpaca's instruction with the input it is about. */
export function alpacaQuestion(instruction: string, input: unknown): string {
  return typeof input === 'string' && input.trim() !== '' ? `${instruction}\n\n${input}` : instruction;
}

/** @param value an example that its kind's schema accepts */
export function conversationOf(kind: DatasetKind, value: JsonObject): Conversation {
  switch (kind) {
    case 'qa':
      return flat(value, 'question', 'answer');
    case 'prompt-completion':
      return flat(value, 'prompt', 'completion');
    case 'alpaca': {
      const { instruction, input, output, system, ...further } = value;
      const turns = [turn('user', alpacaQuestion(String(instruction), input)), turn('assistant', String(output))];
      return { turns: [...systemTurn(system), ...turns], further };
    }
    case 'sharegpt': {
      const { conversations, system, ...further } = value;
      const turns = (conversations as readonly JsonObject[]).map(({ from, value: text, ...rest }) =>
        turn(roleOf(from)!, String(text), rest),
      );
      return { turns: turns[0]?.role === 'system' ? turns : [...systemTurn(system), ...turns], further };
    }
    case 'messages': {
      const { messages, ...further } = value;
      const turns = (messages as readonly JsonObject[]).map(({ role, content, ...rest }) =>
        turn(roleOf(role)!, String(content), rest),
      );
      return { turns, further };
    }
  }
}

function flat(value: JsonObject, asked: string, answered: string): Conversation {
  const further = Object.fromEntries(Object.entries(value).filter(([key]) => key !== asked && key !== answered));
  return { turns: [turn('user', String(value[asked])), turn('assistant', String(value[answered]))], further };
}

function systemTurn(system: unknown): readonly Turn[] {
  return typeof system === 'string' && system.trim() !== '' ? [turn('system', system)] : [];
}

function turn(role: Turn['role'], content: string, further: JsonObject = {}): Turn {
  return { role, content, further };
}
