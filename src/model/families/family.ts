import type { ConfigReader } from '../config-reader';
import { PROJECTIONS } from '../../config/config-schema';
import type { ModuleName } from '../modules';
import type { Rope } from '../rope-scaling';

/** How the feed-forward part gates: h = act(gate) * up. */
export type Activation = 'silu' | 'gelu';

/** The rotary tables of a model: `local` where layers with a window have a base of their own. */
export type RopeName = 'global' | 'local';

/** The norms of a layer under their names in the files, each where the family has it. */
export interface NormNames {
  /** Of attention's input. */
  readonly input?: string;
  /** Of attention's output, before it is added to the stream. */
  readonly attentionOutput?: string;
  /** Of the feed-forward part's input. */
  readonly mlp?: string;
  /** Of the feed-forward part's output, before it is added to the stream. */
  readonly mlpOutput?: string;
}

/** In what a family differs from another, as the passes over the layers ask for it. */
export interface FamilyTraits {
  readonly norms: NormNames;
  /** What the weights of all norms are added to. */
  readonly normOffset: number;
  /** The matrices of a layer in the files, in the order data flows through them. */
  readonly modules: readonly ModuleName[];
  /** Bias on q, k and v. */
  readonly qkvBias: boolean;
  /** Bias on o. */
  readonly outputBias: boolean;
  /** RMSNorm of q and k before RoPE, over each head or over all heads together. */
  readonly qkNorm: 'heads' | 'whole' | undefined;
  /** Sliding window per layer; 0 sees everything. */
  readonly windows: readonly number[];
  /** Rotary tables per layer; undefined where positions are not encoded. */
  readonly ropes: readonly (RopeName | undefined)[];
  /** The rotary positions of the layers whose `ropes` is `local`. */
  readonly localRope: Rope | undefined;
  /** Factor that is part of the token embeddings. */
  readonly embeddingScale: number;
  /** Factor on the input of the first layer, whatever else was put beside or onto the embeddings. */
  readonly inputScale: number;
  /** Factor on q·k. */
  readonly attentionScale: number;
  /** Factor on what attention and the feed-forward part add to the stream. */
  readonly residualScale: number;
  /** Factor on the logits. */
  readonly logitScale: number;
}

/** What config.json says alike in all families, as far as traits depend on it. */
export interface FamilyShape {
  readonly layers: number;
  readonly hiddenSize: number;
  readonly headDim: number;
}

/** What config.json leaves unsaid, since transformers does not write a family's own defaults in all versions. */
export interface FamilyDefaults {
  readonly rmsNormEps: number;
  readonly ropeTheta: number;
  readonly tieWordEmbeddings: boolean;
  readonly maxPositionEmbeddings: number;
  /** Hidden size by heads unless given. */
  readonly headDim?: number;
  readonly heads?: number;
  /** As many as heads unless given. */
  readonly kvHeads?: number;
  readonly vocabSize?: number;
}

/** The one activation that a family has, and the key of config.json that names it. */
export interface ActivationName {
  readonly key: string;
  readonly name: string;
  readonly is: Activation;
}

/** A family of decoders: what sets it apart from Llama. A new one is a file beside this one and a line in registry.ts. */
export interface Family {
  /** As transformers names its class, `LlamaForCausalLM`. */
  readonly architecture: string;
  /** As config.json names it where no class is named. */
  readonly modelType: string;
  /** Its models, as people call them. */
  readonly models: string;
  readonly defaults?: Partial<FamilyDefaults>;
  /** hidden_act silu unless given. */
  readonly activation?: ActivationName;
  /** Whether partial_rotary_factor says how much of each head is rotated. */
  readonly partialRotary?: boolean;
  /** The rotary parameters of most layers, where they are not where all have them. */
  ropeParameters?(read: ConfigReader): ConfigReader;
  /** @throws SftError invalid-model-config, unsupported-architecture */
  traits(read: ConfigReader, shape: FamilyShape): Partial<FamilyTraits>;
}

/** What a family has that says nothing else: Llama's layer. */
export function llamaTraits({ layers, headDim }: FamilyShape): FamilyTraits {
  return {
    norms: { input: 'input_layernorm', mlp: 'post_attention_layernorm' },
    normOffset: 0,
    modules: PROJECTIONS,
    qkvBias: false,
    outputBias: false,
    qkNorm: undefined,
    windows: new Array<number>(layers).fill(0),
    ropes: new Array<RopeName>(layers).fill('global'),
    localRope: undefined,
    embeddingScale: 1,
    inputScale: 1,
    attentionScale: 1 / Math.sqrt(headDim),
    residualScale: 1,
    logitScale: 1,
  };
}

/** Bias on q, k, v and o, as most families turn it on. */
export function attentionBias({ json }: ConfigReader): Pick<FamilyTraits, 'qkvBias' | 'outputBias'> {
  const bias = json['attention_bias'] === true;
  return { qkvBias: bias, outputBias: bias };
}

/** The window of the layers that config.json's layer_types names sliding; undefined where it names no types. */
export function windowsByType(read: ConfigReader, layers: number, window: number): readonly number[] | undefined {
  const types = read.json['layer_types'];
  if (!Array.isArray(types) || types.length !== layers) return undefined;
  return types.map((type) => (type === 'sliding_attention' ? window : 0));
}
