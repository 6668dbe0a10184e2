import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createRandom } from '../../src/base/random';
import { writeSafetensors } from '../../src/base/safetensors';
import { parseLlamaConfig } from '../../src/model/llama-config';
import { expectedTensors } from '../../src/model/weights';
import { completeMerges } from '../export/sentencepiece-merges';

const TEXT = path.resolve('test/reference/text');

/** A tokenizer of test/reference/text, and what it is used with. */
export interface TokenizerChoice {
  /** Its folder there. */
  readonly tokenizer: string;
  /** The name of a file there, or what it says. */
  readonly template: string;
  /** Every token that ends an answer, beside that which the template ends one with. */
  readonly eos?: readonly number[];
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
  const vocab = { vocab_size: writeTokenizer(path.join(TEXT, tokenizer), folder) };
  const ends = eos === undefined ? {} : { eos_token_id: eos };
  const whole = { ...json, ...(isText ? vocab : { text_config: { ...text, ...vocab } }), ...ends };
  writeFileSync(path.join(folder, 'config.json'), JSON.stringify(whole, null, 2));
  const jinja = template.includes('{')
    ? template
    : readFileSync(path.join(TEXT, 'templates', `${template}.jinja`), 'utf8');
  writeFileSync(path.join(folder, 'chat_template.jinja'), jinja);

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

/** @returns its highest id and one more */
function writeTokenizer(from: string, folder: string): number {
  copyFileSync(path.join(from, 'tokenizer_config.json'), path.join(folder, 'tokenizer_config.json'));
  const json = JSON.parse(readFileSync(path.join(from, 'tokenizer.json'), 'utf8')) as Record<string, unknown>;
  const { vocab, byte_fallback } = json['model'] as { vocab: Record<string, number>; byte_fallback?: boolean };
  if (byte_fallback === true) completeMerges(json);
  writeFileSync(path.join(folder, 'tokenizer.json'), JSON.stringify(json));
  const added = json['added_tokens'] as { id: number }[];
  return Math.max(...Object.values(vocab), ...added.map(({ id }) => id)) + 1;
}
