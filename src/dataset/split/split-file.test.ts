import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { readDataset } from '../read';
import { divideFile, writeDivision, type SplitFile } from './split-file';

describe('splitFile', () => {
  const parts = { train: 0.8, validation: 0.2, test: 0, seed: 1, near_duplicate_threshold: 0.8 };
  const splitFile = async (file: string, out: string): Promise<SplitFile[]> =>
    writeDivision(await divideFile(file, parts), out, false);
  let folder = '';
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'sft-split-'));
  });
  after(() => rm(folder, { recursive: true }));

  for (const format of ['json', 'jsonl']) {
    it(`writes every example of a ${format} file once`, async () => {
      const file = path.join(folder, `data.${format}`);
      const rows = Array.from({ length: 20 }, (_, i) => ({ question: `What is ${i}?`, answer: `It is ${i}.` }));
      await writeFile(
        file,
        format === 'json' ? JSON.stringify(rows) : rows.map((row) => JSON.stringify(row)).join('\n'),
      );
      const out = path.join(folder, format);
      const written = await splitFile(file, out);
      assert.deepEqual(
        written.map(({ part, examples }) => [part, examples]),
        [
          ['train', 16],
          ['validation', 4],
        ],
      );
      const found = [];
      for (const { file: name } of written) {
        const set = await readDataset(name);
        assert.equal(set.format, format);
        found.push(...set.examples.map(({ value }) => value.question));
      }
      assert.deepEqual(found.sort(), rows.map((row) => row.question).sort());
      await assert.rejects(splitFile(file, out), { code: 'output-exists' });
    });
  }

  it('writes nothing of a file with errors', async () => {
    const file = path.join(folder, 'broken.json');
    await writeFile(file, '[{"question": "a?"}]');
    await assert.rejects(splitFile(file, path.join(folder, 'no')), {
      code: 'dataset-has-errors',
    });
  });
});
