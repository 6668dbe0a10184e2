import type { EffectiveValues } from './defaults';

/** Positions that a run takes from every sequence for tokens before its input. */
export function virtualTokens({
  training_type: type,
  num_virtual_tokens: count,
}: Pick<EffectiveValues, 'training_type' | 'num_virtual_tokens'>): number {
  return type === 'prompt_tuning' ? count : 0;
}

/** What is to be said where sequences are longer than the model was made for; undefined where they are not. */
export function tooLong(
  values: Pick<EffectiveValues, 'training_type' | 'num_virtual_tokens' | 'max_seq_length'>,
  positions: number,
): { readonly reason: string; readonly most: number } | undefined {
  const virtual = virtualTokens(values);
  const { max_seq_length: length } = values;
  if (length + virtual <= positions) return undefined;
  const before = virtual === 0 ? '' : ` and num_virtual_tokens ${virtual}`;
  return {
    reason: `max_seq_length is ${length}${before}, the model supports ${positions}`,
    most: Math.max(1, positions - virtual),
  };
}
