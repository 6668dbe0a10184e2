import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { FuzzKind } from '../kind';
import { mutateBytes, mutateJson, mutateText, oneIn, pick, writeJson } from '../mutations';

const PAIRS = [
  { question: 'How do I renew my passport?', answer: 'Book an appointment.', agency: 'NIS' },
  { question: 'Where is it?', answer: 'In "Abuja",\nat the\toffice.', id: 12, note: null },
  { question: 'What is the fee?', answer: '₦35,000 😀' },
];
const CHATS = PAIRS.map(({ question, answer }) => ({
  messages: [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: question },
    { role: 'assistant', content: answer },
  ],
}));
const SHARED = PAIRS.map(({ question, answer }) => ({
  conversations: [
    { from: 'human', value: question },
    { from: 'gpt', value: answer },
  ],
}));

const PARTS = PAIRS.map(({ question, answer }) => ({
  messages: [
    { role: 'user', content: [{ type: 'text', text: question }] },
    {
      role: 'assistant',
      content: null,
      tool_calls: [
        { type: 'function', function: { name: 'look', arguments: '{"at": 1.5, "deep": {"a": [1, null]}}' } },
        { type: 'function', function: { name: 'look', arguments: { at: 2 } } },
      ],
    },
    { role: 'tool', name: 'look', content: '{"fee": 35000.0}' },
    { role: 'assistant', content: answer, reasoning_content: 'Let me see.', weight: 1 },
  ],
  tools: [{ type: 'function', function: { name: 'look', description: 'Looks it up.', parameters: {} } }],
}));
const LISTS = PAIRS.map(({ question, answer }) => ({
  prompt: [{ role: 'user', content: question }],
  completion: [{ role: 'assistant', content: answer }],
}));
const GEMINI = PAIRS.map(({ question, answer }) => ({
  contents: [
    { role: 'user', parts: [{ text: question }] },
    { role: 'model', parts: [{ text: answer }] },
  ],
}));
const TURNS = PAIRS.map(({ question, answer }, at) => ({
  Q: question,
  A: answer,
  context: 'It is.',
  history: [['q', `a${at}`]],
}));

/** Examples of each format, and the ending of their file. */
const SEEDS: readonly (readonly [examples: readonly unknown[], ending: string])[] = [
  [PAIRS, 'json'],
  [PAIRS, 'jsonl'],
  [CHATS, 'json'],
  [CHATS, 'jsonl'],
  [SHARED, 'jsonl'],
  [PAIRS.map(({ question, answer }) => ({ instruction: question, input: '', output: answer })), 'json'],
  [PAIRS.map(({ question, answer }) => ({ prompt: question, completion: answer })), 'jsonl'],
  [PARTS, 'jsonl'],
  [LISTS, 'json'],
  [GEMINI, 'jsonl'],
  [TURNS, 'json'],
];
const TABLE = 'question,answer,agency\n"How, do I?","Book ""it""\nnow",NIS\nWhere?,Abuja,\n';
const KINDS = ['qa', 'alpaca', 'sharegpt', 'messages', 'prompt-completion'];

/** A dataset that is damaged: validated, converted there and back. */
export const datasets: FuzzKind = {
  name: 'datasets',
  async run(fuzz) {
    const { random, folder } = fuzz;
    const file = path.join(folder, `data.${write(folder, random)}`);
    await fuzz.sft('validate', file, ...(oneIn(random, 3) ? ['--json'] : []), ...(oneIn(random, 3) ? ['--all'] : []));
    const there = path.join(folder, `there.${pick(random, ['json', 'jsonl'])}`);
    const { code } = await fuzz.sft('convert', file, '--to', pick(random, KINDS), '--out', there);
    if (code !== 0) return;
    // What was converted without a loss is converted back without one, and then there again to the same bytes.
    const to = (name: string): string => path.join(folder, `${name}${path.extname(there)}`);
    const { code: back } = await fuzz.sft('convert', there, '--to', 'messages', '--out', to('chats'));
    if (back !== 0) {
      fuzz.problem('what convert wrote cannot be converted to messages');
      return;
    }
    await fuzz.sft('convert', file, '--to', 'messages', '--out', to('direct'));
    if (existsSync(to('direct')) && !areSame(readFileSync(to('direct'), 'utf8'), readFileSync(to('chats'), 'utf8'))) {
      fuzz.problem('two ways to messages give two files');
    }
  },
};

/** The same examples; keys that stand in another order say the same, and so do arguments of a call as an object or as its JSON. */
function areSame(one: string, other: string): boolean {
  const lines = (text: string): unknown[] => {
    const whole = text.startsWith('[');
    return whole
      ? [JSON.parse(text, asObject)]
      : text.split('\n').map((line) => (line === '' ? '' : JSON.parse(line, asObject)) as unknown);
  };
  return one === other || isDeepStrictEqual(lines(one), lines(other));
}

function asObject(key: string, value: unknown): unknown {
  if (key !== 'arguments' || typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

const PARQUET = path.resolve('test/reference/parquet');

function write(folder: string, random: Parameters<typeof mutateText>[0]): string {
  if (oneIn(random, 6)) {
    const bytes = readFileSync(path.join(PARQUET, pick(random, readdirSync(PARQUET))));
    writeFileSync(path.join(folder, 'data.parquet'), mutateBytes(random, bytes));
    return 'parquet';
  }
  if (oneIn(random, 5)) {
    const ending = pick(random, ['csv', 'tsv']);
    const table = ending === 'csv' ? TABLE : TABLE.replaceAll(',', '\t');
    writeFileSync(path.join(folder, `data.${ending}`), mutateText(random, table));
    return ending;
  }
  const [examples, ending] = pick(random, SEEDS);
  const file = path.join(folder, `data.${ending}`);
  const rows = oneIn(random, 2) ? (mutateJson(random, examples) as readonly unknown[]) : examples;
  const lines = Array.isArray(rows) ? rows.map(writeJson) : [writeJson(rows)];
  const text = ending === 'jsonl' ? `${lines.join('\n')}\n` : `[\n${lines.join(',\n')}\n]\n`;
  const changed = rows === examples ? mutateText(random, text) : text;
  writeFileSync(file, oneIn(random, 6) ? mutateBytes(random, Buffer.from(changed)) : changed);
  return ending;
}
