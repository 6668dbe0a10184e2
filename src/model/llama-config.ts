import path from 'node:path';
import { SftError } from '../base/errors';
import { readFetchedJson, type JsonObject } from '../base/fetched-file';
import { isGguf } from '../base/gguf/read-gguf';
import { ConfigReader } from './config-reader';
import {
  llamaTraits,
  type Activation,
  type ActivationName,
  type FamilyDefaults,
  type FamilyTraits,
} from './families/family';
import { familyOf } from './families/registry';
import { configOfGguf } from './gguf/config-of-gguf';
import { readRope, ropeParameters, type Rope } from './rope-scaling';
import { unreadableQuantisation } from './quantisation-config';
import { PATH_WITHIN, textConfigOf } from './text-config';

/** A decoder as its config.json describes it: what all families have, and the traits of its own. */
export interface LlamaConfig extends FamilyTraits {
  /** `LlamaForCausalLM` and so on, as transformers names it. */
  readonly architecture: string;
  /** Where embedding, layers and last norm are in that class, as PEFT names them: `model`, or deeper in a multimodal model. */
  readonly decoderPath: string;
  readonly vocabSize: number;
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly layers: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  /** How the feed-forward part gates: h = act(gate) * up. */
  readonly activation: Activation;
  readonly rmsNormEps: number;
  /** The rotary positions of the layers whose `ropes` is `global`. */
  readonly rope: Rope;
  readonly maxPositionEmbeddings: number;
  readonly tieWordEmbeddings: boolean;
}

/** What transformers takes for what config.json leaves out. */
const DEFAULTS: FamilyDefaults = {
  rmsNormEps: 1e-6,
  ropeTheta: 10_000,
  tieWordEmbeddings: false,
  maxPositionEmbeddings: 2048,
};

const SILU: ActivationName = { key: 'hidden_act', name: 'silu', is: 'silu' };

/**
 * Reads config.json of a Hugging Face model folder, or what a GGUF file says of the same.
 * @throws SftError model-not-found, unreadable-file, not-the-file, model-file-not-json, invalid-model-config, unsupported-architecture,
 * corrupt-gguf
 */
export function readLlamaConfig(modelDir: string): LlamaConfig {
  if (isGguf(modelDir)) return parseLlamaConfig(configOfGguf(modelDir), modelDir);
  const file = path.join(modelDir, 'config.json');
  const json = readFetchedJson(file);
  if (json !== undefined) return parseLlamaConfig(json, file);
  throw new SftError('model-not-found', 'there is no model folder with a config.json here', {
    file: modelDir,
    remedy: 'give the folder of a Hugging Face model (config.json, safetensors, tokenizer.json)',
    exitCode: 2,
  });
}

/** @throws SftError invalid-model-config, unsupported-architecture */
export function parseLlamaConfig(whole: JsonObject, file: string): LlamaConfig {
  const text = textConfigOf(whole);
  const json = text ?? whole;
  const read = new ConfigReader(json, file);
  const family = familyOf(read);
  const defaults = { ...DEFAULTS, ...family.defaults };
  const unreadable = unreadableQuantisation(json['quantization_config']);
  if (unreadable !== undefined) throw read.unsupported(unreadable.reason, unreadable.remedy);
  const activation = family.activation ?? SILU;
  const named = json[activation.key] ?? activation.name;
  if (named !== activation.name) throw read.unsupported(`${activation.key} ${JSON.stringify(named)} is not supported`);
  if (json['mlp_bias'] === true) throw read.unsupported('mlp_bias is not supported');

  const hiddenSize = read.count('hidden_size');
  const heads = read.count('num_attention_heads', defaults.heads);
  const kvHeads = read.count('num_key_value_heads', defaults.kvHeads ?? heads);
  const headDim = read.count('head_dim', defaults.headDim ?? hiddenSize / heads);
  const layers = read.count('num_hidden_layers');
  if (layers > MOST_LAYERS) throw read.invalid(`num_hidden_layers is ${layers}: no model has so many`);
  if (!Number.isInteger(headDim) || headDim % 2 !== 0) throw read.invalid('head_dim is not an even whole number');
  if (heads % kvHeads !== 0) throw read.invalid('num_attention_heads is not a multiple of num_key_value_heads');

  const shape = { layers, hiddenSize, headDim };
  const parameters = family.ropeParameters?.(read) ?? ropeParameters(read);
  const rope = readRope(parameters, read, { theta: defaults.ropeTheta, headDim, partial: family.partialRotary });
  return {
    architecture: family.architecture,
    decoderPath: text === undefined ? 'model' : PATH_WITHIN,
    vocabSize: read.count('vocab_size', defaults.vocabSize),
    intermediateSize: read.count('intermediate_size'),
    heads,
    kvHeads,
    ...shape,
    rmsNormEps: read.positive('rms_norm_eps', defaults.rmsNormEps),
    activation: activation.is,
    rope,
    maxPositionEmbeddings: read.count('max_position_embeddings', defaults.maxPositionEmbeddings),
    tieWordEmbeddings: (json['tie_word_embeddings'] ?? defaults.tieWordEmbeddings) === true,
    ...llamaTraits(shape),
    ...family.traits(read, shape),
  };
}

/** The longest text that a model can be given here: with longrope, one that its short factors are for. */
export function longestText({ maxPositionEmbeddings: most, rope: { scaling } }: LlamaConfig): number {
  return scaling.type === 'longrope' ? Math.min(most, scaling.originalMaxPositionEmbeddings) : most;
}

/** Lists of layers are made before the weights are looked at, which say how many there are. */
const MOST_LAYERS = 10_000;
