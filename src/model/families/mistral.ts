import { attentionBias, windowsByType, type Family } from './family';

/** Llama with a sliding window. */
export const MISTRAL: Family = {
  architecture: 'MistralForCausalLM',
  modelType: 'mistral',
  models: 'Mistral',
  traits: (read, { layers }) => {
    const bias = attentionBias(read);
    if (!read.has('sliding_window')) return bias;
    const size = read.count('sliding_window');
    return { ...bias, windows: windowsByType(read, layers, size) ?? new Array<number>(layers).fill(size) };
  },
};
