import type { Config } from './config-schema';
import type { Finding } from './lora-pairs';
import { removeKey, setKey } from './repair';

/** What keys ask for that the accelerate engine does not do, or not yet. */
export function* acceleratePairs(config: Config): Generator<Finding> {
  if (config.engine !== 'accelerate') return;
  const refuse = (key: keyof Config, instead: unknown, reason: string): Finding => ({
    key,
    reason: `${key} ${JSON.stringify(config[key])}: the accelerate engine ${reason}`,
    remedy: `set "${key}": ${JSON.stringify(instead)}, or "engine": "builtin"`,
    repairs: [setKey(key, instead), removeKey(key), setKey('engine', 'builtin')],
  });
  if (config.device === 'webgpu' || config.device === 'tfjs') {
    yield refuse('device', 'auto', 'computes on NVIDIA GPUs and on the processor');
  }
}
