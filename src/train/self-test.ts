import { SftError } from '../base/errors';
import { createRandom } from '../base/random';
import type { LocatedTensor } from '../base/tensor-folder';
import type { Device } from '../compute/device';
import { PROJECTIONS } from '../config/config-schema';
import { BYTES, imagined } from '../model/imagined';
import { LlamaModel } from '../model/llama';
import { parseLlamaConfig, type LlamaConfig } from '../model/llama-config';
import { BaseWeights, expectedTensors } from '../model/weights';
import { LoraAdapter } from '../tuning/lora/lora-adapter';
import { Trainer, type TrainingExample } from './trainer';

/** One layer, as wide as a tile of products; grouped heads, and a vocabulary that is a multiple of nothing. */
const SHAPE = {
  architectures: ['LlamaForCausalLM'],
  vocab_size: 509,
  max_position_embeddings: 256,
  hidden_size: 128,
  intermediate_size: 256,
  num_hidden_layers: 1,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  tie_word_embeddings: true,
};
/** Tokens of the examples of an update. */
const LENGTHS = [40, 19, 33];
const STEPS = 3;
/**
 * Of losses and norms of gradients, relative, beside what rounding of products comes to: orders of sums come to far less, a kernel that is
 * wrong to far more.
 */
const TOLERANCE = 1e-3;

/**
 * Trains a small model for three updates on a device and on the processor, weights in 16 bits and then in 4 bits, and holds their losses and
 * gradients against each other: a driver or a card that computes wrongly is found before it wastes hours.
 * @throws SftError device-computes-wrongly
 */
export async function testDevice(device: Device, processor: Device): Promise<void> {
  for (const isIn4Bits of [false, true]) {
    const found = await trained(device, isIn4Bits);
    const expected = await trained(processor, isIn4Bits);
    const tolerance = TOLERANCE + device.traits.tolerance.product;
    const wrong = expected.findIndex((value, at) => !(Math.abs(found[at]! / value - 1) <= tolerance));
    if (wrong === -1) continue;
    const what = wrong % 2 === 0 ? 'the loss' : 'the norm of the gradients';
    throw new SftError(
      'device-computes-wrongly',
      `${device.description} computes wrongly: in a test with weights in ${isIn4Bits ? 4 : 16} bits ${what} of update ${Math.floor(wrong / 2) + 1} is ${found[wrong]}, and ${expected[wrong]} on the processor`,
      {
        remedy:
          'use --device cpu, update the driver of the graphics card, and report this with the output of sft devices',
      },
    );
  }
}

/** Loss and norm of the gradients of each update. */
async function trained(device: Device, isIn4Bits: boolean): Promise<readonly number[]> {
  const config = parseLlamaConfig(SHAPE, 'config.json');
  const weights = new BaseWeights(device, '', config, {
    tensors: madeUp(config),
    ...(isIn4Bits ? { in4bit: { doubleQuant: true } } : {}),
  });
  const toFree: { free(): void }[] = [];
  try {
    const adapter = new LoraAdapter(
      { device, config, weights },
      { r: 8, lora_alpha: 16, lora_dropout: 0, use_rslora: false, target_modules: PROJECTIONS },
    );
    toFree.push(adapter);
    const random = createRandom(1);
    await adapter.initialise(() => random.nextFloat());
    const model = new LlamaModel(device, config, weights, adapter);
    toFree.push(model);
    const trainer = new Trainer(device, model, examples(config), OPTIONS);
    toFree.push(trainer);
    const values: number[] = [];
    for (let step = 0; step < STEPS; step++) {
      const { loss, grad_norm: norm } = await trainer.trainStep();
      values.push(loss, norm);
    }
    return values;
  } finally {
    for (const one of toFree.reverse()) one.free();
    weights.close();
  }
}

const OPTIONS = {
  max_steps: STEPS,
  num_train_epochs: 1,
  per_device_batch_size: LENGTHS.length,
  gradient_accumulation_steps: 1,
  learning_rate: 1e-2,
  lr_scheduler_type: 'constant',
  warmup_steps: 0,
  warmup_ratio: 0,
  weight_decay: 0.01,
  optim: 'adamw',
  adam_beta1: 0.9,
  adam_beta2: 0.999,
  // Gradients that are 0 but for rounding move nothing.
  adam_epsilon: 1e-6,
  max_grad_norm: 1,
  gradient_checkpointing: false,
  shuffle: false,
  seed: 1,
} as const;

function examples({ vocabSize }: LlamaConfig): TrainingExample[] {
  const random = createRandom(2);
  return LENGTHS.map((length, at) => ({
    ids: Array.from({ length }, () => random.below(vocabSize)),
    trained: [{ from: length >> 1, to: length }],
    place: `example ${at + 1}`,
  }));
}

/** Weights in bf16, as those of real models, but larger, so that each matters: uniform, with deviation 0.1; norms about 1. */
function madeUp(config: LlamaConfig): ReadonlyMap<string, LocatedTensor> {
  const random = createRandom(3);
  const width = 0.1 * Math.sqrt(3);
  return new Map(
    [...imagined(expectedTensors(config))].map(([name, tensor]) => {
      const middle = tensor.shape.length === 1 ? 1 : 0;
      const values = Float32Array.from(
        { length: tensor.byteLength / BYTES },
        () => middle + (2 * random.nextFloat() - 1) * width,
      );
      const bits = Uint16Array.from(new Uint32Array(values.buffer), (word) => word >>> 16);
      const read = (): Uint8Array<ArrayBuffer> => new Uint8Array(bits.buffer);
      return [name, { ...tensor, read }];
    }),
  );
}
