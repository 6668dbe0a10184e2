import { readFileSync } from 'node:fs';
import path from 'node:path';
import { SftError } from '../base/errors';

export const ADAPTER_CONFIG = 'adapter_config.json';

/**
 * The adapter_config.json of the folder of a PEFT adapter.
 * @throws SftError adapter-not-found where there is none, or it is not a JSON object
 */
export function readAdapterConfig(folder: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  let cause: unknown;
  try {
    value = JSON.parse(readFileSync(path.join(folder, ADAPTER_CONFIG), 'utf8'));
  } catch (error) {
    cause = error;
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new SftError('adapter-not-found', 'there is no readable adapter_config.json here', {
    file: folder,
    remedy: 'give the folder of a PEFT adapter (adapter_config.json and adapter_model.safetensors)',
    exitCode: 2,
    cause,
  });
}
