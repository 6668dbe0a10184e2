import assert from 'node:assert/strict';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Tokenizer } from '@huggingface/tokenizers';
import { learnMerges } from '../../scripts/bpe-merges';
import { SPECIAL_TOKENS, trainTokenizer, writeTokenizer, type TrainedTokenizer } from '../../scripts/train-tokenizer';
import { SftError } from '../../src/base/errors';
import { toByteAlphabet } from '../../src/text/byte-alphabet';
import { loadChatTokenizer, type ChatTokenizer } from '../../src/text/chat-tokenizer';

const CORPUS = 'examples/base/corpus';
const VOCAB_SIZE = 700;
const ODD_TEXTS = [
  '',
  ' ',
  'a',
  'Hello, world!',
  '  two  blanks   and\ttabs\t\n\n\nlines\r\n end ',
  "I'm sure they'LL say it isn't John's",
  'Ọlọ́run Ṣàngó Ẹ̀kọ́, Naijá; ₦1,234,567.89',
  '日本語のテキスト 한국어 العربية עברית',
  '🙂👩‍👩‍👧‍👦🇳🇬',
  '\u0000\u0001\u007f\u0085\u00a0\ufeff\u2028',
  '1234567890 12 3',
  '----====....!!!!',
  'x'.repeat(500),
  '<|not_special|> <|eot_id',
];

describe('learnMerges', () => {
  it('joins the most frequent pair first, and of equal ones the lower ids', () => {
    const { merges } = learnMerges(
      new Map([
        ['abab', 1],
        ['cd', 2],
        ['xy', 5],
      ]),
      260,
    );
    assert.deepEqual(merges.slice(0, 3), [
      ['x', 'y'],
      ['a', 'b'],
      ['c', 'd'],
    ]);
    // Nothing else occurs twice.
    assert.equal(merges.length, 3);
  });

  it('joins a run of equal bytes from the left', () => {
    const { merges, vocab } = learnMerges(new Map([['aaaaa', 2]]), 259);
    assert.deepEqual(merges, [
      ['a', 'a'],
      ['aa', 'a'],
      ['aa', 'aaa'],
    ]);
    assert.equal(vocab.get('aaaaa'), 258);
  });
});

describe('trainTokenizer', () => {
  let folder: string;
  let trained: TrainedTokenizer;
  let library: Tokenizer;
  let own: ChatTokenizer;
  before(async () => {
    const files = (await readdir(CORPUS)).map((name) => path.join(CORPUS, name));
    folder = await mkdtemp(path.join(os.tmpdir(), 'train-tokenizer-'));
    trained = await trainTokenizer({ files, vocabSize: VOCAB_SIZE, maxLength: 512 });
    await writeTokenizer(folder, trained);
    const read = async (name: string): Promise<object> =>
      JSON.parse(await readFile(path.join(folder, name), 'utf8')) as object;
    library = new Tokenizer(await read('tokenizer.json'), await read('tokenizer_config.json'));
    own = await loadChatTokenizer(folder);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('gives every byte, every merged token and the special tokens an id, without gaps', () => {
    assert.equal(own.tokenizer.vocabSize, VOCAB_SIZE);
    const seen = new Set<string>();
    for (let id = 0; id < VOCAB_SIZE; id++) {
      const token = own.tokenizer.tokenText(id);
      assert.equal(own.tokenizer.tokenId(token), id);
      assert.equal(library.token_to_id(token), id);
      seen.add(token);
    }
    assert.equal(seen.size, VOCAB_SIZE);
    SPECIAL_TOKENS.forEach((token, index) => {
      assert.equal(own.tokenizer.tokenId(token), VOCAB_SIZE - SPECIAL_TOKENS.length + index);
      assert.equal(own.tokenizer.isSpecial(own.tokenizer.tokenId(token)!), true);
    });
  });

  it('brings back odd texts from their ids, in our tokenizer and in the library', () => {
    for (const text of ODD_TEXTS) {
      const ids = own.tokenizer.encode(text);
      assert.equal(own.tokenizer.decode(ids), text);
      assert.deepEqual(library.encode(text, { add_special_tokens: false }).ids, ids, JSON.stringify(text));
      // The library refuses to decode nothing.
      if (ids.length > 0) assert.equal(library.decode(ids, { clean_up_tokenization_spaces: false }), text);
    }
  });

  it('puts the begin of text first, as Llama 3 does', () => {
    const ids = library.encode('Hello').ids;
    assert.deepEqual(ids, [own.tokenizer.bosTokenId, ...own.tokenizer.encode('Hello')]);
  });

  it('learned whole words of its texts', () => {
    for (const word of [' the', ' and', ' of']) assert.equal(own.tokenizer.encode(word).length, 1, word);
    assert.equal(own.tokenizer.tokenText(own.tokenizer.encode(' the')[0]!), toByteAlphabet(' the'));
  });

  it('writes a chat template with a header for each turn', () => {
    assert.deepEqual(own.notices, []);
    const messages = [
      { role: 'system', content: ' Be brief. ' },
      { role: 'user', content: 'Who?\n' },
    ] as const;
    assert.equal(
      own.template.renderChat(messages, { addGenerationPrompt: true }),
      '<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nBe brief.<|eot_id|>' +
        '<|start_header_id|>user<|end_header_id|>\n\nWho?<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n',
    );
    const example = own.encodeExample({ question: 'Who?', answer: 'Me.' }, 512);
    const [taught] = example.trained;
    assert.equal(own.tokenizer.decode([...example.ids.subarray(taught!.from, taught!.to)]), 'Me.<|eot_id|>');
    assert.deepEqual(own.stopTokenIds, [own.tokenizer.tokenId('<|eot_id|>')]);
  });

  it('gives the same tokenizer for the same texts in another order, from files or from memory', async () => {
    const texts = await Promise.all((await readdir(CORPUS)).map((name) => readFile(path.join(CORPUS, name), 'utf8')));
    const again = await trainTokenizer({ texts: texts.toReversed(), vocabSize: VOCAB_SIZE, maxLength: 512 });
    assert.deepEqual(again, trained);
  });

  it('refuses a vocabulary that does not hold the bytes, and texts that do not fill it', async () => {
    const refuses = (vocabSize: number, code: string): Promise<void> =>
      assert.rejects(
        trainTokenizer({ texts: ['the cat, the hat'], vocabSize, maxLength: 512 }),
        (error) => error instanceof SftError && error.code === code,
      );
    await refuses(260, 'tokenizer-vocabulary');
    await refuses(300, 'tokenizer-corpus-small');
    const file = path.join(folder, 'small.txt');
    await writeFile(file, 'the cat, the hat');
    await trainTokenizer({ files: [file], vocabSize: 261, maxLength: 512 });
  });
});
