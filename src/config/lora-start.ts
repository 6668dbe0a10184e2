/** How a fresh adapter starts: PEFT's init_lora_weights. */
export type LoraStart =
  | { readonly kind: 'even' | 'gaussian' | 'loftq' }
  /** @param iterations of a sketch in the place of the exact decomposition */
  | { readonly kind: 'pissa'; readonly iterations: number | undefined };

/** What a value of init_lora_weights means; undefined where it means nothing. */
export function loraStart(value: unknown): LoraStart | undefined {
  if (value === true) return { kind: 'even' };
  if (value === 'gaussian' || value === 'loftq') return { kind: value };
  if (value === 'pissa') return { kind: 'pissa', iterations: undefined };
  const sketched = typeof value === 'string' ? /^pissa_niter_(\d{1,3})$/.exec(value) : null;
  return sketched === null ? undefined : { kind: 'pissa', iterations: Number(sketched[1]) };
}
