import { sizeText } from '../../base/size-text';
import { durationText } from '../progress';
import type { FittedModel } from './fit-models';

/** `fits: 1.2 GB of memory, about 8 min` */
export function fitText({ fit, memory, seconds }: Pick<FittedModel, 'fit' | 'memory' | 'seconds'>): string {
  const time = seconds === undefined ? '' : `, about ${durationText(seconds)}`;
  return `${fit}: ${sizeText(memory)} of memory${time}`;
}

/** `269 MB to get`, of a model that is not in the cache. */
export function toGetText(
  { repo, size }: Pick<FittedModel, 'repo' | 'size'>,
  cached: readonly { readonly repo: string }[],
): string {
  return cached.some((model) => model.repo === repo) ? 'is here' : `${sizeText(size)} to download`;
}
