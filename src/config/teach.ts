import { CONFIG_SCHEMA } from './config-schema';
import { DATA_TEACHING } from './teaching/data';
import { EMBEDDING_TEACHING } from './teaching/embeddings';
import { LORA_TEACHING } from './teaching/lora';
import { MODEL_TEACHING } from './teaching/model';
import { RUN_TEACHING } from './teaching/run';
import type { Teaching } from './teaching/teaching';
import { UPDATE_TEACHING } from './teaching/updates';

type Properties = (typeof CONFIG_SCHEMA)['properties'];

/** A key of the configuration; of an object in it, `split.train`. */
export type TaughtKey = keyof Properties | `split.${keyof Properties['split']['properties']}`;

/** What a beginner is told about each key. A key that is added to the schema and not here is a type error. */
export const TEACHING: Readonly<Record<TaughtKey, Teaching>> = {
  ...MODEL_TEACHING,
  ...DATA_TEACHING,
  ...LORA_TEACHING,
  ...EMBEDDING_TEACHING,
  ...UPDATE_TEACHING,
  ...RUN_TEACHING,
};

export function isTaughtKey(key: string): key is TaughtKey {
  return Object.hasOwn(TEACHING, key);
}

/** The teaching text of a key as markdown: what it does, then a list of values and of what goes wrong. */
export function teachingMarkdown(key: TaughtKey): string {
  const { what, first, production, high, low, sides = ['Too high', 'Too low'] } = TEACHING[key];
  return [
    what,
    '',
    `- **First run:** ${first}`,
    `- **Production:** ${production}`,
    `- **${sides[0]}:** ${high}`,
    `- **${sides[1]}:** ${low}`,
  ].join('\n');
}
