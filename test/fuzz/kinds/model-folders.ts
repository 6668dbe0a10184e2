import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { QUESTIONS } from '../base-model';
import { damageFile } from '../damaged-files';
import type { FuzzCase, FuzzKind } from '../kind';
import { oneIn, pick } from '../mutations';

const FILES = [
  'config.json',
  'generation_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'model.safetensors',
  'special_tokens_map.json',
  'added_tokens.json',
] as const;

/** A copy of the base model. @param from where `writeBaseModel` wrote it */
export function copyModel(from: string, folder: string): string {
  const model = path.join(folder, 'model');
  mkdirSync(model);
  for (const name of readdirSync(from)) copyFileSync(path.join(from, name), path.join(model, name));
  return model;
}

/** Counts, scores and generates with a model folder. */
export async function useModel(fuzz: FuzzCase, model: string, ...more: readonly string[]): Promise<void> {
  const data = path.join(fuzz.folder, 'data.json');
  writeFileSync(data, QUESTIONS);
  await fuzz.sft('score', data, '--model', model, ...more, ...(oneIn(fuzz.random, 2) ? ['--json'] : []));
  if (oneIn(fuzz.random, 2)) await fuzz.sft('count', data, '--model', model);
  if (oneIn(fuzz.random, 2)) {
    await fuzz.sft('generate', '--model', model, ...more, '--prompt', 'Why?', '--max-new-tokens', '4');
  }
}

/** A model folder, of one in three the weights in 4 bits, of which one file or two are damaged. */
export const modelFolders: FuzzKind = {
  name: 'model-folders',
  async run(fuzz) {
    const model = copyModel(fuzz.base(oneIn(fuzz.random, 3) ? 'quantised' : 'model'), fuzz.folder);
    for (let left = oneIn(fuzz.random, 4) ? 2 : 1; left > 0; left--) {
      damageFile(fuzz.random, path.join(model, pick(fuzz.random, FILES)));
    }
    await useModel(fuzz, model);
  },
};
