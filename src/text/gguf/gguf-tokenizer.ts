import type { JsonObject } from '../../base/fetched-file';
import { GgufValues } from '../../base/gguf/gguf-values';
import { readGguf } from '../../base/gguf/read-gguf';
import { PRE_TOKENIZERS } from './pre-tokenizers';
import { mergesOf } from './spm-scores';
import { KEEP_BLANKS, namedPhi3 } from './taken-blanks';
import { TOKEN_TYPES } from './token-types';

const BLANK = '\u2581';

/** The chat template in a GGUF file; undefined where it has none. @throws SftError corrupt-gguf, unreadable-file */
export function templateOfGguf(file: string): string | undefined {
  const value = readGguf(file).metadata.get('tokenizer.chat_template');
  return typeof value === 'string' ? value : undefined;
}

/**
 * What the JSON files of a model folder say of its tokenizer, from the metadata of a GGUF file that this program wrote.
 * @returns undefined for a file that says nothing more
 * @throws SftError corrupt-gguf, unreadable-file
 */
export function jsonOfGguf(file: string, name: string): JsonObject | undefined {
  const values = new GgufValues(readGguf(file));
  switch (name) {
    case 'tokenizer.json':
      return tokenizerOf(values);
    case 'tokenizer_config.json':
      return tokenizerConfigOf(values);
    case 'generation_config.json':
      return { eos_token_id: ['eos', 'eot', 'eom'].flatMap((key) => idOf(values, key) ?? []) };
    default:
      return undefined;
  }
}

function tokenizerOf(values: GgufValues): JsonObject {
  const texts = values.texts('tokenizer.ggml.tokens');
  const types = values.numbers('tokenizer.ggml.token_type');
  if (types.length !== texts.length) throw values.refuse('it has other counts of tokens and of their types');
  const isAdded = (id: number): boolean => types[id] === TOKEN_TYPES.control || types[id] === TOKEN_TYPES.userDefined;
  const takesBlanks = namedPhi3(String(values.maybe('general.name')));
  const ids = texts.map((_, id) => id).filter((id) => types[id] !== TOKEN_TYPES.unused);
  const vocab = new Map(ids.map((id) => [texts[id]!, id]));
  const added = ids.filter(isAdded).map((id) => ({
    id,
    content: texts[id],
    special: types[id] === TOKEN_TYPES.control,
    normalized: false,
    rstrip: takesBlanks && !KEEP_BLANKS.has(texts[id]!),
  }));
  const kind = values.text('tokenizer.ggml.model');
  if (kind === 'gpt2') return { added_tokens: added, ...byteLevel(values, vocab) };
  if (kind !== 'llama')
    throw values.refuse(`its tokenizer is of the kind ${JSON.stringify(kind)}, which is not supported`);
  const scores = values.numbers('tokenizer.ggml.scores');
  const plain = ids.filter((id) => types[id] === TOKEN_TYPES.normal);
  return {
    added_tokens: added,
    ...sentencePiece(values, vocab, new Map(plain.map((id) => [texts[id]!, scores[id] ?? 0]))),
  };
}

function byteLevel(values: GgufValues, vocab: ReadonlyMap<string, number>): JsonObject {
  const name = values.text('tokenizer.ggml.pre');
  const pre = PRE_TOKENIZERS.find((known) => known.name === name);
  if (pre === undefined) throw values.refuse(`its pre-tokenizer ${JSON.stringify(name)} is not known here`);
  const merges = values.texts('tokenizer.ggml.merges');
  return {
    decoder: { type: 'ByteLevel' },
    pre_tokenizer: { type: 'Sequence', pretokenizers: pre.stages },
    model: { type: 'BPE', vocab: Object.fromEntries(vocab), merges, ignore_merges: pre.ignoresMerges },
  };
}

function sentencePiece(
  values: GgufValues,
  vocab: ReadonlyMap<string, number>,
  scores: ReadonlyMap<string, number>,
): JsonObject {
  const blanks = { type: 'Replace', pattern: { String: ' ' }, content: BLANK };
  const prefix = { type: 'Prepend', prepend: BLANK };
  const adds = values.maybe('tokenizer.ggml.add_space_prefix') === true;
  return {
    decoder: {
      type: 'Sequence',
      decoders: [
        { type: 'Replace', pattern: { String: BLANK }, content: ' ' },
        { type: 'ByteFallback' },
        { type: 'Fuse' },
      ],
    },
    normalizer: adds ? { type: 'Sequence', normalizers: [prefix, blanks] } : blanks,
    model: { type: 'BPE', vocab: Object.fromEntries(vocab), merges: mergesOf(vocab, scores), byte_fallback: true },
  };
}

function tokenizerConfigOf(values: GgufValues): JsonObject {
  const texts = values.texts('tokenizer.ggml.tokens');
  const entries = ['bos', 'eos'].flatMap((key) => {
    const text = texts[idOf(values, key) ?? -1];
    return text === undefined ? [] : [[`${key}_token`, text] as const];
  });
  return Object.fromEntries(entries);
}

function idOf(values: GgufValues, key: string): number | undefined {
  const id = values.maybe(`tokenizer.ggml.${key}_token_id`);
  return typeof id === 'number' ? id : undefined;
}
