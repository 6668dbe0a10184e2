import { chooseDevice } from '../compute/choose-device';
import { SftError } from '../base/errors';
import type { Advice } from './advice-item';
import type { EffectiveValues } from './defaults';
import type { ConfigFacts } from './facts';
import { removeKey } from './repair';

type Values = Pick<
  EffectiveValues,
  'fp16' | 'bf16' | 'packing' | 'device' | 'engine' | 'load_in_4bit' | 'training_type'
>;

/** What configurations of other trainers ask for, accepted with a word on what happens instead. */
export function* onAccepted(values: Values, { devices }: Pick<ConfigFacts, 'devices'>): Generator<Advice> {
  const about = { code: 'accepted', severity: 'info' } as const;
  const { kind, types } = chosen(values, devices);
  for (const [key, type] of [
    ['fp16', 'f16'],
    ['bf16', 'bf16'],
  ] as const) {
    // Both at once are an error of the configuration.
    if (!values[key] || (values.fp16 && values.bf16) || types.includes(type)) continue;
    yield {
      ...about,
      keys: [[key]],
      reason: `${key} true: ${insteadOf(kind)}; ${weightsOf(values)}`,
      remedy: 'this is harmless: keep it or remove it',
      repairs: [removeKey(key)],
    };
  }
  if (!values.packing) return;
  yield {
    ...about,
    keys: [['packing']],
    reason:
      'packing true: batches have no padding here, so there is nothing to pack, and examples never see one another',
    remedy: 'this is harmless: keep it or remove it',
    repairs: [removeKey('packing')],
  };
}

/** What becomes of the weights, which 16 bits would halve elsewhere. */
function weightsOf({ training_type: type, load_in_4bit: in4bit }: Values): string {
  // Masters in fp32 are what an update needs; beside them, weights in bf16 would be memory on top.
  if (type === 'full') return 'all weights are trained, and kept once in fp32';
  return `frozen weights stay ${in4bit ? 'in 4 bits' : 'in the data type of their files'}`;
}

/** What becomes of computing in 16 bits on a kind of device that does not. */
function insteadOf(kind: string): string {
  if (kind === 'cpu') return 'the processor computes in fp32 instead, which is more exact and faster here';
  return `the ${kind} device computes in fp32 instead, which is more exact`;
}

/** The kind of the device, and the types in which it computes; where none is known, those of the processor. */
function chosen(
  { device, engine }: Values,
  devices: ConfigFacts['devices'] = [],
): { readonly kind: string; readonly types: readonly string[] } {
  if (engine === 'accelerate' && device !== 'cpu') return { kind: device, types: ['bf16', 'f16'] };
  const processor = { kind: 'cpu', types: [] };
  try {
    if (devices.length === 0) return processor;
    const { kind, supports } = chooseDevice(device, devices);
    return { kind, types: supports.compute };
  } catch (error) {
    if (error instanceof SftError) return processor;
    throw error;
  }
}
