import type { DeviceBuffer } from '../compute/device';
import { forwardLayer, takeLayerState } from './layer-pass';
import { logitsAt } from './head-pass';
import type { LlamaModel } from './llama';
import { embed } from './loss-pass';

/** Keys and values of several sequences side by side, fp32, `capacity` tokens each, for every layer. */
export class KvCache {
  private readonly keys: DeviceBuffer[];
  private readonly values: DeviceBuffer[];
  /** Tokens stored so far, per sequence. */
  private readonly filled: number[];

  constructor(
    private readonly model: LlamaModel,
    readonly sequences: number,
    readonly capacity: number,
  ) {
    const { device, config } = model;
    const length = sequences * capacity * config.kvHeads * config.headDim;
    this.keys = model.layers.map(() => device.alloc('f32', length));
    this.values = model.layers.map(() => device.alloc('f32', length));
    this.filled = new Array<number>(sequences).fill(0);
  }

  lengthOf(sequence: number): number {
    return this.filled[sequence]!;
  }

  /** Forgets all but the first `length` tokens of a sequence. */
  truncate(sequence: number, length: number): void {
    this.filled[sequence] = Math.min(length, this.filled[sequence]!);
  }

  /**
   * Appends tokens to some of the sequences and returns, for each, the logits after its last one: fp32 [parts.length, vocab].
   * @throws RangeError when a sequence would outgrow the capacity
   */
  async append(parts: readonly { sequence: number; ids: readonly number[] }[]): Promise<Float32Array> {
    const { model, capacity } = this;
    const { device, config, workspace } = model;
    const tokens = parts.reduce((sum, part) => sum + part.ids.length, 0);
    const ids = new Int32Array(tokens);
    const positions = new Int32Array(tokens);
    const rows = new Int32Array(tokens);
    const last = new Int32Array(parts.length);
    const table = new Int32Array(parts.length * 4);
    let row = 0;
    let longest = 0;
    parts.forEach((part, index) => {
      const start = this.filled[part.sequence]!;
      const end = start + part.ids.length;
      if (part.ids.length === 0 || end > capacity)
        throw new RangeError(`${end} tokens do not fit a cache of ${capacity}`);
      table.set([row, part.ids.length, part.sequence * capacity, end], index * 4);
      part.ids.forEach((id, i) => {
        ids[row + i] = id;
        positions[row + i] = start + i;
        rows[row + i] = part.sequence * capacity + start + i;
      });
      row += part.ids.length;
      last[index] = row - 1;
      longest = Math.max(longest, end);
      this.filled[part.sequence] = end;
    });

    const buffers = [ids, positions, rows, last, table].map((data) => {
      const buffer = device.alloc('i32', data.length);
      device.write(buffer, data);
      return buffer;
    });
    const [idBuffer, positionBuffer, rowBuffer, lastBuffer, tableBuffer] = buffers as [
      DeviceBuffer,
      DeviceBuffer,
      DeviceBuffer,
      DeviceBuffer,
      DeviceBuffer,
    ];
    const mark = workspace.mark();
    const context = {
      batch: { tokens, positions: positionBuffer, sequences: { table: tableBuffer, count: parts.length } },
      ...model.ropeFor(longest),
      dropout: undefined,
    };
    const x = embed(model, { ids: idBuffer, tokens });
    for (const layer of model.layers) {
      const inner = workspace.mark();
      const state = takeLayerState(model, layer, x, tokens, false);
      forwardLayer(model, layer, state, x, context, {
        keys: this.keys[layer.index]!,
        values: this.values[layer.index]!,
        rows: rowBuffer,
      });
      workspace.release(inner);
    }
    const logits = workspace.take(parts.length * config.vocabSize);
    logitsAt(model, x, tokens, lastBuffer, parts.length, logits);
    const result = await device.readFloats(logits);
    workspace.release(mark);
    for (const buffer of buffers) device.free(buffer);
    return result;
  }

  free(): void {
    for (const buffer of [...this.keys, ...this.values]) this.model.device.free(buffer);
  }
}
