import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createRandom } from '../../src/base/random';
import { writeSafetensors, type TensorSource } from '../../src/base/safetensors';
import { runCommand } from '../../src/cli/run-command';
import { PROJECTIONS } from '../../src/config/config-schema';
import { parseLlamaConfig } from '../../src/model/llama-config';
import { projectionShape } from '../../src/model/projections';
import { expectedTensors } from '../../src/model/weights';
import { loraTensorName } from '../../src/tuning/lora/lora-config';
import { recordedTerminal } from '../recorded-terminal';
import { in4Bits, QUANTISATION } from './in-4-bits';

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

/**
 * Writes a whole small model to `folder`/model, the same in 4 bits to `folder`/quantised, an adapter of it to `folder`/adapter, and to
 * `folder`/trained a run that was stopped after its second checkpoint, in `run` beside its data.
 */
export async function writeBaseModel(folder: string): Promise<void> {
  const model = path.join(folder, 'model');
  const adapter = path.join(folder, 'adapter');
  const json = { ...(JSON.parse(readFileSync(path.join(EXAMPLE, 'config.json'), 'utf8')) as object), ...SIZES };
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
  const whole = [...expectedTensors(config)];
  await writeModel(
    model,
    json,
    whole.map(([name, shape]) => tensor(name, shape)),
  );
  const quantised = whole.flatMap(([name, shape]) =>
    shape.length === 2 && name.includes('.layers.')
      ? in4Bits(random, name, [shape[0]!, shape[1]!])
      : [tensor(name, shape)],
  );
  await writeModel(path.join(folder, 'quantised'), { ...json, quantization_config: QUANTISATION }, quantised);
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
  mkdirSync(adapter);
  await writeSafetensors(path.join(adapter, 'adapter_model.safetensors'), pairs);
  writeFileSync(path.join(adapter, 'adapter_config.json'), JSON.stringify(adapterConfig(model), null, 2));
  await train(path.join(folder, 'trained'), model);
}

async function writeModel(folder: string, config: object, tensors: readonly TensorSource[]): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const name of TOKENIZER_FILES) copyFileSync(path.join(EXAMPLE, name), path.join(folder, name));
  writeFileSync(path.join(folder, 'config.json'), JSON.stringify(config, null, 2));
  await writeSafetensors(path.join(folder, 'model.safetensors'), tensors);
}

function adapterConfig(model: string): object {
  return {
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
}

async function train(folder: string, model: string): Promise<void> {
  mkdirSync(folder);
  const config = path.join(folder, 'sft.config.json');
  writeFileSync(path.join(folder, 'data.json'), QUESTIONS);
  const values = {
    model_name: model,
    dataset: 'data.json',
    split: { train: 1, validation: 0, test: 0 },
    max_steps: 2,
    warmup_steps: 1,
    save_steps: 1,
    eval_steps: null,
  };
  writeFileSync(config, JSON.stringify(values));
  const { terminal, log } = recordedTerminal();
  const code = await runCommand(['train', config, '--run', path.join(folder, 'run')], terminal);
  if (code !== 0) throw new Error(`the run to damage was not trained: ${log.join('\n')}`);
}

export const QUESTIONS = JSON.stringify([
  { question: 'How do I renew my passport?', answer: 'Book an appointment.' },
  { question: 'Where?', answer: 'In  Abuja,\nat the office: ₦35,000 <b>日本</b>.' },
]);
