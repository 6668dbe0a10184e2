import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { it } from 'node:test';
import { temporaryFolder } from '../../test/cli/sft';
import { OUR_COLUMNS } from '../dataset/columns';
import { mayThink } from '../dataset/may-think';
import { isThinkingIn } from './enable-thinking';

const folder = temporaryFolder();
const plain = { question: 'a?', answer: 'b' };
const talk = (answer: object): object => ({
  messages: [
    { role: 'user', content: 'a?' },
    { role: 'assistant', ...answer },
  ],
});

function file(name: string, rows: readonly (object | string)[]): string {
  const place = path.join(folder, name);
  writeFileSync(place, rows.map((row) => (typeof row === 'string' ? row : JSON.stringify(row))).join('\n'));
  return place;
}

const CASES: readonly (readonly [name: string, thinks: boolean, rows: readonly (object | string)[]])[] = [
  ['none.jsonl', false, [plain, { question: 'What does reasoning mean?', answer: 'Thinking.' }]],
  ['mark.jsonl', true, [plain, { question: 'a?', answer: '<think>Hm.</think>b' }]],
  ['escaped.jsonl', true, ['{"question": "a?", "answer": "\\u003cthink>Hm.</think>b"}']],
  ['blank-mark.jsonl', false, [{ question: 'a?', answer: '<think>\n\n</think>b' }]],
  ['reasoning_content.jsonl', true, [talk({ content: 'b', reasoning_content: 'Hm.' })]],
  ['thinking.json', true, ['[', JSON.stringify(talk({ content: 'b', thinking: 'Hm.' })), ']']],
  ['table.csv', true, ['question,answer', 'a?,<think>Hm.</think>b']],
];

for (const [name, expected, rows] of CASES) {
  it(`${name} ${expected ? 'has' : 'has no'} thoughts`, async () => {
    assert.equal(await isThinkingIn('auto', [file(name, rows)], OUR_COLUMNS), expected);
  });
}

it('finds a mark that lies in two pieces of the file', async () => {
  const at = (1 << 20) - 3;
  const place = path.join(folder, 'pieces.jsonl');
  const head = '{"question": "';
  writeFileSync(place, `${head}${'a'.repeat(at - head.length - 14)}?", "answer": "<think>Hm.</think>b"}`);
  assert.equal(await mayThink(place), true);
});
