import { getLocation } from 'jsonc-parser';
import { currentMarkdown } from './current';
import type { ConfigFacts } from './facts';
import { readLeniently } from './lenient-config';
import { tooDeepAt } from './nesting';
import { isTaughtKey, teachingMarkdown, type TaughtKey } from './teach';
import { GLOSSARY_COMMAND } from './names';
import { anchorOf, TERMS } from './teaching/terms';

/** The key of the configuration at an offset of its text, on the key itself or on its value. */
export function keyAt(text: string, offset: number): TaughtKey | undefined {
  if (tooDeepAt(text) !== undefined) return undefined;
  const [key, part] = getLocation(text, offset).path;
  if (typeof key !== 'string') return undefined;
  const nested = typeof part === 'string' ? `${key}.${part}` : key;
  if (isTaughtKey(nested)) return nested;
  return isTaughtKey(key) ? key : undefined;
}

/**
 * What the hover at an offset says, as markdown: the key's value now and what it amounts to, before it the teaching text where
 * `teach` is set, after it links to the glossary. undefined where there is no key.
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
  const current = currentMarkdown(key, readLeniently(text, file).values, facts);
  const taught = teach ? `**${key}**\n\n${teachingMarkdown(key)}` : '';
  const parts = [taught, current, glossaryLinks(key)].filter((part) => part !== '');
  return parts.length === 0 ? undefined : parts.join('\n\n');
}

function glossaryLinks(key: TaughtKey): string {
  const links = (TERMS[key] ?? []).map((term) => {
    const argument = encodeURIComponent(JSON.stringify([anchorOf(term)]));
    return `[${term}](command:${GLOSSARY_COMMAND}?${argument} "Open the glossary")`;
  });
  return links.length === 0 ? '' : `Glossary: ${links.join(' · ')}`;
}
