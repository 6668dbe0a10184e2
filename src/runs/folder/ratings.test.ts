import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { rate, readRatings } from './ratings';

describe('ratings of answers', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'sft-ratings-'));
  });
  after(async () => {
    await rm(folder, { recursive: true });
  });

  it('are kept in the run folder, one for each answer', async () => {
    assert.deepEqual(await readRatings(folder), []);
    await rate(folder, 7, 2);
    await rate(folder, 3, 5);
    await rate(folder, 7, 4);
    const both = [
      { index: 3, rating: 5 },
      { index: 7, rating: 4 },
    ];
    assert.deepEqual(await readRatings(folder), both);
    assert.deepEqual(await rate(folder, 3, 0), [both[1]]);
  });

  it('that come at once are all kept', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, index) => rate(folder, 100 + index, 1 + (index % 5))));
    const kept = (await readRatings(folder)).filter(({ index }) => index >= 100);
    assert.deepEqual(
      kept.map(({ index, rating }) => [index, rating]),
      Array.from({ length: 20 }, (_, index) => [100 + index, 1 + (index % 5)]),
    );
  });

  it('go from 1 to 5', async () => {
    await assert.rejects(rate(folder, 1, 6), RangeError);
    await assert.rejects(rate(folder, 1, 1.5), RangeError);
  });

  it('leaves a damaged file alone', async () => {
    const file = path.join(folder, 'ratings.json');
    for (const damaged of ['{"ratings": [', '{"ratings": [{"index": 1, "rating": 9}]}', 'null']) {
      await writeFile(file, damaged);
      await assert.rejects(rate(folder, 1, 3), { code: 'unreadable' });
      assert.equal(await readFile(file, 'utf8'), damaged);
    }
  });
});
