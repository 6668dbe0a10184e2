import { getLocation } from 'jsonc-parser';
import { effectiveValues } from './advise';
import { currentMarkdown } from './current';
import type { ConfigFacts } from './facts';
import { isTaughtKey, teachingMarkdown, type TaughtKey } from './teach';

/** The key of the configuration at an offset of its text, on the key itself or on its value. */
export function keyAt(text: string, offset: number): TaughtKey | undefined {
  const [key, part] = getLocation(text, offset).path;
  if (typeof key !== 'string') return undefined;
  const nested = typeof part === 'string' ? `${key}.${part}` : key;
  if (isTaughtKey(nested)) return nested;
  return isTaughtKey(key) ? key : undefined;
}

/**
 * What the hover at an offset says, as markdown: the key's value now and what it amounts to, before it the teaching text where
 * `teach` is set. undefined where there is no key.
 */
export function configHover(
  text: string,
  offset: number,
  file: string,
  facts: ConfigFacts,
  teach: boolean,
): string | undefined {
  const key = keyAt(text, offset);
  if (key === undefined) return undefined;
  const values = effectiveValues(text, file);
  const current = values === undefined ? '' : currentMarkdown(key, values, facts);
  const parts = [teach ? `**${key}**\n\n${teachingMarkdown(key)}` : '', current].filter((part) => part !== '');
  return parts.length === 0 ? undefined : parts.join('\n\n');
}
