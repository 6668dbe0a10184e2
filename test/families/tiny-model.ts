import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createRandom } from '../../src/base/random';
import { writeSafetensors } from '../../src/base/safetensors';
import { parseLlamaConfig } from '../../src/model/llama-config';
import { expectedTensors } from '../../src/model/weights';

const TEXT = path.resolve('test/reference/text');

/** Ids of the tokenizers of test/reference/text, the highest and one more. */
const VOCAB_SIZE = 465;

/** What a tokenizer of test/reference/text is used with. */
export interface TokenizerChoice {
  readonly tokenizer: string;
  readonly template: string;
  /** Every token that ends an answer. */
  readonly eos: readonly number[];
}

/**
 * Writes the folder of a model with random weights, fp32, large enough that its layers are far from linear; of a multimodal one, with a tensor
 * of its vision part.
 * @param json what config.json has beside the size of the vocabulary
 */
export async function writeTinyModel(
  folder: string,
  json: Readonly<Record<string, unknown>>,
  { tokenizer, template, eos }: TokenizerChoice,
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const { text_config: text } = json;
  const isText = typeof text !== 'object' || text === null;
  const vocab = { vocab_size: VOCAB_SIZE };
  const whole = { ...json, ...(isText ? vocab : { text_config: { ...text, ...vocab } }), eos_token_id: eos };
  writeFileSync(path.join(folder, 'config.json'), JSON.stringify(whole, null, 2));
  for (const name of ['tokenizer.json', 'tokenizer_config.json'])
    copyFileSync(path.join(TEXT, 'tokenizers', tokenizer, name), path.join(folder, name));
  copyFileSync(path.join(TEXT, 'templates', `${template}.jinja`), path.join(folder, 'chat_template.jinja'));

  const config = parseLlamaConfig(whole, path.join(folder, 'config.json'));
  const random = createRandom(7);
  const valuesOf = (name: string, length: number): Float32Array => {
    const spread = name.includes('norm') ? 0.5 : 0.4;
    const middle = name.includes('norm') ? 1 - config.normOffset : 0;
    return Float32Array.from({ length }, () => middle + spread * (random.nextFloat() - 0.5));
  };
  await writeSafetensors(
    path.join(folder, 'model.safetensors'),
    [...expectedTensors(config), ...(isText ? [] : [['vision_tower.weight', [4]] as const])].map(([name, shape]) => {
      const { buffer } = valuesOf(
        name,
        shape.reduce((product, n) => product * n, 1),
      );
      const stored = isText || name.startsWith('vision') ? name : `language_model.${name}`;
      return { name: stored, dtype: 'F32', shape, read: () => Promise.resolve(new Uint8Array(buffer)) } as const;
    }),
  );
}
