import type { JsonObject } from '../../base/fetched-file';

/** A pre-tokenizer that llama.cpp has under a name. */
export interface NamedPreTokenizer {
  /** `tokenizer.ggml.pre` */
  readonly name: string;
  /** Whether a piece that is a token is taken as it is, as `ignore_merges` of tokenizer.json says. */
  readonly ignoresMerges: boolean;
  /** Whether llama.cpp cuts words at combining marks, where it does not. */
  readonly cutsAtMarks?: boolean;
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
/** Words end where capital letters begin. @param short what stands behind an apostrophe */
const casedWords = (digits: string, short = ''): string =>
  `[^\\r\\n\\p{L}\\p{N}]?${UPPER}*${LOWER}+${short}|[^\\r\\n\\p{L}\\p{N}]?${UPPER}+${LOWER}*${short}|${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`;
const O200K = casedWords('\\p{N}{1,3}', "(?i:'s|'t|'re|'ve|'m|'ll|'d)?");
const TEKKEN = casedWords('\\p{N}');

export const PRE_TOKENIZERS: readonly NamedPreTokenizer[] = [
  { name: 'llama-bpe', ignoresMerges: true, stages: [split(words('\\p{N}{1,3}')), BYTES] },
  { name: 'qwen2', ignoresMerges: false, stages: [split(words('\\p{N}')), BYTES] },
  { name: 'smollm', ignoresMerges: false, stages: [{ type: 'Digits', individual_digits: true }, GPT2] },
  { name: 'gpt-2', ignoresMerges: false, stages: [GPT2] },
  { name: 'tekken', ignoresMerges: true, cutsAtMarks: true, stages: [split(TEKKEN), BYTES] },
  { name: 'gpt-4o', ignoresMerges: false, cutsAtMarks: true, stages: [split(O200K), BYTES] },
];
