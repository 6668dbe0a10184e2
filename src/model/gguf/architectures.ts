import type { LlamaConfig } from '../llama-config';
import type { RopeScaling } from '../rope-scaling';

/** How llama.cpp knows the models of a family. */
export interface Architecture {
  /** `general.architecture`, which stands before the keys of its numbers too. */
  readonly name: string;
  /** Whether llama.cpp turns neighbours of q and k, so that their rows have another order than Hugging Face's. */
  readonly interleaved?: boolean;
  /** Whether it reads a bias on o, and one on q, k and v where a model need not have it. */
  readonly freeBiases?: boolean;
  /** Whether q, k and v have a bias always. */
  readonly qkvBias?: boolean;
  /** Whether it has layers with a sliding window; elsewhere the context that is named ends where a window would leave something out. */
  readonly windows?: boolean;
  /** Scalings of RoPE that it reads, beside `linear`. */
  readonly scalings: readonly RopeScaling['type'][];
  /** Its own numbers, as fp32. */
  readonly numbers?: (config: LlamaConfig) => Readonly<Record<string, number>>;
  /** Its own whole numbers. */
  readonly wholes?: (config: LlamaConfig) => Readonly<Record<string, number>>;
  /** What it takes to be so and is not so in this model, as the end of "llama.cpp takes ..."; undefined where all is. */
  readonly unlike?: (config: LlamaConfig) => string | undefined;
}

const LLAMA: Architecture = { name: 'llama', interleaved: true, freeBiases: true, scalings: ['llama3', 'yarn'] };

const QWEN_2: Architecture = { name: 'qwen2', qkvBias: true, scalings: ['yarn'] };

const QWEN_3: Architecture = { name: 'qwen3', scalings: ['yarn'] };

const GRANITE: Architecture = {
  name: 'granite',
  interleaved: true,
  scalings: ['llama3', 'yarn'],
  numbers: ({ inputScale, attentionScale, residualScale, logitScale }) => ({
    embedding_scale: inputScale,
    'attention.scale': attentionScale,
    residual_scale: residualScale,
    // It divides by this.
    logit_scale: 1 / logitScale,
  }),
};

const SMOLLM_3: Architecture = {
  name: 'smollm3',
  interleaved: true,
  scalings: ['yarn'],
  unlike: ({ ropes }) =>
    ropes.every((rope, layer) => (rope === undefined) === ((layer + 1) % 4 === 0))
      ? undefined
      : 'every fourth layer of SmolLM3 to be without positions',
};

const OLMO_2: Architecture = {
  name: 'olmo2',
  scalings: ['yarn'],
  unlike: ({ tieWordEmbeddings, heads, headDim, hiddenSize }) => {
    if (tieWordEmbeddings) return 'OLMo 2 to have a head of its own';
    return heads * headDim === hiddenSize ? undefined : "the heads of OLMo 2 to be as wide as the model's states";
  },
};

const GEMMA_3: Architecture = {
  name: 'gemma3',
  windows: true,
  scalings: [],
  wholes: ({ windows }) => ({ 'attention.sliding_window': Math.max(...windows) }),
  unlike: (config) => {
    const { windows, localRope, layers, hiddenSize, heads, headDim, attentionScale } = config;
    const size = Math.max(...windows);
    if (windows.some((window, layer) => window !== ((layer + 1) % 6 === 0 ? 0 : size)))
      return 'every sixth layer of Gemma 3, and no other, to be without a window';
    if (localRope?.theta !== 10_000 || localRope.scaling.type !== 'default')
      return 'layers with a window to have a rotary base of 10000';
    // It knows Gemma 3 27B, which alone has another factor, by its layers.
    const scale = (layers === 62 ? hiddenSize / heads : headDim) ** -0.5;
    return Math.abs(attentionScale / scale - 1) < 1e-6 ? undefined : `query_pre_attn_scalar to be ${scale ** -2}`;
  },
};

const PHI_3: Architecture = {
  name: 'phi3',
  scalings: ['longrope'],
  unlike: ({ heads, headDim, hiddenSize }) =>
    heads * headDim === hiddenSize ? undefined : "the heads of Phi-3 to be as wide as the model's states",
};

/** By the name that transformers has. */
export const ARCHITECTURES: Readonly<Record<string, Architecture>> = {
  LlamaForCausalLM: LLAMA,
  MistralForCausalLM: LLAMA,
  Qwen2ForCausalLM: QWEN_2,
  Qwen3ForCausalLM: QWEN_3,
  GraniteForCausalLM: GRANITE,
  SmolLM3ForCausalLM: SMOLLM_3,
  Olmo2ForCausalLM: OLMO_2,
  Gemma3ForCausalLM: GEMMA_3,
  Phi3ForCausalLM: PHI_3,
};
