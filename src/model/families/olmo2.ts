import { attentionBias, type Family } from './family';

/** Norms on the outputs of attention and feed-forward part instead of their inputs, and on q and k as a whole. */
export const OLMO_2: Family = {
  architecture: 'Olmo2ForCausalLM',
  modelType: 'olmo2',
  models: 'OLMo 2',
  defaults: { rmsNormEps: 1e-5 },
  traits: (read) => ({
    ...attentionBias(read),
    norms: { attentionOutput: 'post_attention_layernorm', mlpOutput: 'post_feedforward_layernorm' },
    qkNorm: 'whole',
  }),
};
