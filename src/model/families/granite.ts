import { attentionBias, type Family } from './family';

/** Llama with factors on embeddings, attention, residuals and logits. */
export const GRANITE: Family = {
  architecture: 'GraniteForCausalLM',
  modelType: 'granite',
  models: 'Granite',
  traits: (read) => ({
    ...attentionBias(read),
    inputScale: read.positive('embedding_multiplier', 1),
    attentionScale: read.positive('attention_multiplier', 1),
    residualScale: read.positive('residual_multiplier', 1),
    logitScale: 1 / read.positive('logits_scaling', 1),
  }),
};
