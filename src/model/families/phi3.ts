import { windowsByType, type Family } from './family';

/** Llama whose q, k and v are one matrix, gate and up another; Phi-4-mini rotates the first part of each head only. */
export const PHI_3: Family = {
  architecture: 'Phi3ForCausalLM',
  modelType: 'phi3',
  models: 'Phi-3, Phi-4-mini',
  defaults: { rmsNormEps: 1e-5, maxPositionEmbeddings: 4096 },
  partialRotary: true,
  traits: (read, { layers }) => {
    const window = read.has('sliding_window') ? read.count('sliding_window') : 0;
    return {
      modules: ['qkv_proj', 'o_proj', 'gate_up_proj', 'down_proj'],
      windows: windowsByType(read, layers, window) ?? new Array<number>(layers).fill(window),
    };
  },
};
