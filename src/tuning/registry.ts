import { readFileSync } from 'node:fs';
import path from 'node:path';
import { SftError } from '../base/errors';
import { createRandom } from '../base/random';
import type { ResolvedConfig } from '../config/config-schema';
import type { Tuning } from '../model/tuning';
import { fullMethod } from './full/full-method';
import { loraMethod } from './lora/lora-method';
import { ADAPTER_CONFIG } from './lora/peft-config';
import type { TuningMethod, TuningTarget } from './method';

/** Every way to tune a model. */
const METHODS: readonly TuningMethod[] = [loraMethod, fullMethod];

/** The method that a configuration asks for. */
export function methodOf({ training_type: name }: Pick<ResolvedConfig, 'training_type'>): TuningMethod {
  const method = METHODS.find((known) => known.name === name);
  if (method === undefined) throw new RangeError(`no method for training_type ${name}`);
  return method;
}

/** What a run trains, as it stands before the first step. @throws SftError what loading the adapter to continue throws */
export function startTuning(target: TuningTarget, config: ResolvedConfig): Tuning {
  const tuning = methodOf(config).create(target, config);
  if (config.adapter === null) {
    const random = createRandom(config.seed);
    tuning.initialise(() => random.nextFloat());
  }
  return tuning;
}

/**
 * Loads the folder of a PEFT adapter, of whatever method it is.
 * @throws SftError adapter-not-found, unsupported-adapter, tensors-do-not-fit, corrupt-safetensors
 */
export function loadAdapter(target: TuningTarget, folder: string): Tuning {
  const file = path.join(folder, ADAPTER_CONFIG);
  let type: unknown;
  try {
    type = (JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown> | null)?.['peft_type'];
  } catch (cause) {
    throw new SftError('adapter-not-found', 'there is no readable adapter_config.json here', {
      file: folder,
      remedy: 'give the folder of a PEFT adapter (adapter_config.json and adapter_model.safetensors)',
      exitCode: 2,
      cause,
    });
  }
  const known = METHODS.flatMap(({ adapters }) => (adapters === undefined ? [] : [adapters]));
  const found = known.find(({ peftType }) => peftType === type);
  if (found !== undefined) return found.load(target, folder);
  const types = known.map(({ peftType }) => peftType).join(' or ');
  throw new SftError('unsupported-adapter', `the adapter is of type ${JSON.stringify(type)}, not ${types}`, {
    file,
    remedy: `use an adapter of type ${types}`,
    exitCode: 2,
  });
}
