import { attentionBias, type Family } from './family';

export const LLAMA: Family = {
  architecture: 'LlamaForCausalLM',
  modelType: 'llama',
  models: 'Llama, SmolLM2',
  traits: attentionBias,
};
