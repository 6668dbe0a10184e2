import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createCpuDevice } from '../src/compute/cpu/cpu-device';
import type { Device } from '../src/compute/device';
import { createRandom } from '../src/random';
import { writeFolderAtomic } from '../src/files';
import { LlamaModel, trainableCopy } from '../src/model/llama';
import { readLlamaConfig } from '../src/model/llama-config';
import type { ParameterSet } from '../src/model/parameters';
import { writeSafetensors, type TensorSource } from '../src/model/safetensors';
import { scoreExamples } from '../src/model/score';
import { BaseWeights, expectedTensors } from '../src/model/weights';
import { loadChatTokenizer } from '../src/text/chat-tokenizer';
import { Trainer, type TrainingExample } from '../src/train/trainer';
import { trainTokenizer, writeTokenizer } from './train-tokenizer';

// npm run make-base-model: makes examples/tiny-llama from the texts in examples/base, from nothing: a byte-level BPE tokenizer, then a
// Llama-3-style model of 3.6 million parameters trained with this engine's own full fine-tuning. It has never seen the example data.

const TEXTS = 'examples/base';
const TARGET = 'examples/tiny-llama';
const VOCABULARY = 2048;
const SEED = 1;
const MAX_TOKENS = 256;

const CONFIG = {
  architectures: ['LlamaForCausalLM'],
  model_type: 'llama',
  hidden_act: 'silu',
  hidden_size: 256,
  intermediate_size: 704,
  num_hidden_layers: 4,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  head_dim: 64,
  vocab_size: VOCABULARY,
  max_position_embeddings: 1024,
  rms_norm_eps: 1e-5,
  rope_theta: 500000,
  tie_word_embeddings: true,
  attention_bias: false,
  torch_dtype: 'bfloat16',
};

const TRAINING = {
  max_steps: null,
  num_train_epochs: Number(process.env['EPOCHS'] ?? 10),
  per_device_batch_size: 8,
  gradient_accumulation_steps: 1,
  learning_rate: Number(process.env['LR'] ?? 1e-3),
  lr_scheduler_type: 'cosine',
  warmup_steps: 40,
  warmup_ratio: 0,
  weight_decay: Number(process.env['WD'] ?? 0.1),
  adam_beta1: 0.9,
  adam_beta2: 0.95,
  adam_epsilon: 1e-8,
  max_grad_norm: 1,
  gradient_checkpointing: false,
  shuffle: true,
  seed: SEED,
} as const;

interface ChatPair {
  readonly question: string;
  readonly answer: string;
}

function readTexts(): string[] {
  const folder = path.join(TEXTS, 'corpus');
  return readdirSync(folder)
    .sort()
    .flatMap((name) => readFileSync(path.join(folder, name), 'utf8').split(/\n\s*\n/))
    .map((text) => text.trim())
    .filter((text) => text !== '');
}

function readChat(): ChatPair[] {
  return readdirSync(TEXTS)
    .filter((name) => name.endsWith('.jsonl'))
    .sort()
    .flatMap((name) => readFileSync(path.join(TEXTS, name), 'utf8').trim().split('\n'))
    .map((line) => JSON.parse(line) as ChatPair);
}

/** Random weights in the model folder `folder`: deviation 0.05, the last maps of a block scaled down by sqrt(2 layers), norms 1. */
async function writeRandomModel(folder: string): Promise<void> {
  writeFileSync(path.join(folder, 'config.json'), `${JSON.stringify(CONFIG, null, 2)}\n`);
  const random = createRandom(SEED);
  const normal = (): number =>
    Math.sqrt(-2 * Math.log(1 - random.nextFloat())) * Math.cos(2 * Math.PI * random.nextFloat());
  const tensors = [...expectedTensors(readLlamaConfig(folder))].map(([name, shape]): TensorSource => {
    const last = name.endsWith('o_proj.weight') || name.endsWith('down_proj.weight');
    const deviation = last ? 0.05 / Math.sqrt(2 * CONFIG.num_hidden_layers) : 0.05;
    const values = new Float32Array(shape.reduce((product, n) => product * n, 1));
    for (let i = 0; i < values.length; i++) values[i] = shape.length === 1 ? 1 : deviation * normal();
    return { name, dtype: 'F32', shape, read: () => Promise.resolve(new Uint8Array(values.buffer)) };
  });
  await writeSafetensors(path.join(folder, 'model.safetensors'), tensors);
}

/** Texts and conversations as sequences in which every token is learned. */
async function readSequences(folder: string): Promise<TrainingExample[]> {
  const chat = await loadChatTokenizer(folder);
  const { tokenizer } = chat;
  const [bos, eos] = [tokenizer.tokenId('<|begin_of_text|>')!, tokenizer.tokenId('<|end_of_text|>')!];
  const sequences: number[][] = [];
  for (const text of readTexts()) {
    const ids = [bos, ...tokenizer.encode(text), eos];
    for (let start = 0; start < ids.length; start += MAX_TOKENS) sequences.push(ids.slice(start, start + MAX_TOKENS));
  }
  for (const pair of readChat()) sequences.push(Array.from(chat.encodeExample(pair, MAX_TOKENS).ids));
  return sequences
    .filter((ids) => ids.length > 1)
    .map((ids, i) => ({ ids, trained: new Uint8Array(ids.length).fill(1), place: `sequence ${i}` }));
}

async function writeBf16(device: Device, parameters: ParameterSet, file: string): Promise<void> {
  await writeSafetensors(
    file,
    parameters.all().map(({ name, shape, value }): TensorSource => ({
      name,
      dtype: 'BF16',
      shape,
      read: async () => {
        const rounded = device.alloc('bf16', value.length);
        device.copy(rounded, value);
        const bits = await device.readBits(rounded);
        device.free(rounded);
        return new Uint8Array(bits.buffer, bits.byteOffset, bits.byteLength);
      },
    })),
  );
}

async function main(): Promise<void> {
  const work = '.cache/base-model';
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  const chat = readChat();
  const texts = [...readTexts(), ...chat.map((pair) => pair.question), ...chat.map((pair) => pair.answer)];
  await writeTokenizer(work, await trainTokenizer({ texts, vocabSize: VOCABULARY, maxLength: 1024 }));
  await writeRandomModel(work);

  const device = createCpuDevice();
  const config = readLlamaConfig(work);
  const weights = new BaseWeights(device, work, config);
  const parameters = trainableCopy(device, weights);
  const model = new LlamaModel(device, config, weights, undefined, parameters);
  const sequences = await readSequences(work);
  const held = sequences.filter((_, i) => i % 20 === 7);
  const trained = sequences.filter((_, i) => i % 20 !== 7);
  const tokens = trained.reduce((sum, s) => sum + s.ids.length, 0);
  const trainer = new Trainer(device, model, trained, TRAINING);
  console.log(
    `${parameters.length} parameters, ${trained.length} sequences, ${tokens} tokens, ${trainer.totalSteps} steps`,
  );
  const started = performance.now();
  while (trainer.step < trainer.totalSteps) {
    const { step, loss, grad_norm: norm } = await trainer.trainStep();
    if (step % trainer.order.stepsPerEpoch === 0) {
      const { loss: validation } = await scoreExamples(model, held);
      const seconds = (performance.now() - started) / 1000;
      console.log(
        `step ${step}: loss ${loss.toFixed(3)}, held-out loss ${validation.toFixed(3)}, gradient norm ${norm.toFixed(2)}, ${seconds.toFixed(0)} s`,
      );
    }
  }
  await writeFolderAtomic(TARGET, async (folder) => {
    for (const name of ['config.json', 'tokenizer.json', 'tokenizer_config.json']) {
      writeFileSync(path.join(folder, name), readFileSync(path.join(work, name)));
    }
    const ids = (await loadChatTokenizer(work)).stopTokenIds;
    writeFileSync(path.join(folder, 'generation_config.json'), `${JSON.stringify({ eos_token_id: ids }, null, 2)}\n`);
    await writeBf16(device, parameters, path.join(folder, 'model.safetensors'));
  });
  console.log(`wrote ${TARGET}`);
}

void main();
