import { SftError } from '../base/errors';
import { readCharacterMap } from './character-map';
import { badModelFile, isObject, textField, SUPPORTED_TOKENIZERS } from './model-files';
import { createPattern } from './pattern';

export type Normalizer = (text: string) => string;

/** @param most characters of the result */
type Stage = (text: string, most: number) => string;

/** NFKD makes 18 characters of one; a text of a few may get a prefix. */
const GROWS_BY = 32;
const GROWS_FROM = 10_000;

const SPACE_BEFORE = /^\p{White_Space}+/u;
const SPACE = /\p{White_Space}/u;

/**
 * tokenizer.json's `normalizer`, as the tokenizers library applies it. Known: NFC, NFD, NFKC, NFKD, Prepend, Replace, Strip, Precompiled and
 * Sequence, which is what the supported families use; any other is refused by name, and so is one that makes a long text of a short one.
 */
export function createNormalizer(config: unknown, file: string): Normalizer | undefined {
  const stages = stagesOf(config, file);
  if (stages.length === 0) return undefined;
  return (text) => {
    const most = GROWS_BY * text.length + GROWS_FROM;
    return stages.reduce((done, stage) => stage(done, most), text);
  };
}

function stagesOf(config: unknown, file: string): Stage[] {
  if (config === null || config === undefined) return [];
  const type = isObject(config) ? config['type'] : undefined;
  if (!isObject(config) || typeof type !== 'string') throw unsupported('without a type', file);
  switch (type) {
    case 'NFC':
    case 'NFD':
    case 'NFKC':
    case 'NFKD':
      return [(text) => text.normalize(type)];
    case 'Prepend': {
      const prefix = textField(config, 'prepend', file);
      return [
        (text, most) => {
          if (prefix.length + text.length > most) throw grows(file);
          return text === '' ? text : prefix + text;
        },
      ];
    }
    case 'Replace':
      return [replace(config['pattern'], textField(config, 'content', file), file)];
    case 'Strip': {
      const { strip_left: left, strip_right: right } = config;
      return [
        (text) => {
          const from = left === true ? (SPACE_BEFORE.exec(text)?.[0].length ?? 0) : 0;
          return right === true ? withoutEnd(text.slice(from)) : text.slice(from);
        },
      ];
    }
    case 'Precompiled': {
      const map = readCharacterMap(textField(config, 'precompiled_charsmap', file), file);
      return [
        (text, most) => {
          const mapped = map(text);
          if (mapped.length > most) throw grows(file);
          return mapped;
        },
      ];
    }
    case 'Sequence': {
      const parts: readonly unknown[] = Array.isArray(config['normalizers']) ? config['normalizers'] : [];
      return parts.flatMap((part) => stagesOf(part, file));
    }
    default:
      throw unsupported(type, file);
  }
}

function replace(config: unknown, content: string, file: string): Stage {
  const { regex, run } = createPattern(config, file);
  return (text, most) => {
    let length = text.length;
    const put = (found: string): string => {
      length += content.length - found.length;
      if (length > most) throw grows(file);
      return content;
    };
    return run(text.length, () => text.replace(regex, put));
  };
}

/** One step a blank: a pattern that is tied to the end would try every run of them. */
function withoutEnd(text: string): string {
  let end = text.length;
  while (end > 0 && SPACE.test(text[end - 1]!)) end--;
  return text.slice(0, end);
}

function grows(file: string): SftError {
  return badModelFile(file, 'its normalizer makes a text more than 32 times as long as it was');
}

function unsupported(what: string, file: string): SftError {
  return new SftError('tokenizer-unsupported', `its normalizer is not supported: ${what}`, {
    file,
    remedy: SUPPORTED_TOKENIZERS,
  });
}
