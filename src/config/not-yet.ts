import type { Config } from './config-schema';

/** A value that the schema knows and this version of the engine does not offer yet. */
export interface NotYet {
  readonly key: keyof Config;
  readonly value: string | boolean;
  readonly reason: string;
  /** What to set instead. */
  readonly remedy: string;
}

/** The only place where such values are listed. A line goes when the engine has learned it. */
export const NOT_YET: readonly NotYet[] = [
  {
    key: 'load_in_4bit',
    value: true,
    reason: '4-bit weights are not supported by this version',
    remedy: 'set "load_in_4bit": false',
  },
  {
    key: 'packing',
    value: true,
    reason: 'packing is not needed: batches hold no padding anyway',
    remedy: 'set "packing": false',
  },
  {
    key: 'optim',
    value: 'adamw_8bit',
    reason: '8-bit optimizer state is not supported by this version',
    remedy: 'set "optim": "adamw", the same rule with exact state',
  },
  {
    key: 'fp16',
    value: true,
    reason: 'the cpu device computes in fp32',
    remedy: 'set "fp16": false or remove it',
  },
  {
    key: 'bf16',
    value: true,
    reason: 'the cpu device computes in fp32',
    remedy: 'set "bf16": false or remove it',
  },
  ...(['cuda', 'webgpu', 'tfjs'] as const).map((device): NotYet => ({
    key: 'device',
    value: device,
    reason: `the ${device} device is not supported by this version`,
    remedy: 'set "device": "cpu" or "auto"',
  })),
];
