import type { ChatMessage } from '../../text/chat-template';
import type { ChatTokenizer } from '../../text/chat-tokenizer';
import { unsayable } from './unsayable';

/** Where white space is taken off a message. */
export type Strip = 'none' | 'both' | 'start' | 'end';

/** What a template writes for a conversation of these roles. */
export interface Probe {
  readonly roles: readonly ChatMessage['role'][];
  /** In the order in which they are written: text, and the number of the message after it; the last has none. */
  readonly gaps: readonly { readonly text: string; readonly message: number | undefined }[];
  /** By message. */
  readonly strips: readonly Strip[];
}

/** Of letters alone: no template trims or splits it. */
const markOf = (message: number): string => `ProbeMessage${'abcdefghijklmnop'[message]!}ForItsPlace`;
/** One kind on both ends, twice before and once after: how much longer a gap becomes tells which of them are left. */
const BLANKS = [' ', '\n', '\t'];

/**
 * Lets the template write marks in place of messages, and marks between blanks.
 * @throws SftError export-impossible where a message is not written once, or something else than white space is taken off it
 */
export function readProbe(chat: ChatTokenizer, roles: readonly ChatMessage['role'][]): Probe {
  const marks = roles.map((_, message) => markOf(message));
  const gaps = gapsOf(chat, roles, marks, marks);
  const strips = BLANKS.map((blank) => {
    const padded = marks.map((mark) => `${blank}${blank}${mark}${blank}`);
    return stripsOf(chat, gaps, gapsOf(chat, roles, marks, padded));
  });
  const [first] = strips;
  if (strips.some((one) => JSON.stringify(one) !== JSON.stringify(first)))
    throw unsayable(chat, 'it takes some white space off messages and not other');
  return { roles, gaps, strips: first! };
}

function gapsOf(
  chat: ChatTokenizer,
  roles: readonly ChatMessage['role'][],
  marks: readonly string[],
  contents: readonly string[],
): Probe['gaps'] {
  const text = chat.promptText(roles.map((role, message): ChatMessage => ({ role, content: contents[message]! })));
  const pieces = text.split(new RegExp(`(${marks.join('|')})`));
  const order = pieces.filter((_, at) => at % 2 === 1).map((mark) => marks.indexOf(mark));
  if (order.length !== marks.length || new Set(order).size !== marks.length)
    throw unsayable(chat, 'it does not write each message once');
  const turns = order.filter((message) => roles[message] !== 'system');
  if (turns.some((message, at) => at > 0 && message < turns[at - 1]!))
    throw unsayable(chat, 'it writes messages in another order');
  return [...order, undefined].map((message, at) => ({ text: pieces[2 * at]!, message }));
}

function stripsOf(chat: ChatTokenizer, gaps: Probe['gaps'], padded: Probe['gaps']): Strip[] {
  const strips: Strip[] = [];
  let before: number | undefined;
  let start = false;
  for (const [at, { text, message }] of gaps.entries()) {
    const more = padded[at]!.text.length - text.length;
    const end = before === undefined || more % 2 === 1;
    if (more < 0 || more > 3) throw unsayable(chat, 'what it writes around a message depends on what the message says');
    if (before !== undefined) strips[before] = named(start, !end);
    before = message;
    start = more < 2;
  }
  return strips;
}

function named(start: boolean, end: boolean): Strip {
  if (start && end) return 'both';
  if (start) return 'start';
  return end ? 'end' : 'none';
}
