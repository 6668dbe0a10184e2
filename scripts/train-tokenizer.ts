import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { SftError } from '../src/base/errors';
import { writeFileAtomic } from '../src/base/files';
import { toByteAlphabet } from '../src/text/byte-alphabet';
import { createPreTokenizer } from '../src/text/pre-tokenizer';
import { learnMerges, type BpeVocabulary } from './bpe-merges';

export interface TrainTokenizerOptions {
  /** UTF-8 text files. */
  readonly files?: readonly string[];
  readonly texts?: readonly string[];
  /** Ids of the finished tokenizer: 256 bytes, merged tokens and the five special tokens. At least 261. */
  readonly vocabSize: number;
  /** The longest sequence of the model, for tokenizer_config.json. */
  readonly maxLength: number;
}

/** The contents of tokenizer.json and tokenizer_config.json. */
export interface TrainedTokenizer {
  readonly tokenizer: object;
  readonly tokenizerConfig: object;
}

const BEGIN_OF_TEXT = '<|begin_of_text|>';
const END_OF_TURN = '<|eot_id|>';
/** Their ids follow the vocabulary, in this order. */
export const SPECIAL_TOKENS: readonly string[] = [
  BEGIN_OF_TEXT,
  '<|end_of_text|>',
  '<|start_header_id|>',
  '<|end_header_id|>',
  END_OF_TURN,
];

/** Llama 3's pattern: contractions, words with the character before them, up to three digits, punctuation, blanks. */
const SPLIT_PATTERN =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

const PRE_TOKENIZER = {
  type: 'Sequence',
  pretokenizers: [
    { type: 'Split', pattern: { Regex: SPLIT_PATTERN }, behavior: 'Isolated', invert: false },
    { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false },
  ],
};

const CHAT_TEMPLATE = [
  '{{- bos_token }}',
  '{%- for message in messages %}',
  "{{- '<|start_header_id|>' ~ message['role'] ~ '<|end_header_id|>\\n\\n' }}",
  "{{- message['content'] | trim ~ '<|eot_id|>' }}",
  '{%- endfor %}',
  '{%- if add_generation_prompt %}',
  "{{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}",
  '{%- endif %}',
].join('\n');

/**
 * Trains a byte-level BPE tokenizer of Llama 3's kind. The same texts give the same tokenizer, whatever their order.
 * @throws SftError tokenizer-vocabulary (a size below 261) or tokenizer-corpus-small (too few repeated pairs to fill the size)
 */
export async function trainTokenizer(options: TrainTokenizerOptions): Promise<TrainedTokenizer> {
  const wanted = options.vocabSize - SPECIAL_TOKENS.length;
  if (!Number.isInteger(wanted) || wanted < 256) {
    throw new SftError('tokenizer-vocabulary', `a vocabulary of ${options.vocabSize} does not hold every byte`, {
      remedy: `ask for ${256 + SPECIAL_TOKENS.length} or more`,
      exitCode: 2,
    });
  }
  const texts = [...(options.texts ?? [])];
  for (const file of options.files ?? []) texts.push(await readFile(file, 'utf8'));
  const learnt = learnMerges(countWords(texts), wanted);
  if (learnt.vocab.size < wanted) {
    const most = learnt.vocab.size + SPECIAL_TOKENS.length;
    throw new SftError('tokenizer-corpus-small', `the texts give a vocabulary of ${most} at most`, {
      remedy: 'give more text or ask for a smaller vocabulary',
    });
  }
  return { tokenizer: tokenizerJson(learnt), tokenizerConfig: tokenizerConfig(wanted, options.maxLength) };
}

/** Writes tokenizer.json and tokenizer_config.json to an existing folder. */
export async function writeTokenizer(folder: string, trained: TrainedTokenizer): Promise<void> {
  await writeFileAtomic(path.join(folder, 'tokenizer.json'), `${JSON.stringify(trained.tokenizer, null, 2)}\n`);
  await writeFileAtomic(
    path.join(folder, 'tokenizer_config.json'),
    `${JSON.stringify(trained.tokenizerConfig, null, 2)}\n`,
  );
}

/** Pre-tokens in the byte alphabet, cut exactly as the tokenizer will cut them. */
function countWords(texts: readonly string[]): Map<string, number> {
  const pieces = new Map<string, number>();
  const preTokenizer = createPreTokenizer(PRE_TOKENIZER, 'tokenizer.json');
  for (const text of texts) {
    for (const piece of preTokenizer.split(text, true)) pieces.set(piece, (pieces.get(piece) ?? 0) + 1);
  }
  return new Map([...pieces].map(([piece, count]) => [toByteAlphabet(piece), count]));
}

function tokenizerJson(learnt: BpeVocabulary): object {
  const begin = { SpecialToken: { id: BEGIN_OF_TEXT, type_id: 0 } };
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: SPECIAL_TOKENS.map((content, index) => ({ id: learnt.vocab.size + index, ...specialToken(content) })),
    normalizer: null,
    pre_tokenizer: PRE_TOKENIZER,
    post_processor: {
      type: 'Sequence',
      processors: [
        { type: 'ByteLevel', add_prefix_space: true, trim_offsets: false, use_regex: true },
        {
          type: 'TemplateProcessing',
          single: [begin, { Sequence: { id: 'A', type_id: 0 } }],
          pair: [
            begin,
            { Sequence: { id: 'A', type_id: 0 } },
            { SpecialToken: { id: BEGIN_OF_TEXT, type_id: 1 } },
            { Sequence: { id: 'B', type_id: 1 } },
          ],
          special_tokens: { [BEGIN_OF_TEXT]: { id: BEGIN_OF_TEXT, ids: [learnt.vocab.size], tokens: [BEGIN_OF_TEXT] } },
        },
      ],
    },
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: true,
      vocab: Object.fromEntries(learnt.vocab),
      // The older way of writing them, which every version of the library reads. No token holds a blank.
      merges: learnt.merges.map(([left, right]) => `${left} ${right}`),
    },
  };
}

function specialToken(content: string): object {
  return { content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
}

function tokenizerConfig(firstSpecialId: number, modelMaxLength: number): object {
  return {
    added_tokens_decoder: Object.fromEntries(
      SPECIAL_TOKENS.map((content, index) => [firstSpecialId + index, specialToken(content)]),
    ),
    bos_token: BEGIN_OF_TEXT,
    chat_template: CHAT_TEMPLATE,
    clean_up_tokenization_spaces: false,
    eos_token: END_OF_TURN,
    model_input_names: ['input_ids', 'attention_mask'],
    model_max_length: modelMaxLength,
    tokenizer_class: 'PreTrainedTokenizerFast',
  };
}
