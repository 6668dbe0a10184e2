import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { porterStem } from './porter';

function wrongStems(file: string): string[] {
  const stems = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
  assert.ok(Object.keys(stems).length > 3000);
  return Object.entries(stems)
    .filter(([word, stem]) => porterStem(word) !== stem)
    .map(([word, stem]) => `${word}: ${porterStem(word)} instead of ${stem}`);
}

describe('Porter stemmer', () => {
  it('stems as NLTK does, every suffix behind stems of every kind (test/reference/stems.py)', () => {
    assert.deepEqual(wrongStems('src/text/rouge/testdata/stems.json'), []);
  });

  const shared = '../shared/data/rouge/porter_stems.json';
  it('stems the shared word list as NLTK does', { skip: existsSync(shared) ? false : `${shared} is absent` }, () => {
    assert.deepEqual(wrongStems(shared), []);
  });

  it("follows NLTK's departures from the paper", () => {
    const departures = {
      dies: 'die',
      flies: 'fli',
      died: 'die',
      spied: 'spi',
      fly: 'fli',
      enjoy: 'enjoy',
      skies: 'sky',
    };
    for (const [word, stem] of Object.entries(departures)) assert.equal(porterStem(word), stem);
  });
});
