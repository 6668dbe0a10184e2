import { SftError } from '../../base/errors';
import { normal } from '../../base/random';
import type { LoraStart } from '../../config/lora-start';
import type { Device } from '../../compute/device';
import type { LlamaConfig } from '../../model/llama-config';
import { moduleShape } from '../../model/projections';
import { BaseWeights } from '../../model/weights';
import { rowOf } from '../low-rank/blocks';
import { DeviceProducts, differenceOf } from '../low-rank/device-products';
import { leadingPart, sketchedPart, type LeadingPart } from '../low-rank/leading-part';
import type { TuningTarget } from '../method';
import type { TrainedPair } from './fixed-pairs';
import { moduleName, type LoraPlace } from './lora-config';

/** A pair that is to start, with what multiplies its product. */
export interface StartingPair extends TrainedPair {
  readonly place: LoraPlace;
  readonly scale: number;
}

/**
 * Refuses before anything is computed what a start cannot have.
 * @throws SftError config for a rank that a matrix does not have, quantised-weights where nothing is known of what 4 bits took away
 */
export function requireStart(
  { config, weights }: Pick<TuningTarget, 'config' | 'weights'>,
  { kind }: LoraStart,
  places: readonly LoraPlace[],
): void {
  if (kind === 'even' || kind === 'gaussian') return;
  for (const place of places) {
    requireRank(config, kind, place);
    if (kind !== 'loftq' || weights.isQuantisedHere(weightName(place))) continue;
    const reason = `init_lora_weights "loftq" makes up for what 4 bits lost of ${weightName(place)}, but the model folder has only the 4-bit weights`;
    throw new SftError('quantised-weights', reason, {
      remedy: 'use the model in 16 bits with load_in_4bit true, or set init_lora_weights to true',
      exitCode: 2,
    });
  }
}

function requireRank(config: LlamaConfig, kind: string, { module, r }: LoraPlace): void {
  const { in: cols, out: rows } = moduleShape(config, module);
  const most = Math.min(rows, cols);
  if (r <= most) return;
  throw new SftError('config', `lora_r is ${r}, and ${module} has ${most} directions for init_lora_weights "${kind}"`, {
    remedy: `set lora_r to ${most} or less, or give ${module} a rank of its own in rank_pattern`,
    exitCode: 2,
  });
}

/**
 * Fills fresh pairs. In PEFT's plain starts B is zero, so that the tuned model begins as the base: A uniform in ±1/sqrt(in) (Kaiming with
 * a = sqrt(5)), or normal with the deviation 1/r. In PiSSA (Meng et al. 2024) s B A is the leading part of the weight, in LoftQ (Li et al.
 * 2023, one round) that of what quantising took away: A = sqrt(S / s) Vᵀ, B = U sqrt(S / s).
 * @param random uniform in [0, 1)
 */
export async function startPairs(
  target: TuningTarget,
  start: LoraStart,
  pairs: readonly StartingPair[],
  random: () => number,
): Promise<void> {
  const { device, weights } = target;
  if (start.kind === 'even' || start.kind === 'gaussian') {
    for (const { a } of pairs) drawFirst(device, a, start.kind, random);
    return;
  }
  const whole = start.kind === 'loftq' ? new BaseWeights(device, weights.modelDir, target.config) : undefined;
  try {
    for (const pair of pairs) {
      const name = weightName(pair.place);
      const kept = new DeviceProducts(device, weights.matrix(name));
      const stored = whole && new DeviceProducts(device, whole.matrix(name));
      const products = stored === undefined ? kept : differenceOf(stored, kept);
      const sketched = start.kind === 'pissa' ? start.iterations : undefined;
      const part =
        sketched === undefined
          ? await leadingPart(products, pair.place.r, random)
          : await sketchedPart(products, pair.place.r, sketched, random);
      for (const used of [kept, stored]) used?.free();
      writePair(device, pair, part);
    }
  } finally {
    whole?.close();
  }
}

function drawFirst(
  device: Device,
  { shape, value }: TrainedPair['a'],
  kind: 'even' | 'gaussian',
  random: () => number,
): void {
  const [r, cols] = shape as readonly [number, number];
  const bound = 1 / Math.sqrt(cols);
  const draw = kind === 'gaussian' ? () => normal(random) / r : () => (2 * random() - 1) * bound;
  device.write(
    value,
    Float32Array.from({ length: value.length }, () => draw()),
  );
}

function writePair(device: Device, { a, b, scale }: StartingPair, { values, left, right }: LeadingPart): void {
  const [r, cols] = a.shape as readonly [number, number];
  const rows = b.shape[0]!;
  const [first, second] = [new Float32Array(r * cols), new Float32Array(rows * r)];
  values.forEach((value, i) => {
    const root = Math.sqrt(value / scale);
    rowOf(right, i).forEach((x, k) => {
      first[i * cols + k] = root * x;
    });
    rowOf(left, i).forEach((x, k) => {
      second[k * r + i] = root * x;
    });
  });
  device.write(a.value, first);
  device.write(b.value, second);
}

function weightName({ layer, module }: LoraPlace): string {
  return `${moduleName(layer, module)}.weight`;
}
