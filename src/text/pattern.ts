import { SplitPreTokenizer } from '@huggingface/tokenizers';
import { badModelFile, isObject, SUPPORTED_TOKENIZERS } from './model-files';
import { OutOfTime, withinTime } from '../base/time-limit';

/** A pattern of a tokenizer. */
export interface Pattern {
  /** Global, Unicode. */
  readonly regex: RegExp;
  /**
   * Does `work`, which matches `regex` in so many characters.
   * @throws SftError tokenizer-unsupported where the pattern takes too long, or is too large for the engine
   */
  readonly run: <T>(characters: number, work: () => T) => T;
  /** It cuts a text before each blank that follows a visible character, and either side as if it stood alone. */
  readonly cutsAtBlanks: boolean;
}

/** A pattern that is not known below has so long for a text, and for each thousand characters of it. */
const MS_A_TEXT = 250;
const MS_A_THOUSAND = 1;

/**
 * Patterns of the families that are supported, which take time in proportion to the text whatever it is. Any other may take exponential
 * time, and is watched. They match white space before other characters or alone, never behind them, and look ahead from white
 * space only: that is what cutting at blanks needs.
 */
export const CUTTING_AT_BLANKS: ReadonlySet<string> = new Set([
  // GPT-2, SmolLM
  "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
  // Llama 3; Qwen 2.5 and 3
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
  // Phi-4; Phi-4-mini
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
  "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
  // Mistral's tekken
  '[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+',
]);
/** SentencePiece's runs of blanks. */
const RUNS_OF_BLANKS = ' {2,}';

/**
 * tokenizer.json's `{String}` or `{Regex}`. Regex is Oniguruma's dialect; the translation is @huggingface/tokenizers' own.
 * @throws SftError tokenizer-unsupported
 */
export function createPattern(config: unknown, file: string): Pattern {
  const { String: text, Regex: source } = isObject(config) ? config : {};
  if (typeof text === 'string') {
    const regex = new RegExp(text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'), 'gu');
    return { regex, run: (_, work) => explained(file, work), cutsAtBlanks: false };
  }
  if (typeof source !== 'string') throw badModelFile(file, `it has an unknown pattern: ${JSON.stringify(config)}`);
  const regex = explained(file, () => translated(source));
  const cutsAtBlanks = CUTTING_AT_BLANKS.has(source);
  if (cutsAtBlanks || source === RUNS_OF_BLANKS) return { regex, run: (_, work) => work(), cutsAtBlanks };
  return {
    regex,
    cutsAtBlanks,
    run: (characters, work) =>
      explained(file, () => withinTime(MS_A_TEXT + Math.ceil(characters / 1000) * MS_A_THOUSAND, work)),
  };
}

function translated(source: string): RegExp {
  const { pattern } = new SplitPreTokenizer({
    type: 'Split',
    pattern: { Regex: source },
    behavior: 'Isolated',
    invert: false,
  });
  if (pattern === null) throw new SyntaxError('it is empty');
  return pattern;
}

/** What the engine of regular expressions says, in words; its message holds the whole pattern. */
function explained<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof OutOfTime) throw badModelFile(file, 'one of its patterns takes too long on a text', SLOW);
    if (!(cause instanceof SyntaxError)) throw cause;
    const reason = cause.message.slice(cause.message.lastIndexOf(': ') + 1).trim();
    throw badModelFile(file, `one of its patterns cannot be used here: ${reason.slice(0, 200)}`, SUPPORTED_TOKENIZERS);
  }
}

const SLOW = "fetch tokenizer.json again from the model's page: a normal pattern is faster";
