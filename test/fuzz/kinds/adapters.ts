import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { damageFile } from '../damaged-files';
import type { FuzzKind } from '../kind';
import { pick } from '../mutations';
import { useModel } from './model-folders';

/** A PEFT adapter of which a file is damaged, on a whole model. */
export const adapters: FuzzKind = {
  name: 'adapters',
  async run(fuzz) {
    const adapter = path.join(fuzz.folder, 'adapter');
    mkdirSync(adapter);
    const from = fuzz.base('adapter');
    for (const name of readdirSync(from)) copyFileSync(path.join(from, name), path.join(adapter, name));
    const file = pick(fuzz.random, ['adapter_config.json', 'adapter_config.json', 'adapter_model.safetensors']);
    damageFile(fuzz.random, path.join(adapter, file));
    await useModel(fuzz, fuzz.base('model'), '--adapter', adapter);
  },
};
