import assert from 'node:assert/strict';
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
