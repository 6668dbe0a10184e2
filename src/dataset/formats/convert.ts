import { writeJson } from '../json/exact-json';
import { TURN_KEYS, conversationOf, type Conversation, type Turn } from './conversation';
import type { DatasetKind } from './kind';
import type { JsonObject } from './reading';
import { callText, isToolMessage, openAiCall } from './tool-calls';

/** An example in another kind. */
export interface ConvertedExample {
  readonly value: Readonly<Record<string, unknown>>;
  /** What the other kind has no place for, as a person reads it: `the system message`. Empty where nothing is lost. */
  readonly lost: readonly string[];
}

/**
 * Writes an example as another kind; as its own kind it stays as it is. Texts are taken over unchanged, `agency` and further keys are
 * kept where the other kind takes them. Alpaca's instruction and input become one question, and stay one: their words are kept, the
 * border between them is not.
 * @param value an example that schema and turn order of `from` accept
 */
export function convertExample(
  value: Readonly<Record<string, unknown>>,
  from: DatasetKind,
  to: DatasetKind,
): ConvertedExample {
  // A system message beside the messages is Bedrock's: no other tool looks for it there.
  const moves = from === 'messages' && typeof value['system'] === 'string';
  if (from === to && !moves) return { value, lost: [] };
  const conversation = conversationOf(from, value);
  const lost: string[] = [];
  const own =
    to === 'messages' || to === 'sharegpt' ? ofTurns(conversation.turns, to, lost) : ofLast(conversation, to, lost);
  return { value: { ...own, ...apart(value, from, to), ...furtherKeys(conversation, from, to, lost) }, lost };
}

/** Q&A's context is Alpaca's input: the two stay apart. */
function apart(value: JsonObject, from: DatasetKind, to: DatasetKind): JsonObject {
  const { question, context } = value;
  const both = from === 'qa' && to === 'alpaca' && typeof context === 'string' && context.trim() !== '';
  return both ? { instruction: question, input: context } : {};
}

function ofTurns(
  turns: readonly Turn[],
  to: 'messages' | 'sharegpt',
  lost: string[],
): Readonly<Record<string, unknown>> {
  const keys = TURN_KEYS[to];
  const speakers: Readonly<Record<Turn['role'], string>> =
    to === 'messages'
      ? { user: 'user', assistant: 'assistant', system: 'system', tool: 'tool' }
      : { user: 'human', assistant: 'gpt', system: 'system', tool: 'observation' };
  const written = turns.map((turn) => {
    const { role, content, further, calls } = turn;
    // The same order whatever the turn was read from: two ways to one kind give the same bytes.
    const kept = Object.entries(further).filter(([key]) => {
      const fits = key !== keys.speaker && key !== keys.text;
      if (!fits) lost.push(`the key "${key}" of a turn`);
      return fits;
    });
    const said =
      calls === undefined ? { [keys.speaker]: speakers[role], [keys.text]: content } : callTurn(turn, to, lost);
    return { ...said, ...resultKeys(turn), ...Object.fromEntries(kept) };
  });
  return { [keys.turns]: written };
}

/** A turn that calls tools: ShareGPT has one for the calls alone, whose text they are. */
function callTurn({ content, calls = [] }: Turn, to: 'messages' | 'sharegpt', lost: string[]): JsonObject {
  if (to === 'messages') {
    return { role: 'assistant', content: content === '' ? null : content, tool_calls: calls.map(openAiCall) };
  }
  if (content.trim() !== '') lost.push('what the assistant says next to a call');
  if (calls.some(({ id }) => id !== undefined)) lost.push('the ids of calls');
  const texts = calls.map(callText);
  return { from: 'function_call', value: texts.length === 1 ? texts[0] : `[${texts.join(', ')}]` };
}

/** Of a tool's turn. */
function resultKeys({ name, callId }: Turn): JsonObject {
  return { ...(callId === undefined ? {} : { tool_call_id: callId }), ...(name === undefined ? {} : { name }) };
}

function ofLast(
  { turns }: Conversation,
  to: 'qa' | 'alpaca' | 'prompt-completion',
  lost: string[],
): Readonly<Record<string, unknown>> {
  const at = turns.findLastIndex(({ role }) => role === 'user');
  const earlier = turns.slice(0, at);
  const asked = turns[at];
  const answered = turns.at(-1);
  if (turns.some(isToolMessage)) lost.push('tool calls and their results');
  const [first] = earlier;
  const system = first?.role === 'system' ? first : undefined;
  const rest = earlier.length - (system === undefined ? 0 : 1);
  if (system !== undefined && to !== 'alpaca') lost.push('the system message');
  if (rest > 0)
    lost.push(rest === 1 ? 'the turn before the last question' : `the ${rest} turns before the last question`);
  const kept = [asked!, answered!, ...(system === undefined ? [] : [system])];
  for (const key of new Set(kept.flatMap((turn) => Object.keys(turn.further)))) lost.push(`the key "${key}" of a turn`);
  const question = asked!.content;
  const { content, calls = [] } = answered!;
  const answer = content === '' ? calls.map(callText).join('\n') : content;
  if (to === 'qa') return { question, answer };
  if (to === 'prompt-completion') return { prompt: question, completion: answer };
  const example = { instruction: question, input: '', output: answer };
  return system === undefined ? example : { ...example, system: system.content };
}

/** The keys that a kind gives a meaning of its own, so that a further key of another kind cannot keep its name. */
const OWN_KEYS: Readonly<Record<DatasetKind, readonly string[]>> = {
  qa: ['question', 'answer', 'context', 'system', 'history'],
  alpaca: ['instruction', 'input', 'output', 'system', 'history'],
  sharegpt: ['conversations', 'system'],
  messages: ['messages', 'system'],
  'prompt-completion': ['prompt', 'completion', 'system', 'history'],
};

/** Lists of functions, which conversations have and other kinds know nothing of. */
const TOOL_KEYS: readonly string[] = ['tools', 'functions'];

function isConversation(kind: DatasetKind): boolean {
  return kind === 'sharegpt' || kind === 'messages';
}

function furtherKeys(
  { further }: Conversation,
  from: DatasetKind,
  to: DatasetKind,
  lost: string[],
): Readonly<Record<string, unknown>> {
  const taken = isConversation(to) && !isConversation(from) ? [...OWN_KEYS[to], ...TOOL_KEYS] : OWN_KEYS[to];
  const kept = Object.entries(further).filter(([key]) => {
    const fits = !taken.includes(key);
    if (!fits) lost.push(`the key "${key}"`);
    return fits;
  });
  return Object.fromEntries(kept);
}

/** Examples as a file: a JSON array, indented by two, or one example a line; numbers as they were written. */
export function writeExamples(values: readonly Readonly<Record<string, unknown>>[], format: 'json' | 'jsonl'): string {
  if (format === 'jsonl') return values.map((value) => `${writeJson(value)}\n`).join('');
  return `${writeJson(values, '  ')}\n`;
}
