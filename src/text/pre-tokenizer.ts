import { SftError } from '../base/errors';
import { toByteAlphabet } from './byte-alphabet';
import type { JsonObject } from '../base/fetched-file';
import { replacementOf } from './metaspace';
import { isObject, SUPPORTED_TOKENIZERS } from './model-files';
import { createPattern } from './pattern';
import { splitAtBlanks } from './split-at-blanks';
import { splitByPattern, type SplitBehavior } from './split-pattern';

/** Cuts one section of text into pre-tokens. `first` says whether the section starts the whole text. */
type Cut = (pieces: string[], first: boolean) => string[];

interface Stage {
  readonly cut: Cut;
  /**
   * What it does before a blank that follows a visible character. `cuts`: it cuts there, and either side as if it stood alone. `leaves`:
   * either side as if it stood alone, if it is cut there. Undefined where neither is known.
   */
  readonly atBlanks?: 'cuts' | 'leaves';
}

export interface PreTokenizer {
  split(text: string, first: boolean): string[];
  /** Whether a pre-token has still to be written in the byte alphabet: left to the end, so that caches are keyed on plain text. */
  readonly bytesLast: boolean;
  /** Whether the pre-tokens, one after the other, are the text as it was. */
  readonly keepsText: boolean;
}

/** GPT-2's pattern. `\s` is Unicode's White_Space, as in the tokenizers library; JavaScript's own `\s` differs at U+0085 and U+FEFF. */
const GPT2_PATTERN =
  /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;

const BEHAVIORS: readonly string[] = ['Isolated', 'Removed', 'Contiguous', 'MergedWithPrevious', 'MergedWithNext'];

/**
 * tokenizer.json's `pre_tokenizer`. Known: Split, ByteLevel, Digits, Metaspace and Sequence, with every setting the
 * tokenizers library has for them; any other is refused by name.
 */
export function createPreTokenizer(config: unknown, file: string): PreTokenizer {
  const flat = flatten(config, file);
  const bytes = flat.findIndex((part) => part['type'] === 'ByteLevel');
  const bytesLast = bytes !== -1 && bytes === flat.length - 1;
  const stages = flat.map((part) => createStage(part, file, bytesLast));
  const split = (text: string, first: boolean): string[] =>
    stages.reduce((pieces, stage) => stage.cut(pieces, first), text === '' ? [] : [text]);
  const kinds = stages.map(({ atBlanks }) => atBlanks);
  const byStretches = !kinds.includes(undefined) && kinds.includes('cuts');
  return {
    bytesLast,
    keepsText: flat.every((part) => keepsText(part, bytesLast)),
    // None of these stages asks whether the section is the first.
    split: byStretches ? splitAtBlanks((text) => split(text, false)) : split,
  };
}

function flatten(config: unknown, file: string): JsonObject[] {
  if (config === null || config === undefined) return [];
  if (!isObject(config)) throw unsupported('without a type', file);
  if (config['type'] !== 'Sequence') return [config];
  const parts: readonly unknown[] = Array.isArray(config['pretokenizers']) ? config['pretokenizers'] : [];
  return parts.flatMap((part) => flatten(part, file));
}

function createStage(config: JsonObject, file: string, bytesLast: boolean): Stage {
  switch (config['type']) {
    case 'Split': {
      const behavior = config['behavior'];
      if (typeof behavior !== 'string' || !BEHAVIORS.includes(behavior)) {
        throw unsupported(`Split with behavior ${JSON.stringify(behavior)}`, file);
      }
      const { regex, run, cutsAtBlanks } = createPattern(config['pattern'], file);
      const invert = config['invert'] === true;
      const split = (piece: string): string[] => splitByPattern(piece, regex, behavior as SplitBehavior, invert);
      const cut: Cut = (pieces) => run(lengthOf(pieces), () => each(pieces, split));
      return cutsAtBlanks && (behavior === 'Isolated' || (behavior === 'Removed' && invert))
        ? { cut, atBlanks: 'cuts' }
        : { cut };
    }
    case 'ByteLevel': {
      const prefix = config['add_prefix_space'] === true;
      const useRegex = config['use_regex'] !== false;
      const cut: Cut = (pieces) => {
        let out = prefix ? pieces.map((piece) => (piece.startsWith(' ') ? piece : ` ${piece}`)) : pieces;
        if (useRegex) out = each(out, (piece) => splitByPattern(piece, GPT2_PATTERN, 'Isolated', false));
        return bytesLast ? out : out.map(toByteAlphabet);
      };
      // What follows it would see other characters.
      return bytesLast ? { cut, atBlanks: useRegex ? 'cuts' : 'leaves' } : { cut };
    }
    case 'Digits': {
      const behavior = config['individual_digits'] === true ? 'Isolated' : 'Contiguous';
      return {
        cut: (pieces) => each(pieces, (piece) => splitByPattern(piece, /\p{N}/gu, behavior, false)),
        atBlanks: 'leaves',
      };
    }
    case 'Metaspace':
      return createMetaspace(config, file);
    default:
      throw unsupported(JSON.stringify(config['type']), file);
  }
}

function keepsText({ type, behavior, add_prefix_space }: JsonObject, bytesLast: boolean): boolean {
  return type === 'Split'
    ? behavior !== 'Removed'
    : type === 'Digits' || (type === 'ByteLevel' && bytesLast && add_prefix_space !== true);
}

function lengthOf(pieces: readonly string[]): number {
  return pieces.reduce((sum, piece) => sum + piece.length, 0);
}

/** flatMap, without the copy for the first stage's one piece. */
function each(pieces: string[], split: (piece: string) => string[]): string[] {
  return pieces.length === 1 ? split(pieces[0]!) : pieces.flatMap(split);
}

function createMetaspace(config: JsonObject, file: string): Stage {
  const mark = replacementOf(config, file);
  const scheme = config['prepend_scheme'] ?? (config['add_prefix_space'] === false ? 'never' : 'always');
  if (scheme !== 'always' && scheme !== 'first' && scheme !== 'never') {
    throw unsupported(`Metaspace with prepend_scheme ${JSON.stringify(scheme)}`, file);
  }
  const split = config['split'] !== false;
  const { regex } = createPattern({ String: mark }, file);
  return {
    cut: (pieces, first) =>
      pieces.flatMap((piece, index) => {
        let text = piece.replaceAll(' ', mark);
        const prepend = scheme === 'always' || (scheme === 'first' && first && index === 0);
        if (prepend && !text.startsWith(mark)) text = mark + text;
        return split ? splitByPattern(text, regex, 'MergedWithNext', false) : [text];
      }),
  };
}

function unsupported(what: string, file: string): SftError {
  return new SftError('tokenizer-unsupported', `its pre-tokenizer is not supported: ${what}`, {
    file,
    remedy: SUPPORTED_TOKENIZERS,
  });
}
