import { readRope, ropeParameters } from '../rope-scaling';
import { attentionBias, windowsByType, type Family, type RopeName } from './family';

/** Norms on inputs and outputs whose weights are added to 1, scaled embeddings, GeGLU, and layers with a window and a rotary base of their own. */
export const GEMMA_3: Family = {
  architecture: 'Gemma3ForCausalLM',
  modelType: 'gemma3_text',
  models: 'Gemma 3 (text)',
  defaults: {
    ropeTheta: 1_000_000,
    tieWordEmbeddings: true,
    maxPositionEmbeddings: 131_072,
    // The multimodal folders say what differs from the 4B model alone.
    headDim: 256,
    heads: 8,
    kvHeads: 4,
    vocabSize: 262_208,
  },
  activation: { key: 'hidden_activation', name: 'gelu_pytorch_tanh', is: 'gelu' },
  // transformers 5 writes the rotary parameters of each kind of layer.
  ropeParameters: (read) =>
    read.has('rope_parameters') ? read.inner('rope_parameters').inner('full_attention') : ropeParameters(read),
  traits: (read, { layers, hiddenSize, headDim }) => {
    for (const key of ['final_logit_softcapping', 'attn_logit_softcapping', 'use_bidirectional_attention']) {
      if (read.has(key) && read.json[key] !== false) throw read.unsupported(`${key} is not supported`);
    }
    const window = read.count('sliding_window', 4096);
    const pattern = read.count('sliding_window_pattern', 6);
    const windows =
      windowsByType(read, layers, window) ??
      Array.from({ length: layers }, (_, layer) => ((layer + 1) % pattern === 0 ? 0 : window));
    const local = read.inner('rope_parameters').inner('sliding_attention');
    const theta = local.positive('rope_theta', read.positive('rope_local_base_freq', LOCAL_THETA));
    return {
      ...attentionBias(read),
      norms: {
        input: 'input_layernorm',
        attentionOutput: 'post_attention_layernorm',
        mlp: 'pre_feedforward_layernorm',
        mlpOutput: 'post_feedforward_layernorm',
      },
      normOffset: 1,
      qkNorm: 'heads',
      windows,
      ropes: windows.map((size): RopeName => (size > 0 ? 'local' : 'global')),
      localRope: { ...readRope(local, read, { theta, headDim }), theta },
      embeddingScale: Math.sqrt(hiddenSize),
      attentionScale: read.positive('query_pre_attn_scalar', 256) ** -0.5,
    };
  },
};

const LOCAL_THETA = 10_000;
