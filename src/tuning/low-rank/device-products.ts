import type { Device } from '../../compute/device';
import type { DeviceBuffer, WeightMatrix } from '../../compute/memory';
import { blockOf, type Block } from './blocks';

/** Products of a few vectors with a matrix W [rows, cols]. */
export interface Products {
  readonly rows: number;
  readonly cols: number;
  /** x Wᵀ [n, rows] of x [n, cols] */
  forward(x: Block): Promise<Block>;
  /** y W [n, cols] of y [n, rows] */
  back(y: Block): Promise<Block>;
}

/** The products of W - V. */
export function differenceOf(w: Products, v: Products): Products {
  const subtracted = async (a: Promise<Block>, b: Promise<Block>): Promise<Block> => {
    const [{ values, width }, other] = [await a, await b];
    return blockOf(
      values.map((value, i) => value - other.values[i]!),
      width,
    );
  };
  return {
    rows: w.rows,
    cols: w.cols,
    forward: (x) => subtracted(w.forward(x), v.forward(x)),
    back: (y) => subtracted(w.back(y), v.back(y)),
  };
}

/** The products of a weight, in fp32 on its device. */
export class DeviceProducts implements Products {
  readonly rows: number;
  readonly cols: number;
  private memory: { readonly count: number; readonly x: DeviceBuffer; readonly y: DeviceBuffer } | undefined;

  constructor(
    private readonly device: Device,
    private readonly weight: WeightMatrix,
  ) {
    this.rows = weight.rows;
    this.cols = weight.cols;
  }

  async forward(x: Block): Promise<Block> {
    const { device } = this;
    const memory = this.room(x.count);
    const [from, to] = [memory.x.slice(0, x.values.length), memory.y.slice(0, x.count * this.rows)];
    device.write(from, Float32Array.from(x.values));
    const r = device.begin();
    r.linear(to, from, this.weight, x.count);
    device.submit(r);
    return blockOf(Float64Array.from(await device.readFloats(to)), this.rows);
  }

  async back(y: Block): Promise<Block> {
    const { device } = this;
    const memory = this.room(y.count);
    const [from, to] = [memory.y.slice(0, y.values.length), memory.x.slice(0, y.count * this.cols)];
    device.write(from, Float32Array.from(y.values));
    const r = device.begin();
    r.linearBackwardInput(to, from, this.weight, y.count);
    device.submit(r);
    return blockOf(Float64Array.from(await device.readFloats(to)), this.cols);
  }

  free(): void {
    if (this.memory === undefined) return;
    this.device.free(this.memory.x);
    this.device.free(this.memory.y);
    this.memory = undefined;
  }

  private room(count: number): { readonly x: DeviceBuffer; readonly y: DeviceBuffer } {
    if (this.memory === undefined || this.memory.count < count) {
      this.free();
      const alloc = (width: number): DeviceBuffer => this.device.alloc('f32', count * width);
      this.memory = { count, x: alloc(this.cols), y: alloc(this.rows) };
    }
    return this.memory;
  }
}
