import type { Device } from '../compute/device';
import type { DeviceBuffer } from '../compute/memory';
import { writeIndices, writeSequences, type Indices } from '../compute/indices';
import { forwardLayer } from './layer-pass';
import { takeLayerState } from './layer-state';
import { logitsAt } from './head';
import type { LlamaModel } from './llama';
import type { LlamaConfig } from './llama-config';
import { embed } from './loss-pass';
import { RowExtents } from './row-extents';
import { isVirtual } from './virtual-ids';

/** One sequence in a KvCache: consecutive rows, of which the first `length` hold keys and values. */
export interface CachedSequence {
  readonly start: number;
  /** Tokens it has room for. */
  readonly capacity: number;
  /** Tokens stored so far. */
  readonly length: number;
}

/** Tokens to append to a sequence. */
export interface AppendedPart {
  readonly sequence: CachedSequence;
  /** Not empty; a sequence of a model with a prompt begins with its virtual tokens. */
  readonly ids: readonly number[];
  /** Logits after every token, not only after the last. */
  readonly everyRow?: boolean;
}

/**
 * Keys and values of several sequences, fp32, for every layer: so many rows for all of them together, of which each sequence claims as
 * many as it may need. Models of one shape (a base model and adapters on it) share one cache; a sequence belongs to the model that
 * filled it.
 */
export class KvCache {
  private readonly keys: DeviceBuffer[];
  private readonly values: DeviceBuffer[];
  private readonly extents: RowExtents;
  /** Floats of a row. */
  private readonly width: number;

  constructor(
    private readonly device: Device,
    config: LlamaConfig,
    readonly rows: number,
  ) {
    this.width = config.kvHeads * config.headDim;
    const layers = Array.from({ length: config.layers }, (_, layer) => layer);
    this.keys = layers.map(() => device.alloc('f32', rows * this.width));
    this.values = layers.map(() => device.alloc('f32', rows * this.width));
    this.extents = new RowExtents(rows);
  }

  /** Bytes that one token's keys and values take. */
  static bytesPerToken({ layers, kvHeads, headDim }: LlamaConfig): number {
    return 2 * layers * kvHeads * headDim * 4;
  }

  /** An empty sequence with room for `capacity` tokens; undefined where the cache has no such room now. */
  open(capacity: number): CachedSequence | undefined {
    const start = this.extents.take(capacity);
    return start === undefined ? undefined : { start, capacity, length: 0 };
  }

  /** Gives the rows of a sequence back. */
  close(sequence: CachedSequence): void {
    this.extents.give(sequence.start, sequence.capacity);
    change(sequence, { capacity: 0, length: 0 });
  }

  /** Forgets all but the first `length` tokens of a sequence and gives the room behind them back. */
  cut(sequence: CachedSequence, length: number): void {
    if (length > sequence.length) throw new RangeError(`a sequence of ${sequence.length} tokens has no ${length}`);
    this.extents.give(sequence.start + length, sequence.capacity - length);
    change(sequence, { capacity: length, length });
  }

  /** Starts an empty sequence with the first `length` tokens of another one of the same model. */
  copyPrefix(to: CachedSequence, from: CachedSequence, length: number): void {
    if (to.length > 0 || length > from.length || length > to.capacity) {
      throw new RangeError(`${length} of ${from.length} tokens do not go into ${to.length} of ${to.capacity}`);
    }
    const window = (buffer: DeviceBuffer, { start }: CachedSequence): DeviceBuffer =>
      buffer.slice(start * this.width, length * this.width);
    const r = this.device.begin();
    for (const buffer of [...this.keys, ...this.values]) r.copy(window(buffer, to), window(buffer, from));
    this.device.submit(r);
    change(to, { length });
  }

  /**
   * Appends tokens to some of the sequences and returns, part after part, the logits after the last one, or after every one where the
   * part asks for that: fp32 [rows, vocab].
   * @throws RangeError when a sequence would outgrow its capacity
   */
  async append(model: LlamaModel, parts: readonly AppendedPart[]): Promise<Float32Array> {
    const { device, config, workspace } = model;
    const tokens = parts.reduce((sum, part) => sum + part.ids.length, 0);
    const ids: number[] = [];
    const positions = new Int32Array(tokens);
    const rows = new Int32Array(tokens);
    const asked: number[] = [];
    const table = new Int32Array(parts.length * 4);
    let row = 0;
    let longest = 0;
    parts.forEach((part, index) => {
      const { start: first, capacity, length: start } = part.sequence;
      const length = start + part.ids.length;
      if (part.ids.length === 0 || length > capacity)
        throw new RangeError(`${length} tokens do not fit a sequence of ${capacity}`);
      table.set([row, part.ids.length, first, length], index * 4);
      part.ids.forEach((id, i) => {
        ids.push(id);
        positions[row + i] = start + i;
        rows[row + i] = first + start + i;
      });
      const end = row + part.ids.length;
      for (let at = part.everyRow === true ? row : end - 1; at < end; at++) asked.push(at);
      row = end;
      longest = Math.max(longest, length);
      change(part.sequence, { length });
    });

    const { indices } = model;
    const real = Int32Array.from(ids, (id) => (isVirtual(id) ? 0 : id));
    const indexMark = indices.mark();
    const written = (values: Int32Array): Indices => writeIndices(device, indices.take(values.length), values);
    const where = {
      tokens,
      positions: written(positions),
      sequences: writeSequences(device, indices.take(table.length), table),
    };
    const context = { batch: where, ...model.ropeFor(longest) };
    workspace.layOut(tokens, false);
    const mark = workspace.mark();
    const r = device.begin();
    const x = embed(r, model, { ids: written(real), tokenIds: ids, tokens, own: [] });
    const cacheRows = written(rows);
    for (const layer of model.layers) {
      const inner = workspace.mark();
      const state = takeLayerState(model, layer, x, where, false);
      const cache = { keys: this.keys[layer.index]!, values: this.values[layer.index]!, rows: cacheRows };
      forwardLayer(r, model, layer, state, x, context, undefined, cache);
      workspace.release(inner);
    }
    const logits = workspace.take(asked.length, config.vocabSize, asked.length);
    logitsAt(r, model, x, tokens, written(Int32Array.from(asked)), logits);
    device.submit(r);
    const result = await device.readFloats(logits);
    workspace.release(mark);
    indices.release(indexMark);
    return result;
  }

  free(): void {
    for (const buffer of [...this.keys, ...this.values]) this.device.free(buffer);
  }
}

/** Only the cache changes its sequences; to everybody else they are read-only. */
function change(sequence: CachedSequence, values: Partial<CachedSequence>): void {
  Object.assign(sequence, values);
}
