import { SftError, type ErrorPlace } from '../base/errors';
import { DryDevice } from '../compute/dry/dry-device';
import type { DeviceTraits } from '../compute/traits';
import { CONFIG_SCHEMA, type ResolvedConfig } from '../config/config-schema';
import { ConfigText } from '../config/config-text';
import { readConfigText } from '../config/read-config-text';
import { readModelFolder } from '../generate/session';
import { readLlamaConfig } from '../model/llama-config';
import { BaseWeights } from '../model/weights';
import { createTuning } from '../tuning/registry';
import { modelOptions } from './chat-options';

/**
 * Looks for what a run would fail with for its model, or for what it trains of it, before there is a run. No weight is read.
 * @param file of the configuration, named where nothing else is, with the place of the key that a reason names
 * @param swept keys whose value is one of a sweep's
 * @throws SftError what reading the model's configuration, its weights and the adapter to go on from throws; `config` where nothing of the
 * model would be trained
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
  // Only the names of tokens need the tokenizer.
  const chat = config.trainable_tokens === null ? undefined : (await readModelFolder(config.model_name, options)).chat;
  const weights = new BaseWeights(device, config.model_name, model, { in4bit });
  try {
    createTuning({ device, config: model, weights, chat }, config);
  } catch (error) {
    if (!(error instanceof SftError) || error.file !== undefined) throw error;
    const { code, message, remedy, exitCode } = error;
    const place = await placeOfKey(file, message, swept);
    throw new SftError(code, message, { ...place, exitCode, ...(remedy === undefined ? {} : { remedy }) });
  } finally {
    weights.close();
  }
}

async function placeOfKey(file: string, reason: string, swept: readonly string[]): Promise<ErrorPlace> {
  const key = reason.match(/\w+/g)?.find((word) => word.includes('_') && Object.hasOwn(CONFIG_SCHEMA.properties, word));
  if (key === undefined) return { file };
  const { parsed } = ConfigText.read(await readConfigText(file), file);
  return parsed.placeOf(swept.includes(key) ? ['sweep', key] : [key]);
}
