import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { it } from 'node:test';
import { OpenTexts } from './open-texts';

const settings = { modelFolder: undefined, maxSeqLength: 1024, rules: {}, nearDuplicateThreshold: 0.8 };
const TEXT = '[{"question": "a?", "answer": "b"}]';

it('analyses only the latest of versions that come before there is time, and nothing that was closed', async () => {
  const versions: number[] = [];
  await new Promise<void>((resolve, reject) => {
    const texts = new OpenTexts(
      (uri, result) => {
        versions.push(result.version);
        assert.equal(uri, 'a');
        assert.equal(result.examples[0], 2);
        resolve();
      },
      (_uri, _version, error) => {
        reject(new Error('the analysis failed', { cause: error }));
      },
    );
    texts.open('closed', 'a.json', 100, TEXT, settings);
    texts.open('a', 'a.json', 1, TEXT, settings);
    texts.change('a', 2, [{ offset: 0, length: 0, text: '  ' }]);
    texts.change('a', 3, [{ offset: 0, length: 1, text: '' }]);
    texts.close('closed');
  });
  assert.deepEqual(versions, [3]);
});

it('compares a part of a split with the others as they are on disk when it is told that they changed', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'sft-parts-'));
  const other = path.join(folder, 'train.json');
  const shared = '[{"question": "Where is the office of the agency?", "answer": "In Abuja."}]';
  let next: { resolve: (leaks: number) => void; reject: (error: Error) => void };
  const texts = new OpenTexts(
    (_uri, result) => {
      next.resolve(result.findingsByRule['split-leak'] ?? 0);
    },
    (_uri, _version, error) => {
      next.reject(new Error('the analysis failed', { cause: error }));
    },
  );
  const leaksAfter = (step: () => void): Promise<number> =>
    new Promise((resolve, reject) => {
      next = { resolve, reject };
      step();
    });
  const compare = (): void => {
    texts.compareAgain('a');
  };
  try {
    const opened = await leaksAfter(() => {
      texts.open('a', path.join(folder, 'test.json'), 1, shared, settings);
    });
    await writeFile(other, shared);
    const copied = await leaksAfter(compare);
    await writeFile(other, shared.replace('office', 'head office'));
    const changed = await leaksAfter(compare);
    await writeFile(other, shared);
    await leaksAfter(compare);
    await rm(other);
    assert.deepEqual([opened, copied, changed, await leaksAfter(compare)], [0, 1, 0, 0]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

it('compares a text with the files that its configuration has for other parts, whatever their names', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'sft-named-parts-'));
  const other = path.join(folder, 'learned.json');
  const shared = '[{"question": "Where is the office of the agency?", "answer": "In Abuja."}]';
  try {
    await writeFile(other, shared);
    const leaks = await new Promise((resolve, reject) => {
      const texts = new OpenTexts(
        (_uri, result) => {
          resolve(result.findingsByRule['split-leak'] ?? 0);
        },
        (_uri, _version, error) => {
          reject(new Error('the analysis failed', { cause: error }));
        },
      );
      texts.open('a', path.join(folder, 'asked.json'), 1, shared, { ...settings, otherParts: [other] });
    });
    assert.equal(leaks, 1);
  } finally {
    await rm(folder, { recursive: true });
  }
});
