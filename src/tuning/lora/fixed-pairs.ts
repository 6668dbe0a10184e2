import type { Device } from '../../compute/device';
import { writeIndices, type Indices } from '../../compute/indices';
import type { DeviceBuffer } from '../../compute/memory';
import type { FixedPair } from '../../compute/recorder';
import type { NamedTensor } from '../../model/parameter-file';
import type { Parameter } from '../../model/parameters';

/** The parameters of a pair: A [r, in] and B [out, r]. */
export interface TrainedPair {
  readonly a: Parameter;
  readonly b: Parameter;
}

/**
 * What PiSSA takes out of the base model's weights, kept beside them: the pairs as they began, B negated. The weights themselves stay as
 * they are, and W - s B₀ A₀ is never rounded. Pair by pair the file has the trained and the fixed one as a pair of twice the rank, which is
 * plain LoRA on the base model as it was: PEFT's subtract_mutated_init.
 */
export class FixedPairs {
  readonly of: readonly FixedPair[];
  private readonly values: DeviceBuffer;

  constructor(
    private readonly device: Device,
    private readonly pairs: readonly (TrainedPair & { readonly scale: number })[],
  ) {
    this.values = device.alloc('f32', sum(pairs.map(({ a, b }) => a.value.length + b.value.length)));
    let offset = 0;
    const take = (length: number): DeviceBuffer => {
      offset += length;
      return this.values.slice(offset - length, length);
    };
    this.of = pairs.map(({ a, b, scale }) => {
      const [r, cols] = a.shape as readonly [number, number];
      const rows = b.shape[0]!;
      return {
        a: { kind: 'dense', data: take(r * cols), rows: r, cols },
        b: { kind: 'dense', data: take(rows * r), rows, cols: r },
        scale,
      };
    });
  }

  /** Takes the pairs as they are now. */
  keep(): void {
    const r = this.device.begin();
    this.pairs.forEach(({ a, b }, i) => {
      const fixed = this.of[i]!;
      r.copy(fixed.a.data, a.value);
      r.copy(fixed.b.data, b.value);
      r.scale(fixed.b.data, -1);
    });
    this.device.submit(r);
  }

  /** The tensors of the file, as they are now; `free` gives their memory back. */
  join(): JoinedPairs {
    const joined = new JoinedPairs(this.device, this.pairs);
    joined.copy(this.pairs, this.of, 'in');
    return joined;
  }

  /** Memory for the tensors of the file, to be read into and then split. */
  room(): JoinedPairs {
    return new JoinedPairs(this.device, this.pairs);
  }

  /** Puts both pairs to what the file's tensors are. */
  split(joined: JoinedPairs): void {
    joined.copy(this.pairs, this.of, 'out');
  }

  free(): void {
    this.device.free(this.values);
  }
}

/** Pairs of twice the rank: [A; A₀] and [B, -B₀]. */
export class JoinedPairs {
  readonly tensors: readonly NamedTensor[];
  private readonly lines: Indices;

  constructor(
    private readonly device: Device,
    pairs: readonly TrainedPair[],
  ) {
    this.tensors = pairs.flatMap(({ a, b }) => [
      { name: a.name, shape: [2 * a.shape[0]!, a.shape[1]!], value: device.alloc('f32', 2 * a.value.length) },
      { name: b.name, shape: [b.shape[0]!, 2 * b.shape[1]!], value: device.alloc('f32', 2 * b.value.length) },
    ]);
    // A row of [B, -B₀] is two rows of r numbers.
    const most = pairs.reduce((rows, { b }) => Math.max(rows, b.shape[0]!), 0);
    const numbers = Int32Array.from({ length: 2 * most }, (_, i) => (i < most ? 2 * i : 2 * (i - most) + 1));
    this.lines = writeIndices(device, device.alloc('i32', numbers.length), numbers);
  }

  copy(pairs: readonly TrainedPair[], fixed: readonly FixedPair[], way: 'in' | 'out'): void {
    const r = this.device.begin();
    const most = this.lines.length / 2;
    pairs.forEach(({ a, b }, i) => {
      const kept = fixed[i]!;
      const [joinedA, joinedB] = [this.tensors[2 * i]!.value, this.tensors[2 * i + 1]!.value];
      const half = a.value.length;
      const halves = [
        [joinedA.slice(0, half), a.value],
        [joinedA.slice(half, half), kept.a.data],
      ] as const;
      for (const [file, own] of halves) {
        if (way === 'in') r.copy(file, own);
        else r.copy(own, file);
      }
      const { rows, cols } = kept.b;
      const table = { kind: 'dense', data: joinedB, rows: 2 * rows, cols } as const;
      for (const [from, own] of [
        [0, b.value],
        [most, kept.b.data],
      ] as const) {
        const lines = { data: this.lines.data.slice(from, rows), length: rows, below: 2 * rows };
        if (way === 'in') r.scatterRows(joinedB, own, lines, rows, cols, 0);
        else r.gatherRows(own, table, lines, rows);
      }
    });
    this.device.submit(r);
  }

  free(): void {
    for (const { value } of this.tensors) this.device.free(value);
    this.device.free(this.lines.data);
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
