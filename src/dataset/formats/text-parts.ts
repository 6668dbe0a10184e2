import { isJsonObject } from './reading';

/** Types of parts that are texts; Bedrock's and Gemini's have none. */
const TEXT_TYPES: readonly unknown[] = [undefined, 'text', 'input_text', 'output_text'];

/**
 * The text of what other tools write in a text's place: a list of parts, each a text or `{"type": "text", "text": "…"}`, which are joined
 * by line ends; Gemini's `{"parts": […]}`; a part alone.
 * @returns undefined where it holds something else, such as a picture
 */
export function textOfParts(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) {
    const texts = value.map(textOfPart);
    return texts.length > 0 && texts.every((text) => text !== undefined) ? texts.join('\n') : undefined;
  }
  if (!isJsonObject(value)) return undefined;
  return Array.isArray(value['parts']) ? textOfParts(value['parts']) : textOfPart(value);
}

function textOfPart(part: unknown): string | undefined {
  if (typeof part === 'string') return part;
  if (!isJsonObject(part) || typeof part['text'] !== 'string') return undefined;
  return TEXT_TYPES.includes(part['type']) ? part['text'] : undefined;
}
