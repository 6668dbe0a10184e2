import { attentionBias, windowsByType, type Family, type RopeName } from './family';

/** Llama without rotary positions in every fourth layer; a window, where there is one, is on these. */
export const SMOLLM_3: Family = {
  architecture: 'SmolLM3ForCausalLM',
  modelType: 'smollm3',
  models: 'SmolLM3',
  defaults: { ropeTheta: 2_000_000, tieWordEmbeddings: true, maxPositionEmbeddings: 32_768 },
  traits: (read, { layers }) => {
    const interval = read.count('no_rope_layer_interval', 4);
    const rotary =
      read.list('no_rope_layers', layers, (value) => value === 0 || value === 1) ??
      Array.from({ length: layers }, (_, layer) => ((layer + 1) % interval === 0 ? 0 : 1));
    const slides = read.json['use_sliding_window'] === true && read.has('sliding_window');
    const window = slides ? read.count('sliding_window') : 0;
    return {
      ...attentionBias(read),
      ropes: rotary.map((on): RopeName | undefined => (on === 1 ? 'global' : undefined)),
      windows: windowsByType(read, layers, window) ?? rotary.map((on) => (on === 1 ? 0 : window)),
    };
  },
};
