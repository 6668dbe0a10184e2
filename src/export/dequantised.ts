import type { BaseWeights } from '../model/weights';

/** What to say of a whole model made from weights in 4 bits; undefined where its base has none. */
export function dequantisedNote(base: BaseWeights): string | undefined {
  if (base.all().every(({ kind }) => kind === 'dense')) return undefined;
  return 'trained on weights in 4 bits: the merged ones are these dequantised with what was trained added, as the run answered; they are not the original 16-bit weights';
}
