import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createCpuDevice } from '../src/compute/cpu/cpu-device';
import type { Device } from '../src/compute/device';
import { createRandom } from '../src/base/random';
import { writeFolderAtomic } from '../src/base/files';
import { LlamaModel } from '../src/model/llama';
import { readLlamaConfig } from '../src/model/llama-config';
import type { ParameterSet } from '../src/model/parameters';
import { writeSafetensors, type TensorSource } from '../src/base/safetensors';
import { scoreExamples } from '../src/model/score';
import { FullTuning } from '../src/tuning/full/full-method';
import { BaseWeights, expectedTensors } from '../src/model/weights';
import { loadChatTokenizer } from '../src/text/chat-tokenizer';
import { Trainer, type TrainingExample } from '../src/train/trainer';
import { generateChat, generateTexts } from './base-texts';
import { trainTokenizer, writeTokenizer } from './train-tokenizer';

// npm run make-base-model: makes examples/tiny-llama from nothing, from the texts in examples/base and many more that base-texts.ts
// composes: a byte-level BPE tokenizer, then a Llama-3-style model of 3.5 million parameters trained with this engine's own full
// fine-tuning. It has read of the agencies of the example data and seen none of its questions and answers.

const TEXTS = 'examples/base';
const TARGET = 'examples/tiny-llama';
const VOCABULARY = 2048;
const SEED = 1;
const MAX_TOKENS = 256;
/** Composed texts and conversations, and how often the written ones stand among them. */
const COMPOSED_TEXTS = 12_000;
const COMPOSED_CHATS = 20_000;
const WRITTEN_COPIES = 3;

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
  num_train_epochs: 1,
  per_device_batch_size: 16,
  gradient_accumulation_steps: 1,
  learning_rate: 2e-3,
  lr_scheduler_type: 'cosine',
  warmup_steps: 60,
  warmup_ratio: 0,
  optim: 'adamw',
  weight_decay: 0.1,
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

interface Sequences {
  /** Written by hand, every twentieth left out. */
  readonly written: TrainingExample[];
  readonly composed: TrainingExample[];
  /** Every twentieth written one. */
  readonly held: TrainingExample[];
}

/** Texts and conversations as sequences in which every token is learned. */
async function readSequences(folder: string): Promise<Sequences> {
  const chat = await loadChatTokenizer(folder);
  const { tokenizer } = chat;
  const [bos, eos] = [tokenizer.tokenId('<|begin_of_text|>')!, tokenizer.tokenId('<|end_of_text|>')!];
  const sequences = (texts: readonly string[], pairs: readonly ChatPair[]): TrainingExample[] => {
    const pieces = texts.flatMap((text) => {
      const ids = [bos, ...tokenizer.encode(text), eos];
      const starts = Array.from({ length: Math.ceil(ids.length / MAX_TOKENS) }, (_, i) => i * MAX_TOKENS);
      return starts.map((start) => ids.slice(start, start + MAX_TOKENS));
    });
    const conversations = pairs.map((pair) => Array.from(chat.encodeExample(pair, MAX_TOKENS).ids));
    return [...pieces, ...conversations]
      .filter((ids) => ids.length > 1)
      .map((ids, i) => ({ ids, trained: [{ from: 0, to: ids.length }], place: `sequence ${i}` }));
  };
  const all = sequences(readTexts(), readChat());
  return {
    written: all.filter((_, i) => i % 20 !== 7),
    held: all.filter((_, i) => i % 20 === 7),
    composed: sequences(generateTexts(SEED, COMPOSED_TEXTS), generateChat(SEED, COMPOSED_CHATS)),
  };
}

/**
 * The same function, written with larger activations before every projection and smaller weights in it (a power of two, so that nothing is
 * rounded). LoRA's usual learning rates suit models whose layers are thousands wide; in one of 256 they would hardly move anything in
 * 60 steps. Norms carry the factor into q, k, v, gate and up; v and up keep their weights and carry it on to o and down.
 */
const GAIN = 32;

function gainOf(name: string): number {
  if (name.includes('layernorm')) return GAIN;
  return /(q|k|o|gate|down)_proj/.test(name) ? 1 / GAIN : 1;
}

async function writeBf16(device: Device, parameters: ParameterSet, file: string): Promise<void> {
  await writeSafetensors(
    file,
    parameters.all().map(({ name, shape, value }): TensorSource => ({
      name,
      dtype: 'BF16',
      shape,
      read: async () => {
        const gain = gainOf(name);
        const scaled = device.alloc('f32', value.length);
        const floats = await device.readFloats(value);
        device.write(
          scaled,
          floats.map((x) => x * gain),
        );
        const rounded = device.alloc('bf16', value.length);
        const r = device.begin();
        r.copy(rounded, scaled);
        device.submit(r);
        const bits = await device.readBits(rounded);
        device.free(scaled);
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
  const pairs = [...readChat(), ...generateChat(SEED + 1, 500)];
  const texts = [
    ...readTexts(),
    ...generateTexts(SEED + 1, 300),
    ...pairs.flatMap(({ question, answer }) => [question, answer]),
  ];
  await writeTokenizer(work, await trainTokenizer({ texts, vocabSize: VOCABULARY, maxLength: 1024 }));
  await writeRandomModel(work);

  const device = createCpuDevice();
  const config = readLlamaConfig(work);
  const weights = new BaseWeights(device, work, config);
  const tuning = new FullTuning(device, weights);
  const { parameters } = tuning;
  const model = new LlamaModel(device, config, weights, tuning);
  const { written, composed, held } = await readSequences(work);
  const trained = [...composed, ...Array.from({ length: WRITTEN_COPIES }, () => written).flat()];
  const tokens = trained.reduce((sum, s) => sum + s.ids.length, 0);
  const trainer = new Trainer(device, model, trained, TRAINING);
  console.log(
    `${parameters.length} parameters, ${trained.length} sequences, ${tokens} tokens, ${trainer.totalSteps} steps`,
  );
  const started = performance.now();
  while (trainer.step < trainer.totalSteps) {
    const { step, loss, grad_norm: norm } = await trainer.trainStep();
    if (step % 200 === 0 || step === trainer.totalSteps) {
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
