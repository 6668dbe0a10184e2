import { SftError } from '../../base/errors';
import type { LlamaConfig } from '../../model/llama-config';
import { peftModuleName, type LoraConfig, type LoraPlace } from './lora-config';
import { matchInTime, modulesMeant, patternValues, type ModuleTest } from './module-patterns';

/** What says where pairs sit and how large they are, in PEFT's words. */
interface Placing {
  readonly r: number;
  readonly alpha: number;
  /** target_modules */
  readonly targets: string | readonly string[];
  /** exclude_modules */
  readonly excluded?: string | readonly string[] | undefined;
  /** rank_pattern and alpha_pattern */
  readonly ranks: Readonly<Record<string, number>>;
  readonly alphas: Readonly<Record<string, number>>;
  /** Whether a layer has pairs; all have unless given. */
  readonly inLayer?: ((layer: number) => boolean) | undefined;
}

/**
 * The pairs that a placing has in a model, by layer and then as the model has its matrices.
 * @param refuse makes the error that is thrown where an expression cannot be used or nothing is named
 */
export function placesOf(
  model: LlamaConfig,
  placing: Placing,
  refuse: (reason: string, remedy: string) => SftError,
): readonly LoraPlace[] {
  let places: readonly LoraPlace[] | undefined;
  try {
    places = matchInTime(() => find(model, placing));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw refuse(`one of its expressions cannot be used here: ${error.message}`, 'write module names');
  }
  if (places === undefined) throw refuse('one of its expressions takes too long', 'write module names');
  if (places.length > 0) return places;
  throw refuse(
    `target_modules ${JSON.stringify(placing.targets)} names no projection of the model`,
    `name some of ${model.modules.join(', ')}`,
  );
}

/** The pairs of a fresh adapter. @throws SftError config where its expressions name nothing in the model */
export function placesFor(model: LlamaConfig, config: LoraConfig): readonly LoraPlace[] {
  const {
    r,
    lora_alpha: alpha,
    target_modules: targets,
    rank_pattern: ranks = {},
    alpha_pattern: alphas = {},
  } = config;
  const refuse = (reason: string, remedy: string): SftError => new SftError('config', reason, { remedy, exitCode: 2 });
  const known: readonly string[] = model.modules;
  const absent = typeof targets === 'string' ? undefined : targets.find((name) => !known.includes(name));
  if (absent !== undefined) {
    throw refuse(`the model has no ${absent}, which target_modules names`, `name some of ${model.modules.join(', ')}`);
  }
  return placesOf(model, { r, alpha, targets, ranks, alphas }, refuse);
}

function find(model: LlamaConfig, { r, alpha, targets, excluded, ranks, alphas, inLayer }: Placing): LoraPlace[] {
  const meant = modulesMeant(targets);
  const left: ModuleTest = excluded === undefined ? () => false : modulesMeant(excluded);
  const [rankOf, alphaOf] = [patternValues(ranks), patternValues(alphas)];
  const places: LoraPlace[] = [];
  for (let layer = 0; layer < model.layers; layer++) {
    for (const module of model.modules) {
      const name = peftModuleName(model, layer, module);
      if (inLayer?.(layer) === false || !meant(name) || left(name)) continue;
      places.push({ layer, module, r: rankOf(name) ?? r, alpha: alphaOf(name) ?? alpha });
    }
  }
  return places;
}
