import type { JsonObject } from '../../base/fetched-file';
import { PRE_TOKENIZERS, type NamedPreTokenizer } from '../../text/gguf/pre-tokenizers';
import { isObject } from '../../text/model-files';

/** llama.cpp's name of tokenizer.json's pre-tokenizer, by what that does; undefined where it has none. */
export function namePreTokenizer(config: unknown): NamedPreTokenizer | undefined {
  const found = JSON.stringify(stagesOf(config).map(meaning));
  return PRE_TOKENIZERS.find(({ stages }) => JSON.stringify(stages.map(meaning)) === found);
}

/** The stages of a pre-tokenizer, sequences within it laid open. */
export function stagesOf(config: unknown): readonly JsonObject[] {
  if (!isObject(config)) return [];
  if (config['type'] !== 'Sequence') return [config];
  const parts: readonly unknown[] = Array.isArray(config['pretokenizers']) ? config['pretokenizers'] : [];
  return parts.flatMap(stagesOf);
}

/** What of a stage changes tokens, in one form. */
function meaning(stage: JsonObject): readonly unknown[] {
  const { type, pattern, behavior, invert } = stage;
  switch (type) {
    case 'Split': {
      // What these patterns do not find is nothing: to remove it, as converters from tiktoken write, is to cut at what they find.
      const isolates = behavior === 'Removed' && invert === true;
      const how = isolates ? ['Isolated', false] : [behavior, invert === true];
      return [type, isObject(pattern) ? (pattern['Regex'] ?? pattern) : pattern, ...how];
    }
    case 'ByteLevel':
      return [type, stage['add_prefix_space'] === true, stage['use_regex'] !== false];
    case 'Digits':
      return [type, stage['individual_digits'] === true];
    default:
      return [stage];
  }
}
