import path from 'node:path';
import { SftError } from '../base/errors';
import { readFetchedJson, type JsonObject } from '../base/fetched-file';

/** How rotary frequencies are stretched for longer contexts. */
export type RopeScaling =
  | { readonly type: 'default' }
  | { readonly type: 'linear'; readonly factor: number }
  | {
      readonly type: 'llama3';
      readonly factor: number;
      readonly lowFreqFactor: number;
      readonly highFreqFactor: number;
      readonly originalMaxPositionEmbeddings: number;
    };

/** A decoder of the Llama family as its config.json describes it. */
export interface LlamaConfig {
  /** `LlamaForCausalLM` and so on, as transformers names it. */
  readonly architecture: string;
  readonly vocabSize: number;
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly layers: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly rmsNormEps: number;
  readonly ropeTheta: number;
  readonly ropeScaling: RopeScaling;
  readonly maxPositionEmbeddings: number;
  readonly tieWordEmbeddings: boolean;
  /** Bias on q, k and v. */
  readonly qkvBias: boolean;
  /** Bias on o. */
  readonly outputBias: boolean;
  /** RMSNorm over each head of q and k before RoPE (Qwen 3). */
  readonly qkNorm: boolean;
  /** Sliding window per layer; 0 sees everything. */
  readonly windows: readonly number[];
}

/** By model_type, which transformers goes by where config.json names no architecture. */
const ARCHITECTURES: Readonly<Record<string, string>> = {
  llama: 'LlamaForCausalLM',
  mistral: 'MistralForCausalLM',
  qwen2: 'Qwen2ForCausalLM',
  qwen3: 'Qwen3ForCausalLM',
};

/**
 * Reads config.json of a Hugging Face model folder.
 * @throws SftError model-not-found, unreadable-file, not-the-file, model-file-not-json, invalid-model-config, unsupported-architecture
 */
export function readLlamaConfig(modelDir: string): LlamaConfig {
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
export function parseLlamaConfig(json: JsonObject, file: string): LlamaConfig {
  const read = new Reader(json, file);
  const architecture = architectureOf(json);
  if (!Object.values(ARCHITECTURES).includes(architecture)) {
    const known = Object.values(ARCHITECTURES).join(', ');
    throw read.unsupported(
      `the architecture ${architecture} is not supported`,
      `use a model of one of these: ${known} (Llama, SmolLM2, Mistral, Qwen 2.5, Qwen 3)`,
    );
  }
  if (json['quantization_config'] !== undefined && json['quantization_config'] !== null) {
    throw read.unsupported('the weights are already quantised', 'use the folder of the model in bf16, fp16 or fp32');
  }
  const activation = json['hidden_act'] ?? 'silu';
  if (activation !== 'silu') throw read.unsupported(`hidden_act ${JSON.stringify(activation)} is not supported`);
  if (json['mlp_bias'] === true) throw read.unsupported('mlp_bias is not supported');

  const hiddenSize = read.count('hidden_size');
  const heads = read.count('num_attention_heads');
  const kvHeads = read.count('num_key_value_heads', heads);
  const headDim = read.count('head_dim', hiddenSize / heads);
  const layers = read.count('num_hidden_layers');
  if (layers > MOST_LAYERS) throw read.invalid(`num_hidden_layers is ${layers}: no model has so many`);
  if (!Number.isInteger(headDim) || headDim % 2 !== 0) throw read.invalid('head_dim is not an even whole number');
  if (heads % kvHeads !== 0) throw read.invalid('num_attention_heads is not a multiple of num_key_value_heads');

  const qwen = architecture.startsWith('Qwen');
  const attentionBias = json['attention_bias'] === true;
  return {
    architecture,
    vocabSize: read.count('vocab_size'),
    hiddenSize,
    intermediateSize: read.count('intermediate_size'),
    layers,
    heads,
    kvHeads,
    headDim,
    rmsNormEps: read.positive('rms_norm_eps', 1e-6),
    ...readRope(json, read),
    maxPositionEmbeddings: read.count('max_position_embeddings', 2048),
    tieWordEmbeddings: json['tie_word_embeddings'] === true,
    qkvBias: architecture === 'Qwen2ForCausalLM' || attentionBias,
    outputBias: attentionBias && architecture !== 'Qwen2ForCausalLM',
    qkNorm: architecture === 'Qwen3ForCausalLM',
    windows: readWindows(json, read, layers, architecture === 'MistralForCausalLM', qwen),
  };
}

/** Lists of layers are made before the weights are looked at, which say how many there are. */
const MOST_LAYERS = 10_000;

function architectureOf(json: JsonObject): string {
  const { architectures, model_type: type } = json;
  const named: unknown = Array.isArray(architectures) ? architectures[0] : undefined;
  if (typeof named === 'string') return named;
  const known = typeof type === 'string' && Object.hasOwn(ARCHITECTURES, type) ? ARCHITECTURES[type] : undefined;
  return known ?? `of model_type ${type === undefined ? 'unknown' : JSON.stringify(type)}`;
}

function readRope(json: JsonObject, read: Reader): Pick<LlamaConfig, 'ropeTheta' | 'ropeScaling'> {
  // transformers 5 writes rope_parameters; folders made before it have rope_theta and rope_scaling.
  const source = json['rope_parameters'] ?? json['rope_scaling'];
  const rope = new Reader(typeof source === 'object' && source !== null ? (source as JsonObject) : {}, read.file);
  const ropeTheta = rope.positive('rope_theta', read.positive('rope_theta', 10000));
  const partial = rope.json['partial_rotary_factor'] ?? read.json['partial_rotary_factor'] ?? 1;
  if (partial !== 1) throw read.unsupported('partial_rotary_factor is not supported');
  const type = rope.json['rope_type'] ?? rope.json['type'] ?? 'default';
  if (type === 'default') return { ropeTheta, ropeScaling: { type } };
  if (type === 'linear') return { ropeTheta, ropeScaling: { type, factor: rope.positive('factor') } };
  if (type === 'llama3') {
    return {
      ropeTheta,
      ropeScaling: {
        type,
        factor: rope.positive('factor'),
        lowFreqFactor: rope.positive('low_freq_factor', 1),
        highFreqFactor: rope.positive('high_freq_factor', 4),
        originalMaxPositionEmbeddings: rope.count('original_max_position_embeddings', 8192),
      },
    };
  }
  throw read.unsupported(`RoPE scaling of type ${JSON.stringify(type)} is not supported`);
}

function readWindows(json: JsonObject, read: Reader, layers: number, mistral: boolean, qwen: boolean): number[] {
  const used = mistral || (qwen && json['use_sliding_window'] === true);
  const window = json['sliding_window'];
  if (!used || window === null || window === undefined) return new Array<number>(layers).fill(0);
  const size = read.count('sliding_window');
  const types = json['layer_types'];
  if (Array.isArray(types) && types.length === layers) {
    return types.map((type) => (type === 'sliding_attention' ? size : 0));
  }
  // Qwen without layer_types: the layers from max_window_layers on slide.
  const first = qwen ? read.whole('max_window_layers', 28) : 0;
  return Array.from({ length: layers }, (_, layer) => (layer >= first ? size : 0));
}

class Reader {
  constructor(
    readonly json: JsonObject,
    readonly file: string,
  ) {}

  whole(key: string, fallback?: number): number {
    const value = this.json[key] ?? fallback;
    if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 2 ** 31) return value;
    throw this.invalid(`${key} is ${value === undefined ? 'missing' : `${JSON.stringify(value)}, not a whole number`}`);
  }

  count(key: string, fallback?: number): number {
    const value = this.whole(key, fallback);
    if (value > 0) return value;
    throw this.invalid(`${key} is 0`);
  }

  positive(key: string, fallback?: number): number {
    const value = this.json[key] ?? fallback;
    if (typeof value === 'number' && Number.isFinite(value) && value > 0) return value;
    throw this.invalid(`${key} is ${value === undefined ? 'missing' : `${JSON.stringify(value)}, not above 0`}`);
  }

  invalid(reason: string): SftError {
    return new SftError('invalid-model-config', reason, {
      file: this.file,
      remedy: 'fetch the model folder again, or mend this value',
      exitCode: 2,
    });
  }

  unsupported(reason: string, remedy = 'choose another model'): SftError {
    return new SftError('unsupported-architecture', reason, { file: this.file, remedy, exitCode: 2 });
  }
}
