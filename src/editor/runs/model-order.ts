import path from 'node:path';

/** A model that a run can start from, as a list offers it. */
export interface OfferedModel {
  readonly label: string;
  readonly detail?: string;
  /** A folder, absolute, or a name on the Hub. */
  readonly target: string;
}

/**
 * The models in the order in which a person is likely to want them: the one that is selected, that of the last run, then those that were
 * found, the sample last. None stands twice.
 * @param sample the name of the folder of the sample's model
 */
export function inLikelyOrder(
  selected: OfferedModel | undefined,
  lastRun: OfferedModel | undefined,
  found: readonly OfferedModel[],
  sample: string,
): OfferedModel[] {
  const isSample = ({ target }: OfferedModel): boolean => path.basename(target) === sample;
  const [samples, others] = [found.filter(isSample), found.filter((model) => !isSample(model))];
  const ordered = [selected, lastRun, ...others, ...samples].filter((model) => model !== undefined);
  const targets = new Set<string>();
  return ordered.filter(({ target }) => !targets.has(target) && targets.add(target));
}
