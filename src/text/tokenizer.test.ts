import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { atLeastOne } from '../../test/at-least-one';
import { SftError } from '../base/errors';
import { createCounter } from './count';
import { createStreamingDecoder } from './streaming-decoder';
import { loadTokenizer, type TextTokenizer } from './tokenizer';

const FIXTURES = 'test/reference/text';

interface Encodings {
  readonly texts: readonly string[];
  readonly tokenizers: Readonly<
    Record<
      string,
      {
        readonly size: number;
        readonly ids: readonly (readonly number[])[];
        readonly decoded: readonly string[];
        readonly loose: readonly (readonly [readonly number[], string])[];
      }
    >
  >;
}

function references(file: string, folder: string) {
  const { texts, tokenizers } = JSON.parse(readFileSync(`${FIXTURES}/${file}`, 'utf8')) as Encodings;
  return atLeastOne(Object.entries(tokenizers)).map(
    ([name, expected]) => [`${folder}/${name}`, expected, texts] as const,
  );
}

for (const [name, expected, texts] of [
  ...references('encodings.json', 'tokenizers'),
  ...references('families.json', 'families'),
]) {
  describe(`tokenizer ${name}, against the tokenizers library`, () => {
    let tokenizer: TextTokenizer;
    before(async () => {
      tokenizer = await loadTokenizer(`${FIXTURES}/${name}`);
    });

    it('knows its size and its special tokens', () => {
      assert.equal(tokenizer.vocabSize, expected.size);
      assert.equal(tokenizer.isSpecial(tokenizer.eosTokenId!), true);
      for (let id = 0; id < tokenizer.vocabSize; id++) assert.equal(tokenizer.tokenId(tokenizer.tokenText(id)), id);
    });

    it('encodes to the same ids', () => {
      for (const [index, text] of atLeastOne(texts.entries())) {
        assert.deepEqual(tokenizer.encode(text), expected.ids[index], text);
      }
    });

    it('counts what it encodes', () => {
      const counter = createCounter(tokenizer);
      for (const [index, text] of atLeastOne([...texts, ...texts].entries())) {
        assert.equal(counter.count(text), expected.ids[index % texts.length]!.length, text);
      }
    });

    it('decodes to the same text', () => {
      for (const [index, ids] of atLeastOne(expected.ids.entries())) {
        assert.equal(tokenizer.decode(ids), expected.decoded[index]);
      }
      for (const [ids, text] of atLeastOne(expected.loose)) {
        assert.equal(tokenizer.decode(ids, { skipSpecialTokens: true }), text);
      }
    });

    it('decodes a stream to the same text, never half a character', () => {
      for (const [ids, text] of atLeastOne(expected.loose)) {
        const decoder = createStreamingDecoder(tokenizer, { skipSpecialTokens: true });
        let streamed = '';
        for (const id of ids) {
          streamed += decoder.push(id);
          assert.ok(text.startsWith(streamed), 'what was given is final');
        }
        assert.equal(streamed + decoder.end(), text);
      }
    });
  });
}

describe('pathological texts', () => {
  // Lengths at which an algorithm that is not near linear would take minutes.
  const long = ['a'.repeat(400_000), '日'.repeat(100_000), '日本語の質問と答え'.repeat(11_111), ' '.repeat(400_000)];
  for (const name of ['tokenizers/llama-3', 'tokenizers/llama-2', 'families/unigram-bytes']) {
    it(`${name} encodes and counts them whole`, async () => {
      const tokenizer = await loadTokenizer(`${FIXTURES}/${name}`);
      const counter = createCounter(tokenizer);
      for (const text of long) {
        const ids = tokenizer.encode(text);
        assert.equal(counter.count(text), ids.length);
        assert.equal(tokenizer.decode(ids), text);
      }
    });
  }
});

describe('a tokenizer that cannot be used', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'sft-tokenizer-'));
  });
  after(() => rm(folder, { recursive: true }));

  const refused = async (code: string, what: RegExp): Promise<void> => {
    await assert.rejects(loadTokenizer(folder), (error) => {
      assert.ok(error instanceof SftError);
      assert.equal(error.code, code);
      assert.match(`${error.message} ${error.remedy}`, what);
      return true;
    });
  };

  const changed = async (change: (json: Record<string, Record<string, unknown>>) => void): Promise<void> => {
    const json = JSON.parse(await readFile(`${FIXTURES}/tokenizers/llama-3/tokenizer.json`, 'utf8')) as Record<
      string,
      Record<string, unknown>
    >;
    change(json);
    await writeFile(path.join(folder, 'tokenizer.json'), JSON.stringify(json));
  };

  it('names a folder that is missing', async () => {
    await assert.rejects(
      loadTokenizer(path.join(folder, 'none')),
      (error) => error instanceof SftError && error.code === 'model-folder-missing' && error.exitCode === 2,
    );
  });

  it('names tokenizer.json where it is missing', async () => {
    await refused('tokenizer-missing', /fetch tokenizer\.json/);
  });

  it('says where a file stops being JSON', async () => {
    await writeFile(path.join(folder, 'tokenizer.json'), '{\n  "model": {,}\n}');
    await assert.rejects(
      loadTokenizer(folder),
      (error) => error instanceof SftError && error.code === 'model-file-not-json' && error.line === 2,
    );
  });

  it('refuses other models than BPE and Unigram by name', async () => {
    await changed((json) => (json['model']!['type'] = 'WordPiece'));
    await refused('tokenizer-unsupported', /"WordPiece"/);
  });

  it('refuses Unigram models without a list of tokens, with an unknown token that is none of them, and those that draw', async () => {
    await changed((json) => (json['model']!['type'] = 'Unigram'));
    await refused('tokenizer-unsupported', /no list of tokens/);
    const unigram = (model: Record<string, unknown>) =>
      changed((json) => (json['model'] = { type: 'Unigram', vocab: [['a', -1]], ...model }));
    await unigram({ vocab: [['a', -1], ['b']] });
    await refused('tokenizer-unsupported', /token 1 .*\["b"\], not a text and a score/);
    await unigram({ unk_id: 1 });
    await refused('tokenizer-unsupported', /unk_id is 1, of 1 tokens/);
    await unigram({ alpha: 0.1, nbest_size: 64 });
    await refused('tokenizer-unsupported', /alpha gives other tokens each time/);
    await unigram({});
    const tokenizer = await loadTokenizer(folder);
    assert.throws(() => tokenizer.encode('ab'), /no token for "b", and none for what is unknown/);
  });

  it('refuses normalizers, pre-tokenizers and decoders it does not know', async () => {
    await changed((json) => (json['normalizer'] = { type: 'BertNormalizer' }));
    await refused('tokenizer-unsupported', /normalizer.*BertNormalizer/);
    await changed((json) => (json['normalizer'] = { type: 'Precompiled', precompiled_charsmap: 'AAQAAA==' }));
    await refused('tokenizer-unsupported', /table of its Precompiled is cut/);
    await changed((json) => (json['pre_tokenizer'] = { type: 'UnicodeScripts' }));
    await refused('tokenizer-unsupported', /pre-tokenizer.*UnicodeScripts/);
    await changed((json) => (json['decoder'] = { type: 'CTC' }));
    await refused('tokenizer-unsupported', /decoder.*CTC/);
  });

  it('refuses tokens without an id', async () => {
    await changed((json) => (json['model']!['vocab'] = { a: 'b' }));
    await refused('tokenizer-unsupported', /token "a"/);
    await changed((json) => (json['added_tokens'] = [{ id: 1.5, content: 'x' }] as unknown as Record<string, unknown>));
    await refused('tokenizer-unsupported', /added token/);
  });

  it('refuses a merge of tokens that the vocabulary lacks', async () => {
    await changed((json) => (json['model']!['merges'] = [['qqq', 'zzz']]));
    await refused('tokenizer-unsupported', /merge 0/);
  });
});
