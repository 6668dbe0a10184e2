import type { Config } from './config-schema';
import type { Finding } from './lora-pairs';
import { loraStart } from './lora-start';
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
  if (loraStart(config.init_lora_weights)?.kind === 'pissa') {
    yield refuse('init_lora_weights', true, 'takes nothing out of the weights that it starts from yet');
  }
  if (config.neftune_noise_alpha != null) {
    yield refuse('neftune_noise_alpha', null, 'adds no noise yet');
  }
}
