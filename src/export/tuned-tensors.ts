import { mergeDelta } from '../compute/composed/merge-delta';
import type { Device } from '../compute/device';
import { writeIndices } from '../compute/indices';
import { BYTES_PER_ELEMENT, type DeviceBuffer } from '../compute/memory';
import { modulePath } from '../model/projections';
import type { PlacedDelta, TokenRows } from '../model/tuning';
import type { TensorSource, TensorType } from '../base/safetensors';
import { EMBEDDING, HEAD, type WeightTensor } from '../model/weights';
import type { ExportSource } from './exporter';
import { requireWithinHalf } from './half-range';
import { refusePrompt } from './refuse-prompt';

const TYPES = { f32: 'F32', bf16: 'BF16', f16: 'F16' } as const;
const DTYPES = { F32: 'f32', BF16: 'bf16', F16: 'f16' } as const;

type FloatType = (typeof DTYPES)[TensorType];

/** In which type a tensor leaves. */
export type TypeChoice = (tensor: Pick<WeightTensor, 'name' | 'shape'>, stored: TensorType) => TensorType;

/**
 * The tensors of a tuned model with what was trained in them. Each is computed in fp32, a piece of `transferBytes` and of whole rows at a
 * time, and rounded once: at random where the base model's weight has 16 bits and what leaves too, or the change could be lost.
 * @throws SftError export-impossible where what was trained is not in the weights; reading, where a number is too large for its type
 * @param choose the types of the base model's file unless given
 */
export function tunedTensors(
  source: ExportSource,
  choose: TypeChoice = (_, stored) => stored,
): readonly TensorSource[] {
  if (source.tuning !== undefined) refusePrompt(source.tuning);
  const deltas = deltasByTensor(source);
  const trained = trainedNames(source);
  return tensorsOf(source).map((tensor, at) => {
    const { name, shape } = tensor;
    const stored = source.base.get(source.base.has(name) ? name : EMBEDDING);
    const dtype = choose(tensor, storedType(stored));
    const isFine = stored.kind === 'nf4' || stored.data.dtype === 'f32';
    const read = (): AsyncGenerator<Uint8Array> =>
      piecesOf(source.device, trainedTensor(source, tensor), DTYPES[dtype], {
        placed: deltas.get(name),
        rows: source.tuning?.tokenRows?.(name),
        seed: trained.has(name) && !isFine ? at : undefined,
      });
    return { name, dtype, shape, read };
  });
}

/** The names of the tensors that training has changed. */
export function trainedNames(source: ExportSource): ReadonlySet<string> {
  const deltas = deltasByTensor(source);
  const { weights, base, tuning } = source;
  const trained = tensorsOf(source).filter(
    ({ name }) => weights !== base || deltas.has(name) || isTrained(tuning, name),
  );
  return new Set(trained.map(({ name }) => name));
}

/** Whether embedding and head of a tied model are two tables once it is tuned. */
export function hasPartedTables({ config, tuning }: Pick<ExportSource, 'config' | 'tuning'>): boolean {
  return config.tieWordEmbeddings && tuning?.partsTables === true;
}

/** The tensors of a tuned model, as the base model has them. */
function tensorsOf(source: ExportSource): readonly WeightTensor[] {
  const { weights } = source;
  return hasPartedTables(source) ? [...weights.all(), { ...weights.get(EMBEDDING), name: HEAD }] : weights.all();
}

/** Of a tensor in 4 bits, the type that it was quantised from. */
export function storedType(tensor: WeightTensor): TensorType {
  if (tensor.kind === 'nf4') return TYPES[tensor.from];
  const { dtype } = tensor.data;
  if (dtype === 'i32' || dtype === 'u8') throw new RangeError('a weight is not of integers');
  return TYPES[dtype];
}

function isTrained(tuning: ExportSource['tuning'], name: string): boolean {
  return (tuning?.replaces(name) ?? tuning?.tokenRows?.(name)) !== undefined;
}

function trainedTensor({ tuning }: ExportSource, tensor: WeightTensor): WeightTensor {
  const parameter = tuning?.replaces(tensor.name);
  const { name, shape } = tensor;
  return parameter === undefined ? tensor : { kind: 'dense', name, shape, data: parameter.value };
}

function deltasByTensor({ tuning, config }: ExportSource): ReadonlyMap<string, PlacedDelta> {
  const deltas = new Map<string, PlacedDelta>();
  if (tuning === undefined) return deltas;
  for (let layer = 0; layer < config.layers; layer++) {
    for (const name of config.modules) {
      const placed = tuning.delta(layer, name);
      if (placed !== undefined) deltas.set(`model.layers.${layer}.${modulePath(name)}.weight`, placed);
    }
  }
  return deltas;
}

/** What training has put into a tensor. */
interface Changes {
  readonly placed: PlacedDelta | undefined;
  readonly rows: TokenRows | undefined;
  /** Where rounding to the nearest of 16 bits could lose it: half a step of the type is more than a short training adds to most weights. */
  readonly seed: number | undefined;
}

async function* piecesOf(
  device: Device,
  tensor: WeightTensor,
  dtype: FloatType,
  changes: Changes,
): AsyncGenerator<Uint8Array> {
  const { shape } = tensor;
  const rows = shape.length > 1 ? shape[0]! : 1;
  const cols = shape.at(-1)!;
  const step = Math.min(rows, Math.max(1, Math.floor(device.traits.transferBytes / (cols * BYTES_PER_ELEMENT.f32))));
  const isKept = changes.placed === undefined && changes.rows === undefined;
  const source = tensor.kind === 'dense' ? tensor.data : undefined;
  const scratch = isKept && source?.dtype === dtype ? undefined : new Scratch(device, dtype, step, cols);
  const rowsOf = (from: number): DeviceBuffer | undefined =>
    source?.slice(from * cols, Math.max(0, Math.min(step, rows - from)) * cols);
  try {
    for (let from = 0; from < rows; from += step) {
      const [here, next] = [rowsOf(from), rowsOf(Math.min(rows, from + step))];
      if (next !== undefined) device.advise(next, 'soon');
      const count = Math.min(step, rows - from);
      const piece = await read(device, scratch?.compute(tensor, changes, from, count) ?? here!);
      if (scratch !== undefined && dtype === 'f16') requireWithinHalf(piece, tensor.name);
      yield piece;
      if (here !== undefined) device.advise(here, 'done');
    }
  } finally {
    scratch?.free();
  }
}

/** Where rows of a tensor are computed, a piece at a time. */
class Scratch {
  readonly #value: DeviceBuffer;
  readonly #rounded: DeviceBuffer;
  readonly #ids: DeviceBuffer;

  constructor(
    private readonly device: Device,
    private readonly dtype: FloatType,
    rows: number,
    private readonly cols: number,
  ) {
    this.#value = device.alloc('f32', rows * cols);
    this.#rounded = device.alloc(dtype, rows * cols);
    this.#ids = device.alloc('i32', rows);
  }

  /** @returns `count` rows from row `from` on, which last until the next call */
  compute(tensor: WeightTensor, changes: Changes, from: number, count: number): DeviceBuffer {
    const { placed, rows: trained, seed } = changes;
    const { device, dtype, cols } = this;
    const value = this.#value.slice(0, count * cols);
    const rounded = this.#rounded.slice(0, count * cols);
    const recorder = device.begin();
    if (tensor.kind === 'nf4') {
      const lines = Int32Array.from({ length: count }, (_, row) => from + row);
      recorder.gatherRows(value, tensor.matrix, writeIndices(device, this.#ids.slice(0, count), lines), count);
    } else {
      recorder.copy(value, tensor.data.slice(from * cols, count * cols));
    }
    for (const [row, id] of trained?.ids.entries() ?? []) {
      if (id < from || id >= from + count) continue;
      recorder.copy(value.slice((id - from) * cols, cols), trained!.parameter.value.slice(row * cols, cols));
    }
    if (placed !== undefined) mergeDelta(recorder, value, placed.delta, from, count);
    if (seed !== undefined && dtype !== 'f32') recorder.dither(value, dtype, { seed, offset: from * cols });
    recorder.copy(rounded, value);
    device.submit(recorder);
    return rounded;
  }

  free(): void {
    for (const buffer of [this.#value, this.#rounded, this.#ids]) this.device.free(buffer);
  }
}

async function read(device: Device, buffer: DeviceBuffer): Promise<Uint8Array> {
  const values = buffer.dtype === 'f32' ? await device.readFloats(buffer) : await device.readBits(buffer);
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
