import assert from 'node:assert/strict';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { SftError } from '../../src/base/errors';
import { readModelFolder } from '../../src/generate/session';
import { parseConfig } from '../../src/config/parse-config';
import { preflight } from '../../src/runs/preflight/preflight';
import { OUR_COLUMNS } from '../../src/dataset/columns';
import { encodeDataset } from '../../src/train/examples/refuse-unfit';
import { DATA, MODEL, smallConfig, temporaryFolder } from '../cli/sft';

interface TokenizerJson {
  added_tokens: { id: number; content: string; special: boolean; normalized: boolean }[];
}

const folder = temporaryFolder();
const model = path.join(folder, 'model');
cpSync(MODEL, model, { recursive: true });
const file = path.join(model, 'tokenizer.json');
const json = JSON.parse(readFileSync(file, 'utf8')) as TokenizerJson;
json.added_tokens.push({ id: 2048, content: '<pad>', special: false, normalized: false });
writeFileSync(file, JSON.stringify(json));
const withToken = path.join(folder, 'with-token.json');
writeFileSync(
  withToken,
  JSON.stringify(
    [
      { question: 'a?', answer: 'b' },
      { question: 'What is <pad> for?', answer: 'Nothing.' },
    ],
    null,
    1,
  ),
);

describe('a tokenizer with one id more than the model has embeddings', () => {
  it('is used as it is where no example has that id', async () => {
    const { chat } = await readModelFolder(model);
    assert.equal(chat.tokenizer.vocabSize, 2049);
    const { chat: plain } = await readModelFolder(MODEL);
    const idsOf = async (by: typeof chat): Promise<number[][]> => {
      const { encoded } = await encodeDataset({ file: DATA, columns: OUR_COLUMNS }, by, { maxSeqLength: 512 });
      return encoded.map(({ ids }) => Array.from(ids));
    };
    assert.deepEqual(await idsOf(chat), await idsOf(plain));
    const config = smallConfig(temporaryFolder(), { dataset: DATA, model_name: model });
    const { checks } = await preflight(parseConfig(readFileSync(config, 'utf8'), config));
    assert.deepEqual(
      checks.filter(({ status }) => status === 'error'),
      [],
    );
  });

  it('an example that uses the id is refused with its line', async () => {
    const { chat } = await readModelFolder(model);
    await assert.rejects(
      encodeDataset({ file: withToken, columns: OUR_COLUMNS }, chat, { maxSeqLength: 512 }),
      (error) =>
        error instanceof SftError &&
        error.file === withToken &&
        error.line === 6 &&
        /"<pad>" has the id 2048, and the model has only 2048 token embeddings/.test(error.message),
    );
    const config = smallConfig(temporaryFolder(), { dataset: withToken, model_name: model });
    const { checks } = await preflight(parseConfig(readFileSync(config, 'utf8'), config));
    assert.match(checks.find(({ status }) => status === 'error')?.message ?? '', /with-token\.json:6 .*<pad>/);
  });

  it('a question that uses the id is refused', async () => {
    const { chat } = await readModelFolder(model);
    assert.throws(
      () => chat.encodePrompt([{ role: 'user', content: 'What is <pad>?' }]),
      (error) => error instanceof SftError && error.code === 'token-without-embedding',
    );
  });
});
