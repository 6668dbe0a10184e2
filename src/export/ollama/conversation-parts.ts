import { SftError } from '../../base/errors';
import type { ChatMessage } from '../../text/chat-template';
import type { ChatTokenizer } from '../../text/chat-tokenizer';
import { readProbe, type Probe, type Strip } from './probe-template';
import { unsayable } from './unsayable';

/** What is written: text, the system message, or the message whose turn it is. */
export type Part = string | { readonly of: 'system' | 'content'; readonly strip: Strip };

/** What the parts of a turn depend on. */
export interface Place {
  readonly role: 'user' | 'assistant';
  /** Whether it is the first message but for the system message. */
  readonly first: boolean;
  /** Whether it is the last, which is the question. */
  readonly last: boolean;
  readonly system: boolean;
}

export interface PlacedParts {
  readonly place: Place;
  /** What stands between the message before and the end of this one. */
  readonly parts: readonly Part[];
  /** What stands after it, where it is the last. */
  readonly tail: readonly Part[];
}

/** What a chat template writes, told by where a message stands. */
export interface ConversationParts {
  readonly turns: readonly PlacedParts[];
  /** Whether the template takes a system message. */
  readonly system: boolean;
}

/** Turns of a user in the conversations that parts are read from; one more is written in the check. */
const MOST_QUESTIONS = 4;
const QUESTIONS = Array.from({ length: MOST_QUESTIONS }, (_, i) => i + 1);

/**
 * Reads from conversations that the template writes what stands around messages, and checks that it tells others too.
 * @throws SftError export-impossible where the template does something else than to put text around messages
 */
export function conversationParts(chat: ChatTokenizer): ConversationParts {
  const system = takesSystem(chat);
  const turns = new Map<string, PlacedParts>();
  for (const withSystem of system ? [false, true] : [false]) {
    for (const questions of QUESTIONS) {
      for (const turn of turnsOf(readProbe(chat, conversation(questions, withSystem)))) {
        const key = JSON.stringify(turn.place);
        const known = turns.get(key) ?? turn;
        if (JSON.stringify(known) !== JSON.stringify(turn))
          throw unsayable(chat, `it writes a message of the ${turn.place.role} otherwise in longer conversations`);
        turns.set(key, turn);
      }
    }
  }
  const found = { turns: [...turns.values()], system };
  check(chat, found);
  return found;
}

function conversation(questions: number, system: boolean): ChatMessage['role'][] {
  const turns = Array.from({ length: questions }, (): ChatMessage['role'][] => ['user', 'assistant']).flat();
  return [...(system ? ['system' as const] : []), ...turns.slice(0, -1)];
}

function takesSystem(chat: ChatTokenizer): boolean {
  try {
    chat.promptText(conversation(1, true).map((role) => ({ role, content: 'text' })));
    return true;
  } catch (error) {
    if (error instanceof SftError) return false;
    throw error;
  }
}

function turnsOf({ roles, gaps, strips }: Probe): PlacedParts[] {
  const system = roles[0] === 'system';
  const turns: PlacedParts[] = [];
  let parts: Part[] = [];
  for (const [at, { message }] of gaps.entries()) {
    parts.push(gaps[at]!.text);
    if (message === undefined) break;
    const role = roles[message]!;
    const strip = strips[message]!;
    if (role === 'tool') throw new Error('conversations are probed without tools');
    if (role === 'system') {
      parts.push({ of: 'system', strip });
      continue;
    }
    parts.push({ of: 'content', strip });
    const last = message === roles.length - 1;
    const tail = last ? gaps.slice(at + 1).map(({ text }) => text) : [];
    const first = message === (system ? 1 : 0);
    turns.push({ place: { role, first, last, system }, parts: joined(parts), tail: joined(tail) });
    parts = [];
  }
  // An answer's place among others does not matter to a template; where it does, this is seen in longer conversations.
  return turns.map((turn) =>
    turn.place.role === 'user' ? turn : { ...turn, place: { ...turn.place, first: false, last: false } },
  );
}

function joined(parts: readonly Part[]): readonly Part[] {
  return parts.filter((part) => part !== '');
}

/** What the parts make of a conversation. */
function written({ turns }: ConversationParts, messages: readonly ChatMessage[]): string {
  const [head] = messages;
  const system = head?.role === 'system' ? head.content : undefined;
  const others = system === undefined ? messages : messages.slice(1);
  return others
    .map(({ role, content }, at) => {
      const user = role === 'user';
      const place: Place = {
        role: user ? 'user' : 'assistant',
        first: user && at === 0,
        last: user && at === others.length - 1,
        system: system !== undefined,
      };
      const found = turns.find((turn) => JSON.stringify(turn.place) === JSON.stringify(place))!;
      return [...found.parts, ...found.tail]
        .map((part) =>
          typeof part === 'string' ? part : stripped(part.of === 'system' ? system! : content, part.strip),
        )
        .join('');
    })
    .join('');
}

function stripped(text: string, strip: Strip): string {
  if (strip === 'both') return text.trim();
  if (strip === 'none') return text;
  return strip === 'start' ? text.trimStart() : text.trimEnd();
}

const TEXTS = [
  'What is it?',
  ' two words\n\nand more ',
  '\t{{ .Prompt }} "quoted" """',
  'naïve – ₦50,000 \u{1f642}',
  '<b>&amp;</b>\n',
];

/** @throws SftError export-impossible where the template writes something else for a conversation */
function check(chat: ChatTokenizer, found: ConversationParts): void {
  for (const withSystem of found.system ? [false, true] : [false]) {
    for (let questions = 1; questions <= MOST_QUESTIONS + 1; questions++) {
      const messages = conversation(questions, withSystem).map((role, at): ChatMessage => {
        return { role, content: TEXTS[at % TEXTS.length]! };
      });
      if (written(found, messages) !== chat.promptText(messages))
        throw unsayable(chat, 'what it writes around a message depends on what the message says');
    }
  }
}
