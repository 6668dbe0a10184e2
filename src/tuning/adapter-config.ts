import path from 'node:path';
import { SftError } from '../base/errors';
import { readFetchedJson, type JsonObject } from '../base/fetched-file';

export const ADAPTER_CONFIG = 'adapter_config.json';

/**
 * The adapter_config.json of the folder of a PEFT adapter.
 * @throws SftError adapter-not-found, unreadable-file, not-the-file, model-file-not-json
 */
export function readAdapterConfig(folder: string): JsonObject {
  const json = readFetchedJson(path.join(folder, ADAPTER_CONFIG));
  if (json !== undefined) return json;
  throw new SftError('adapter-not-found', 'there is no adapter_config.json here', {
    file: folder,
    remedy: 'give the folder of a PEFT adapter (adapter_config.json and adapter_model.safetensors)',
    exitCode: 2,
  });
}
