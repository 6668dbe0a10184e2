import path from 'node:path';
import { SftError } from '../base/errors';
import { readFetchedJson, type JsonObject } from '../base/fetched-file';

export const ADAPTER_CONFIG = 'adapter_config.json';
export const ADAPTER_WEIGHTS = 'adapter_model.safetensors';

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

/**
 * What to say where an adapter names another base model than the one it is put on; undefined where it names this one or none. A model is
 * known by its last name: folders move, and a folder of the hub's cache is named by a commit.
 */
export function otherBaseModel(folder: string, modelDir: string): string | undefined {
  const named = readAdapterConfig(folder)['base_model_name_or_path'];
  if (typeof named !== 'string' || named === '' || lastName(named) === lastName(modelDir)) return undefined;
  return `the adapter was trained on ${named}, but is loaded onto ${modelDir}: it works only with its own base model`;
}

function lastName(model: string): string {
  const parts = model.split(/[\\/]/).filter((part) => part !== '');
  const cached = parts.findLast((part) => part.startsWith('models--'));
  return (cached?.split('--').at(-1) ?? parts.at(-1) ?? '').toLowerCase();
}
