import path from 'node:path';
import { SftError } from '../base/errors';
import { createRandom } from '../base/random';
import type { ResolvedConfig } from '../config/config-schema';
import type { Tuning } from '../model/tuning';
import { ADAPTER_CONFIG, readAdapterConfig } from './adapter-config';
import { fullMethod } from './full/full-method';
import { loraMethod } from './lora/lora-method';
import type { TuningMethod, TuningTarget } from './method';
import { promptMethod } from './prompt/prompt-method';

/** Every way to tune a model. */
const METHODS: readonly TuningMethod[] = [loraMethod, fullMethod, promptMethod];

/** The method that a configuration asks for. */
export function methodOf({ training_type: name }: Pick<ResolvedConfig, 'training_type'>): TuningMethod {
  const method = METHODS.find((known) => known.name === name);
  if (method === undefined) throw new RangeError(`there is no method for training_type ${name}`);
  return method;
}

/**
 * Memory for what a configuration trains: fresh, to be initialised, or filled from the adapter that it goes on from.
 * @throws SftError what loading the adapter throws
 */
export function createTuning(target: TuningTarget, config: ResolvedConfig): Tuning {
  const method = methodOf(config);
  if (config.adapter === null) return method.create(target, config);
  const type = readAdapterConfig(config.adapter)['peft_type'];
  const made = METHODS.find(({ adapters }) => adapters?.peftType === type);
  if (made !== undefined && made !== method) {
    const reason = `the adapter is of type ${peftTypeText(type)}, training_type ${JSON.stringify(method.name)} trains none of these`;
    throw new SftError('unsupported-adapter', reason, {
      file: path.join(config.adapter, ADAPTER_CONFIG),
      remedy: `set training_type to "${made.name}", or continue another adapter`,
      exitCode: 2,
    });
  }
  return loadAdapter(target, config.adapter);
}

/** What a run trains, as it stands before the first step. @throws SftError what loading the adapter to continue throws */
export async function startTuning(target: TuningTarget, config: ResolvedConfig): Promise<Tuning> {
  const tuning = createTuning(target, config);
  if (config.adapter === null) {
    const random = createRandom(config.seed);
    try {
      await tuning.initialise(() => random.nextFloat());
    } catch (error) {
      tuning.free();
      throw error;
    }
  }
  return tuning;
}

/**
 * Loads the folder of a PEFT adapter, of whatever method it is.
 * @throws SftError adapter-not-found, unsupported-adapter, tensors-do-not-fit, corrupt-safetensors
 */
export function loadAdapter(target: TuningTarget, folder: string): Tuning {
  const type = readAdapterConfig(folder)['peft_type'];
  const known = METHODS.flatMap(({ adapters }) => (adapters === undefined ? [] : [adapters]));
  const found = known.find(({ peftType }) => peftType === type);
  if (found !== undefined) return found.load(target, folder);
  const types = known.map(({ peftType }) => peftType).join(' or ');
  throw new SftError('unsupported-adapter', `the adapter is of type ${peftTypeText(type)}, not ${types}`, {
    file: path.join(folder, ADAPTER_CONFIG),
    remedy: `use an adapter of type ${types}`,
    exitCode: 2,
  });
}

function peftTypeText(type: unknown): string {
  return type === undefined ? 'unknown' : JSON.stringify(type);
}
