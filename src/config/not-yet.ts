import type { Config } from './config-schema';

/** A value that the schema knows and this version of the engine does not offer yet. */
export interface NotYet {
  readonly key: keyof Config;
  readonly value: string | boolean;
  readonly reason: string;
  /** What to set instead. */
  readonly remedy: string;
  readonly instead: string | boolean;
}

/** The only place where such values are listed. A line goes when the engine has learned it. */
export const NOT_YET: readonly NotYet[] = [
  {
    key: 'load_in_4bit',
    value: true,
    reason: '4-bit weights are not supported by this version',
    remedy: 'set "load_in_4bit": false',
    instead: false,
  },
  {
    key: 'packing',
    value: true,
    reason: 'packing is not needed: batches hold no padding anyway',
    remedy: 'set "packing": false',
    instead: false,
  },
  {
    key: 'optim',
    value: 'adamw_8bit',
    reason: '8-bit optimizer state is not supported by this version',
    remedy: 'set "optim": "adamw", the same rule with exact state',
    instead: 'adamw',
  },
  {
    key: 'fp16',
    value: true,
    reason: 'the cpu device computes in fp32',
    remedy: 'set "fp16": false or remove it',
    instead: false,
  },
  {
    key: 'bf16',
    value: true,
    reason: 'the cpu device computes in fp32',
    remedy: 'set "bf16": false or remove it',
    instead: false,
  },
  ...(['cuda', 'webgpu', 'tfjs'] as const).map((device): NotYet => ({
    key: 'device',
    value: device,
    reason: `the ${device} device is not supported by this version`,
    remedy: 'set "device": "cpu" or "auto"',
    instead: 'auto',
  })),
];
