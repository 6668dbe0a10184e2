import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { damageFile } from '../damaged-files';
import type { FuzzCase, FuzzKind } from '../kind';
import { mutateText, oneIn, pick } from '../mutations';
import { useModel } from './model-folders';

/** What may stand for modules; some work for ever, and some are expressions of Python alone. */
const EXPRESSIONS: readonly string[] = [
  '.*self_attn\\.[qkvo]_proj',
  '.*\\.1\\.(self_attn\\.[qv]|mlp\\.up)_proj',
  'all-linear',
  '(a+)+$',
  '(.*)*\\1z',
  '([a-z_.0-9]+)*!',
  '(?i:.*q_proj)',
  '(?P<n>.*)_proj',
  '.*\\Z',
  '[',
  'q_proj',
  '',
];

/** A PEFT adapter whose modules are named by expressions, or of which a file is damaged, on a whole model. */
export const adapters: FuzzKind = {
  name: 'adapters',
  async run(fuzz) {
    const adapter = path.join(fuzz.folder, 'adapter');
    mkdirSync(adapter);
    const from = fuzz.base('adapter');
    for (const name of readdirSync(from)) copyFileSync(path.join(from, name), path.join(adapter, name));
    if (oneIn(fuzz.random, 2)) nameByExpressions(fuzz, path.join(adapter, 'adapter_config.json'));
    if (oneIn(fuzz.random, 3)) {
      await useModel(fuzz, fuzz.base('model'), '--adapter', adapter);
      return;
    }
    const file = pick(fuzz.random, ['adapter_config.json', 'adapter_config.json', 'adapter_model.safetensors']);
    damageFile(fuzz.random, path.join(adapter, file));
    await useModel(fuzz, fuzz.base('model'), '--adapter', adapter);
  },
};

function nameByExpressions({ random }: FuzzCase, file: string): void {
  const json = JSON.parse(readFileSync(file, 'utf8')) as object;
  const expression = (): string => {
    const one = pick(random, EXPRESSIONS);
    return oneIn(random, 3) ? mutateText(random, one) : one;
  };
  const values = (): object => Object.fromEntries([1, 2, 3].map((value) => [expression(), value]));
  const changes = {
    ...(oneIn(random, 2) ? { target_modules: expression() } : {}),
    ...(oneIn(random, 3) ? { exclude_modules: expression() } : {}),
    ...(oneIn(random, 3) ? { rank_pattern: values() } : {}),
    ...(oneIn(random, 3) ? { alpha_pattern: values() } : {}),
    ...(oneIn(random, 3) ? { layers_to_transform: pick(random, [[], [0], 1, [99], [-1], ['0'], null]) } : {}),
  };
  writeFileSync(file, JSON.stringify({ ...json, ...changes }));
}
