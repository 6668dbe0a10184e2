import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import { createRandom } from '../../base/random';
import { SftError } from '../../base/errors';
import type { DatasetItem } from '../check';
import { streamBatches, type DatasetEnd } from '../read';
import { contentRules } from '../rules';
import { sharedBatches } from './shared-batches';

const script = path.resolve('dist/compare-worker.js');
const WORDS = 'the office opens at nine and you bring a form with two photographs to renew it before noon'.split(' ');

interface Row {
  readonly question: string;
  readonly answer: string;
  readonly agency: string | undefined;
}

/** Rows that many rules have something to say of, near-duplicates and contradictions among them, a few in another language. */
function rows(count: number): Row[] {
  const random = createRandom(4);
  const words = (n: number): string => Array.from({ length: n }, () => WORDS[random.below(WORDS.length)]!).join(' ');
  const answers = Array.from({ length: 40 }, () => words(20));
  return Array.from({ length: count }, (_, i) => {
    const answer = `${answers[random.below(answers.length)]!} ${i % 3 === 0 ? words(2) : ''}`;
    const french =
      'Il est possible de venir avec une photo et les papiers qui sont dans la maison pour que vous ne soyez pas refusé';
    return {
      question: i % 4 === 0 ? 'When does it open?' : `${words(9)} ${i}?`,
      answer: i % 97 === 5 ? french : i % 50 === 7 ? 'TODO' : answer,
      agency: ['NIS', 'N.I.S.', 'FIRS'][random.below(3)],
    };
  });
}

async function all(batches: AsyncIterable<readonly (DatasetItem | DatasetEnd)[]>): Promise<unknown[]> {
  const items: unknown[] = [];
  for await (const batch of batches) for (const item of batch) items.push(item);
  return items;
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), 'sft-shared-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe('sharedBatches', () => {
  const examples = rows(1200);
  const sound = examples.map((row) => JSON.stringify(row));
  const damaged = sound.map((row, i) =>
    i % 83 === 11 ? row.slice(0, -1) : i % 89 === 3 ? row.replace('answer', 'answr') : row,
  );
  const records = examples.map(({ question, answer }) => `${question},"${answer}"`);
  const forms: readonly [string, string][] = [
    ['a.json', `[\n  ${sound.join(',\n  ')}\n]\n`],
    ['b.jsonl', sound.join('\n')],
    ['damaged.jsonl', damaged.join('\n')],
    ['damaged.json', `[${damaged.join(',\n')}`],
    ['t.csv', ['question,answer', ...records].join('\n')],
    ['none.json', '[]'],
  ];
  for (const [name, text] of forms) {
    it(`finds in ${name} what one thread finds, in its order`, () =>
      inFolder(async (folder) => {
        const file = path.join(folder, name);
        await writeFile(file, text);
        const expected = await all(streamBatches(file, { rules: contentRules() }));
        assert.deepEqual(await all(sharedBatches(file, { script })), expected);
      }));
  }

  it('says that a file is not there', () =>
    assert.rejects(
      all(sharedBatches('nowhere.jsonl', { script })),
      (error) => error instanceof SftError && error.code === 'unreadable-file',
    ));
});
