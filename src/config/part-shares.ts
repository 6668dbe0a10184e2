import type { ResolvedConfig } from './config-schema';

/**
 * The shares by which `dataset` itself is divided. A part that has a file of its own takes nothing from it: its share is learned from.
 */
export function partShares({
  split,
  validation_dataset: validation,
  test_dataset: test,
}: Pick<ResolvedConfig, 'split'> & {
  readonly [K in 'validation_dataset' | 'test_dataset']: string | null;
}): ResolvedConfig['split'] {
  let shares = split;
  if (validation !== null) shares = { ...shares, train: shares.train + shares.validation, validation: 0 };
  if (test !== null) shares = { ...shares, train: shares.train + shares.test, test: 0 };
  return shares;
}
