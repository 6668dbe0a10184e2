import { closeSync, openSync } from 'node:fs';
import type { Device } from '../compute/device';
import {
  BYTES_PER_ELEMENT,
  type DeviceBuffer,
  type DType,
  type HostArray,
  type Nf4Matrix,
  type WeightFile,
  type WeightMatrix,
} from '../compute/memory';
import { canCut } from '../compute/matrix-rows';
import { dynamicMap } from '../compute/dynamic-map';
import { allocNf4, freeNf4 } from '../compute/nf4';
import { SftError } from '../base/errors';
import type { LlamaConfig } from './llama-config';
import { isGguf } from '../base/gguf/read-gguf';
import { readBytes } from '../base/safetensors';
import { locateInGguf } from './gguf/locate-in-gguf';
import { isStoredIn4Bits, readNf4, type StoredNf4 } from './nf4-tensors';
import type { ProjectionName } from './modules';
import { hasBias, modulePath, moduleShape, qkNormDims, rowsOfParts } from './projections';
import { locateTensors, type LocatedTensor } from '../base/tensor-folder';

/** How weights are kept that their file has in 16 or 32 bits: unless given, as they are there. */
export interface WeightOptions {
  /**
   * The matrices of the layers are quantised to NF4 as they are read, their scales to 8 bits where `doubleQuant` says so. A folder that is
   * quantised already is taken as it is: what bitsandbytes left in 16 bits was left so for a reason (llm_int8_skip_modules).
   */
  readonly in4bit?: { readonly doubleQuant: boolean } | undefined;
  /** In place of those of the folder: of a model that is not here, for a device that only counts. */
  readonly tensors?: ReadonlyMap<string, LocatedTensor> | undefined;
}

/** A vector or matrix under its name in the file, as it is stored. */
export interface DenseTensor {
  readonly kind: 'dense';
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: DeviceBuffer;
}

/** A matrix in 4 bits, with the type that its file has or had before. */
export interface Nf4Tensor extends StoredNf4 {
  readonly kind: 'nf4';
  readonly name: string;
  readonly shape: readonly number[];
}

export type WeightTensor = DenseTensor | Nf4Tensor;

/** The tables of the vocabulary. A tied model has the first one alone. */
export const EMBEDDING = 'model.embed_tokens.weight';
export const HEAD = 'lm_head.weight';

/** The tensors that the forward pass uses, under transformers' names. */
export function expectedTensors(config: LlamaConfig): ReadonlyMap<string, readonly number[]> {
  const expected = new Map<string, readonly number[]>();
  expected.set(EMBEDDING, [config.vocabSize, config.hiddenSize]);
  for (let layer = 0; layer < config.layers; layer++) {
    const prefix = `model.layers.${layer}.`;
    for (const name of Object.values<string>({ ...config.norms })) {
      expected.set(`${prefix}${name}.weight`, [config.hiddenSize]);
    }
    if (config.qkNorm !== undefined) {
      const { queries, keys } = qkNormDims(config);
      expected.set(`${prefix}self_attn.q_norm.weight`, [queries]);
      expected.set(`${prefix}self_attn.k_norm.weight`, [keys]);
    }
    for (const name of config.modules) {
      const shape = moduleShape(config, name);
      expected.set(`${prefix}${modulePath(name)}.weight`, [shape.out, shape.in]);
      if (hasBias(config, name)) expected.set(`${prefix}${modulePath(name)}.bias`, [shape.out]);
    }
  }
  expected.set('model.norm.weight', [config.hiddenSize]);
  if (!config.tieWordEmbeddings) expected.set(HEAD, [config.vocabSize, config.hiddenSize]);
  return expected;
}

const DTYPES: Readonly<Record<string, StoredNf4['from']>> = { F32: 'f32', BF16: 'bf16', F16: 'f16' };

/** The base model's weights, read in place from their files in the type they have on disk, or quantised one by one as they are read. */
export class BaseWeights {
  private readonly tensors = new Map<string, WeightTensor>();
  private readonly files = new Map<string, WeightFile>();
  /** The file of a tensor that is read already and quantised next. */
  private readonly ahead = new Map<LocatedTensor, WeightFile>();
  private readonly owned: DeviceBuffer[] = [];
  private readonly quantised: Nf4Matrix[] = [];
  private map: DeviceBuffer | undefined;

  /** @throws SftError weights-not-found, corrupt-safetensors, unsupported-weights */
  constructor(
    private readonly device: Device,
    readonly modelDir: string,
    config: LlamaConfig,
    private readonly options: WeightOptions = {},
  ) {
    try {
      this.openAll(config);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  private openAll(config: LlamaConfig): void {
    const expected = expectedTensors(config);
    const located = this.options.tensors ?? locate(this.modelDir, expected, config);
    const quantised = [...expected.keys()].some((name) => isStoredIn4Bits(located, name));
    const in4bit = quantised ? undefined : this.options.in4bit;
    const matrices = in4bit === undefined ? [] : [...expected].filter(([name, shape]) => isLayerMatrix(name, shape));
    const following = new Map(matrices.map(([name], at) => [name, located.get(matrices[at + 1]?.[0] ?? '')]));
    for (const [name, shape] of expected) {
      const tensor = located.get(name);
      // While one is quantised the disk reads the next.
      this.readSoon(following.get(name));
      if (tensor === undefined)
        throw mismatch(this.modelDir, `the weights hold no ${name}, which config.json asks for`);
      this.tensors.set(name, { name, shape, ...this.read(located, tensor, shape, in4bit) });
      const within = this.partWithinBlock(config, name);
      if (within === undefined) continue;
      const why = `${within} begins within a block of scales`;
      if (in4bit === undefined) throw unsupported(tensor, `in 4 bits, whose ${why}`);
      throw new SftError('unsupported-weights', `${name} cannot be kept in 4 bits: ${why}`, {
        file: tensor.file,
        remedy: `set ${in4bit.doubleQuant ? 'bnb_4bit_use_double_quant or ' : ''}load_in_4bit to false`,
        exitCode: 2,
      });
    }
  }

  /** A projection that cannot be taken out of the matrix of several that it lies in. */
  private partWithinBlock(config: LlamaConfig, name: string): ProjectionName | undefined {
    const module = config.modules.find((known) => name.endsWith(`.${known}.weight`));
    if (module === undefined) return undefined;
    const matrix = this.matrix(name);
    return rowsOfParts(config, module).find(({ from }) => !canCut(matrix, from))?.name;
  }

  private read(
    located: ReadonlyMap<string, LocatedTensor>,
    tensor: LocatedTensor,
    shape: readonly number[],
    in4bit: WeightOptions['in4bit'],
  ): { kind: 'dense'; data: DeviceBuffer } | ({ kind: 'nf4' } & StoredNf4) {
    const { name, file } = tensor;
    const inLayer = isLayerMatrix(name, shape);
    if (isStoredIn4Bits(located, name)) {
      if (!inLayer) throw unsupported(tensor, 'in 4 bits, which only matrices of the layers can be');
      const reader = {
        open: (part: LocatedTensor, dtype: DType, length: number) => this.open(part, dtype, length),
        floats: (values: Float32Array) => this.own('f32', values),
      };
      return { kind: 'nf4', ...readNf4(located, tensor, shape, reader) };
    }
    if (tensor.shape.join() !== shape.join()) {
      throw mismatch(
        file,
        `${name} has the shape [${tensor.shape.join(', ')}], config.json asks for [${shape.join(', ')}]`,
      );
    }
    if (inLayer && in4bit !== undefined) {
      const from = typeOf(tensor);
      return { kind: 'nf4', from, matrix: this.quantise(tensor, from, shape, in4bit.doubleQuant) };
    }
    const dtype = typeOf(tensor);
    return { kind: 'dense', data: this.open(tensor, dtype) };
  }

  private readSoon(tensor: LocatedTensor | undefined): void {
    const dtype = tensor && DTYPES[tensor.dtype];
    if (tensor === undefined || dtype === undefined || !liesAs(tensor, dtype)) return;
    const file = this.device.openWeights(tensor.file);
    this.ahead.set(tensor, file);
    this.device.advise(partOf(file, tensor, dtype), 'soon');
  }

  /** One tensor's file is open at a time, and that of the next, so that what was read is let go. */
  private quantise(
    tensor: LocatedTensor,
    dtype: StoredNf4['from'],
    [rows, cols]: readonly [number, number],
    doubleQuant: boolean,
  ): Nf4Matrix {
    const { device, ahead } = this;
    const map = doubleQuant ? (this.map ??= this.own('f32', dynamicMap(true))) : undefined;
    const matrix = allocNf4(device, rows, cols, map);
    this.quantised.push(matrix);
    const file = liesAs(tensor, dtype) ? (ahead.get(tensor) ?? device.openWeights(tensor.file)) : undefined;
    const r = device.begin();
    r.quantizeNf4(matrix, file === undefined ? this.copyIn(tensor, dtype) : partOf(file, tensor, dtype));
    device.submit(r);
    ahead.delete(tensor);
    if (file === undefined) device.free(this.owned.pop()!);
    else file.close();
    return matrix;
  }

  private own(dtype: DType, values: HostArray): DeviceBuffer {
    const buffer = this.device.alloc(dtype, values.length);
    this.owned.push(buffer);
    this.device.write(buffer, values);
    return buffer;
  }

  private open(tensor: LocatedTensor, dtype: DType, length?: number): DeviceBuffer {
    if (!liesAs(tensor, dtype)) return this.copyIn(tensor, dtype);
    let file = this.files.get(tensor.file);
    if (file === undefined) {
      file = this.device.openWeights(tensor.file);
      this.files.set(tensor.file, file);
    }
    return partOf(file, tensor, dtype, length);
  }

  /** What cannot be read in place. */
  private copyIn(tensor: LocatedTensor, dtype: DType): DeviceBuffer {
    const bytes = tensor.read?.() ?? bytesOf(tensor);
    if (dtype === 'u8') return this.own(dtype, bytes);
    return this.own(dtype, dtype === 'f32' ? new Float32Array(bytes.buffer) : new Uint16Array(bytes.buffer));
  }

  all(): readonly WeightTensor[] {
    return [...this.tensors.values()];
  }

  /** A tensor of `expectedTensors`. */
  get(name: string): WeightTensor {
    const tensor = this.tensors.get(name);
    if (tensor === undefined) throw new RangeError(`no weight ${name}`);
    return tensor;
  }

  /** Whether a tensor is in 4 bits here and has more in its file. */
  isQuantisedHere(name: string): boolean {
    const tensor = this.get(name);
    return tensor.kind === 'nf4' && this.quantised.includes(tensor.matrix);
  }

  has(name: string): boolean {
    return this.tensors.has(name);
  }

  /** Elements of all tensors. */
  get parameters(): number {
    return this.all().reduce((sum, { shape }) => sum + shape.reduce((product, n) => product * n, 1), 0);
  }

  /** A tensor that is not quantised: a vector, the embedding, the head. */
  dense(name: string): DeviceBuffer {
    const tensor = this.get(name);
    if (tensor.kind !== 'dense') throw new RangeError(`${name} is in 4 bits`);
    return tensor.data;
  }

  matrix(name: string): WeightMatrix {
    const tensor = this.get(name);
    if (tensor.kind === 'nf4') return tensor.matrix;
    return { kind: 'dense', data: tensor.data, rows: tensor.shape[0]!, cols: tensor.shape[1]! };
  }

  close(): void {
    for (const file of [...this.files.values(), ...this.ahead.values()]) file.close();
    for (const matrix of this.quantised) freeNf4(this.device, matrix);
    for (const buffer of this.owned) this.device.free(buffer);
  }
}

/** The elements of a tensor in its file. @param length all of them unless given */
function partOf(
  file: WeightFile,
  { byteOffset, byteLength }: LocatedTensor,
  dtype: DType,
  length = byteLength / BYTES_PER_ELEMENT[dtype],
): DeviceBuffer {
  return file.buffer(dtype, byteOffset, length);
}

/** Embeddings, head and vectors stay as they are: they are few beside these, and much depends on them. */
export function isLayerMatrix(name: string, shape: readonly number[]): shape is readonly [number, number] {
  return name.startsWith('model.layers.') && shape.length === 2;
}

function locate(
  modelDir: string,
  expected: ReadonlyMap<string, readonly number[]>,
  config: LlamaConfig,
): ReadonlyMap<string, LocatedTensor> {
  return isGguf(modelDir) ? locateInGguf(modelDir, expected.keys(), config) : locateTensors(modelDir);
}

/** Whether a tensor can be read in place: old files do not align their data, and GGUF files have some in another form. */
function liesAs({ read, byteOffset }: LocatedTensor, dtype: DType): boolean {
  return read === undefined && byteOffset % BYTES_PER_ELEMENT[dtype] === 0;
}

function bytesOf({ file, byteOffset, byteLength }: LocatedTensor): Uint8Array<ArrayBuffer> {
  const fd = openSync(file, 'r');
  try {
    return readBytes(fd, byteOffset, byteLength, file);
  } finally {
    closeSync(fd);
  }
}

function typeOf(tensor: LocatedTensor): StoredNf4['from'] {
  const dtype = DTYPES[tensor.dtype];
  if (dtype === undefined) throw unsupported(tensor, `as ${tensor.dtype}`);
  return dtype;
}

function unsupported({ name, file }: LocatedTensor, as: string): SftError {
  return new SftError('unsupported-weights', `${name} is stored ${as}`, {
    file,
    remedy: 'use the folder of the model in bf16, fp16 or fp32',
    exitCode: 2,
  });
}

function mismatch(file: string, reason: string): SftError {
  return new SftError('weights-do-not-fit', reason, {
    file,
    remedy: 'the configuration and the weights belong to different models: download the folder again',
    exitCode: 2,
  });
}
