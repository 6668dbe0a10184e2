import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createRandom } from '../../src/base/random';
import { PROJECTIONS } from '../../src/config/config-schema';
import { parseLlamaConfig } from '../../src/model/llama-config';
import { projectionShape } from '../../src/model/projections';
import { writeSafetensors, type TensorSource } from '../../src/base/safetensors';
import { expectedTensors } from '../../src/model/weights';
import { loraTensorName } from '../../src/tuning/lora/lora-config';

const EXAMPLE = path.resolve('examples/tiny-llama');
const TOKENIZER_FILES = ['tokenizer.json', 'tokenizer_config.json', 'generation_config.json'] as const;
const RANK = 2;

/** Sizes of a model with the example's tokenizer that takes no time. */
const SIZES = {
  hidden_size: 16,
  intermediate_size: 32,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  num_key_value_heads: 1,
  head_dim: 8,
};

/** Writes a whole small model to `folder`/model and an adapter of it to `folder`/adapter. */
export async function writeBaseModel(folder: string): Promise<void> {
  const model = path.join(folder, 'model');
  const adapter = path.join(folder, 'adapter');
  mkdirSync(model, { recursive: true });
  mkdirSync(adapter);
  for (const name of TOKENIZER_FILES) copyFileSync(path.join(EXAMPLE, name), path.join(model, name));
  const json = { ...(JSON.parse(readFileSync(path.join(EXAMPLE, 'config.json'), 'utf8')) as object), ...SIZES };
  writeFileSync(path.join(model, 'config.json'), JSON.stringify(json, null, 2));
  const config = parseLlamaConfig(json, 'config.json');
  const random = createRandom(3);
  const tensor = (name: string, shape: readonly number[]): TensorSource => ({
    name,
    shape,
    dtype: 'F32',
    read: () => {
      const values = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.nextFloat() - 0.5);
      return Promise.resolve(new Uint8Array(values.buffer));
    },
  });
  await writeSafetensors(
    path.join(model, 'model.safetensors'),
    [...expectedTensors(config)].map(([name, shape]) => tensor(name, shape)),
  );
  const layers = Array.from({ length: config.layers }, (_, layer) => layer);
  const pairs = layers.flatMap((layer) =>
    PROJECTIONS.flatMap((name) => {
      const shape = projectionShape(config, name);
      return [
        tensor(loraTensorName(layer, name, 'A'), [RANK, shape.in]),
        tensor(loraTensorName(layer, name, 'B'), [shape.out, RANK]),
      ];
    }),
  );
  await writeSafetensors(path.join(adapter, 'adapter_model.safetensors'), pairs);
  const adapterConfig = {
    alpha_pattern: {},
    base_model_name_or_path: model,
    bias: 'none',
    fan_in_fan_out: false,
    init_lora_weights: true,
    layer_replication: null,
    layers_pattern: null,
    layers_to_transform: null,
    lora_alpha: 8,
    lora_dropout: 0.1,
    modules_to_save: null,
    peft_type: 'LORA',
    r: RANK,
    rank_pattern: {},
    target_modules: PROJECTIONS,
    use_dora: false,
    use_rslora: false,
  };
  writeFileSync(path.join(adapter, 'adapter_config.json'), JSON.stringify(adapterConfig, null, 2));
}

export const QUESTIONS = JSON.stringify([
  { question: 'How do I renew my passport?', answer: 'Book an appointment.' },
  { question: 'Where?', answer: 'In  Abuja,\nat the office: ₦35,000 <b>日本</b>.' },
]);
