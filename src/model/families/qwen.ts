import type { ConfigReader } from '../config-reader';
import { attentionBias, windowsByType, type Family, type FamilyShape, type FamilyTraits } from './family';

/** Biases on q, k and v, always. */
export const QWEN_2: Family = {
  architecture: 'Qwen2ForCausalLM',
  modelType: 'qwen2',
  models: 'Qwen 2.5',
  traits: (read, shape) => ({ qkvBias: true, ...windows(read, shape) }),
};

/** Norms on each head of q and k. */
export const QWEN_3: Family = {
  architecture: 'Qwen3ForCausalLM',
  modelType: 'qwen3',
  models: 'Qwen 3',
  traits: (read, shape) => ({ ...attentionBias(read), qkNorm: 'heads', ...windows(read, shape) }),
};

function windows(read: ConfigReader, { layers }: FamilyShape): Partial<FamilyTraits> {
  if (read.json['use_sliding_window'] !== true || !read.has('sliding_window')) return {};
  const size = read.count('sliding_window');
  const byType = windowsByType(read, layers, size);
  if (byType !== undefined) return { windows: byType };
  // Without layer_types, the layers from max_window_layers on slide.
  const first = read.whole('max_window_layers', 28);
  return { windows: Array.from({ length: layers }, (_, layer) => (layer >= first ? size : 0)) };
}
