import type { BaseWeights } from '../model/weights';

/** What to say of a whole model made from weights in 4 bits; undefined where its base has none. */
export function dequantisedNote(base: BaseWeights): string | undefined {
  if (!isIn4Bits(base)) return undefined;
  return 'trained on 4-bit weights: the merged weights are these, dequantised, plus what was trained, as the run answered; they are not based on the original 16-bit weights';
}

/** What to say of an adapter that was trained on weights in 4 bits; undefined where its base has none. */
export function quantisedBaseNote(base: BaseWeights): string | undefined {
  if (!isIn4Bits(base)) return undefined;
  return 'trained on the base model in 4 bits (NF4): load it in 4 bits too (load_in_4bit), or answers differ a little';
}

function isIn4Bits(base: BaseWeights): boolean {
  return base.all().some(({ kind }) => kind === 'nf4');
}
