import { SftError } from '../base/errors';
import { DryDevice } from '../compute/dry/dry-device';
import type { DeviceTraits } from '../compute/traits';
import type { ResolvedConfig } from '../config/config-schema';
import { readModelFolder } from '../generate/session';
import { readLlamaConfig } from '../model/llama-config';
import { BaseWeights } from '../model/weights';
import { createTuning } from '../tuning/registry';
import { readGeneralQuestions } from '../train/retention/general-questions';
import { modelOptions } from './chat-options';
import { placeError } from './place-error';
import { sequenceTooLong } from './refuse-length';

/**
 * Looks for what a run would fail with for its model, or for what it trains of it, before there is a run. No weight is read.
 * @param file of the configuration, named where nothing else is, with the place of the key that a reason names
 * @param swept keys whose value is one of a sweep's
 * @throws SftError what reading the model's configuration, its weights and the adapter to go on from throws; `config` where nothing of the
 * model would be trained; sequence-too-long; what reading the general questions throws
 */
export async function requireTunable(
  config: ResolvedConfig,
  file: string,
  traits: DeviceTraits,
  swept: readonly string[] = [],
): Promise<void> {
  const device = new DryDevice(traits);
  const model = readLlamaConfig(config.model_name);
  const options = modelOptions(config);
  const { in4bit } = options;
  const long = sequenceTooLong(config, model);
  if (long !== undefined) throw await placeError(long, file, swept);
  const asksGeneral = config.retention_mix > 0 || (config.retention && config.retention_dataset !== null);
  // Only the names of tokens and the texts of the person need the tokenizer.
  const needsChat = config.trainable_tokens !== null || asksGeneral;
  const chat = needsChat ? (await readModelFolder(config.model_name, options)).chat : undefined;
  if (chat !== undefined && asksGeneral) await readGeneralQuestions(config, chat);
  const weights = new BaseWeights(device, config.model_name, model, { in4bit });
  try {
    createTuning({ device, config: model, weights, chat }, config);
  } catch (error) {
    throw error instanceof SftError ? await placeError(error, file, swept) : error;
  } finally {
    weights.close();
  }
}
