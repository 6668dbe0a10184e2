import { SplitPreTokenizer } from '@huggingface/tokenizers';
import { SftError } from '../base/errors';
import { isObject, textField } from './model-files';

export type Normalizer = (text: string) => string;

/**
 * tokenizer.json's `normalizer`, as the tokenizers library applies it. Known: NFC, NFD, NFKC, NFKD, Prepend, Replace and
 * Sequence, which is what the supported families use; any other is refused by name.
 */
export function createNormalizer(config: unknown, file: string): Normalizer | undefined {
  if (config === null || config === undefined) return undefined;
  const type = isObject(config) ? config['type'] : undefined;
  if (!isObject(config) || typeof type !== 'string') throw unsupported('without a type', file);
  switch (type) {
    case 'NFC':
    case 'NFD':
    case 'NFKC':
    case 'NFKD':
      return (text) => text.normalize(type);
    case 'Prepend': {
      const prefix = textField(config, 'prepend', file);
      return (text) => (text === '' ? text : prefix + text);
    }
    case 'Replace': {
      const pattern = createPattern(config['pattern'], file);
      const content = textField(config, 'content', file);
      return (text) => text.replace(pattern, () => content);
    }
    case 'Sequence': {
      const parts = (Array.isArray(config['normalizers']) ? config['normalizers'] : [])
        .map((part: unknown) => createNormalizer(part, file))
        .filter((part) => part !== undefined);
      if (parts.length === 0) return undefined;
      return (text) => parts.reduce((done, part) => part(done), text);
    }
    default:
      throw unsupported(type, file);
  }
}

/**
 * tokenizer.json's `{String}` or `{Regex}` as a global JavaScript expression. Regex is Oniguruma's dialect; the
 * translation is @huggingface/tokenizers' own.
 */
export function createPattern(config: unknown, file: string): RegExp {
  if (isObject(config)) {
    if (typeof config['String'] === 'string') {
      return new RegExp(config['String'].replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'), 'gu');
    }
    if (typeof config['Regex'] === 'string') {
      try {
        const { pattern } = new SplitPreTokenizer({
          type: 'Split',
          pattern: { Regex: config['Regex'] },
          behavior: 'Isolated',
          invert: false,
        });
        if (pattern !== null) return pattern;
      } catch (cause) {
        throw new SftError('tokenizer-unsupported', `its pattern cannot be used here: ${(cause as Error).message}`, {
          file,
          remedy: 'use a model of a supported family (Llama, Mistral, Qwen, SmolLM)',
          cause,
        });
      }
    }
  }
  throw unsupported('with an unknown pattern', file);
}

function unsupported(what: string, file: string): SftError {
  return new SftError('tokenizer-unsupported', `its normalizer is not supported: ${what}`, {
    file,
    remedy: 'use a model of a supported family (Llama, Mistral, Qwen, SmolLM)',
  });
}
