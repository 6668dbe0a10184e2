import type { JsonObject } from '../../base/fetched-file';

/** A pre-tokenizer that llama.cpp has under a name. */
export interface NamedPreTokenizer {
  /** `tokenizer.ggml.pre` */
  readonly name: string;
  /** Whether a piece that is a token is taken as it is, as `ignore_merges` of tokenizer.json says. */
  readonly ignoresMerges: boolean;
  /** As tokenizer.json writes it. */
  readonly stages: readonly JsonObject[];
}

const BYTES: JsonObject = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false };
const GPT2: JsonObject = { ...BYTES, use_regex: true };

function split(regex: string): JsonObject {
  return { type: 'Split', pattern: { Regex: regex }, behavior: 'Isolated', invert: false };
}

const words = (digits: string): string =>
  `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`;

const UPPER = '[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]';
const LOWER = '[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]';
const TEKKEN = `[^\\r\\n\\p{L}\\p{N}]?${UPPER}*${LOWER}+|[^\\r\\n\\p{L}\\p{N}]?${UPPER}+${LOWER}*|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`;

export const PRE_TOKENIZERS: readonly NamedPreTokenizer[] = [
  { name: 'llama-bpe', ignoresMerges: true, stages: [split(words('\\p{N}{1,3}')), BYTES] },
  { name: 'qwen2', ignoresMerges: false, stages: [split(words('\\p{N}')), BYTES] },
  { name: 'smollm', ignoresMerges: false, stages: [{ type: 'Digits', individual_digits: true }, GPT2] },
  { name: 'gpt-2', ignoresMerges: false, stages: [GPT2] },
  { name: 'tekken', ignoresMerges: true, stages: [split(TEKKEN), BYTES] },
];
