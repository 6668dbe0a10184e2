import { MOMENT_BLOCK, type BlockMoment } from '../../block-moments';
import { adamwNumbers } from '../../kernel-numbers';
import type { AdamWStep } from '../../kernels';
import type { DeviceBuffer } from '../../memory';
import { toPair } from '../../pairs';
import { bytesOf, floatsOf, integersOf } from '../host-memory';
import type { Kernel } from '../kernel';
import { codeBy, middlesOf } from '../nearest';

export const clip: Kernel<'clip'> = (_on, verdict, gradients, sums, maxNorm) => {
  let squares = 0;
  for (const value of floatsOf(gradients)) squares += value * value;
  const norm = Math.sqrt(squares);
  const factor = maxNorm > 0 ? Math.min(1, maxNorm / (norm + 1e-6)) : 1;
  const finite = Number.isFinite(norm) && floatsOf(sums).every(Number.isFinite);
  floatsOf(verdict).set([...toPair(norm), factor, finite ? 1 : 0]);
};

export const adamw: Kernel<'adamw'> = (_on, p, grad, m, v, step, verdict) => {
  const update = updateBy(step, verdict);
  update?.(floatsOf(p), floatsOf(grad), floatsOf(m), floatsOf(v));
};

/** The update takes the moments before they are rounded again. */
export const adamw8bit: Kernel<'adamw8bit'> = (_on, p, grad, m, v, blocks, step, verdict) => {
  const update = updateBy(step, verdict);
  if (update === undefined) return;
  const [weights, gradients, table] = [floatsOf(p), floatsOf(grad), integersOf(blocks.data)];
  const moments = [m, v].map((moment) => new Moment(moment));
  for (let at = 0; at < table.length; at += 3) {
    const [start, length, home] = [table[at]!, table[at + 1]!, table[at + 2]!];
    const [first, second] = moments.map((moment) => moment.open(home, length));
    update(weights.subarray(start, start + length), gradients.subarray(start, start + length), first!, second!);
    moments[0]!.close(home, first!);
    moments[1]!.close(home, second!);
  }
};

type Update = (p: Float32Array, grad: Float32Array, m: Float32Array, v: Float32Array) => void;

/** The update in fp32 moments, unless the verdict is that something is not finite. */
function updateBy(step: AdamWStep, verdict: DeviceBuffer): Update | undefined {
  const [, , factor, finite] = floatsOf(verdict);
  if (finite !== 1) return undefined;
  const { decay, rest1, keep2, rest2, stepSize, rootCorrection, epsilon } = adamwNumbers(step);
  return (p, grad, m, v) => {
    for (let i = 0; i < p.length; i++) {
      const gradient = grad[i]! * factor!;
      m[i]! += (gradient - m[i]!) * rest1;
      v[i] = v[i]! * keep2 + gradient * gradient * rest2;
      p[i] = p[i]! * decay - (m[i]! * stepSize) / (Math.sqrt(v[i]!) / rootCorrection + epsilon);
    }
  };
}

/** A moment by blocks: see `BlockMoment`. */
class Moment {
  readonly #map: Float32Array;
  readonly #middles: Float64Array;
  readonly #codes: Uint8Array;
  readonly #absmax: Float32Array;
  readonly #exact: Float32Array;

  constructor({ map, codes, absmax, exact }: BlockMoment) {
    this.#map = floatsOf(map);
    this.#middles = middlesOf(this.#map);
    this.#codes = bytesOf(codes);
    this.#absmax = floatsOf(absmax);
    this.#exact = floatsOf(exact);
  }

  /** The values of the block `home`, in their place where they are in fp32. */
  open(home: number, length: number): Float32Array {
    if (home < 0) {
      const start = (-1 - home) * MOMENT_BLOCK;
      return this.#exact.subarray(start, start + length);
    }
    const codes = this.#codesOf(home, length);
    return Float32Array.from(codes, (code) => this.#map[code]! * this.#absmax[home]!);
  }

  close(home: number, values: Float32Array): void {
    if (home < 0) return;
    let most = 0;
    for (const value of values) most = Math.max(most, Math.abs(value));
    this.#absmax[home] = most;
    const codes = this.#codesOf(home, values.length);
    values.forEach((value, i) => (codes[i] = this.#codeOf(value, most > 0 ? most : 1)));
  }

  /** The nearest code, of two as near the lower one; by one on where its value has not the sign of x. */
  #codeOf(value: number, scale: number): number {
    const code = codeBy(this.#middles, Math.fround(value / scale));
    const nearest = this.#map[code]!;
    if (value < 0 && nearest >= 0) return code - 1;
    return value > 0 && nearest < 0 ? code + 1 : code;
  }

  #codesOf(home: number, length: number): Uint8Array {
    return this.#codes.subarray(home * MOMENT_BLOCK, home * MOMENT_BLOCK + length);
  }
}
