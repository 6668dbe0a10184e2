import { closeSync, openSync } from 'node:fs';
import { SftError } from '../base/errors';
import { readBytes } from '../base/safetensors';
import type { LocatedTensor } from '../base/tensor-folder';
import type { DType, DeviceBuffer, Nf4Matrix } from '../compute/memory';
import { bytesOfCodes, NF4_VALUES, scaleBlocks, scalesOf } from '../compute/nf4';

/** Where the parts of a tensor are read to. */
export interface PartReader {
  /** `length` elements of a tensor's bytes, whatever type the file says. */
  open(tensor: LocatedTensor, dtype: DType, length: number): DeviceBuffer;
  floats(values: Float32Array): DeviceBuffer;
}

/** A matrix that lies in 4 bits in a folder of bitsandbytes, and the type that it was quantised from. */
export interface StoredNf4 {
  readonly matrix: Nf4Matrix;
  readonly from: 'f32' | 'bf16' | 'f16';
}

const FROM: ReadonlyMap<string, StoredNf4['from']> = new Map([
  ['float32', 'f32'],
  ['bfloat16', 'bf16'],
  ['float16', 'f16'],
]);

const STATE = 'quant_state.bitsandbytes__nf4';
const FP4_STATE = 'quant_state.bitsandbytes__fp4';

/** Whether a tensor is quantised: it has a description beside it. */
export function isStoredIn4Bits(located: ReadonlyMap<string, LocatedTensor>, name: string): boolean {
  return located.has(`${name}.${STATE}`) || located.has(`${name}.${FP4_STATE}`);
}

/** The tensors whose numbers the values of a quantised one are multiples of. */
export function scaleTensors(located: ReadonlyMap<string, LocatedTensor>, name: string): LocatedTensor[] {
  const parts = [located.get(`${name}.absmax`), located.get(`${name}.nested_absmax`)];
  return parts.filter((part) => part !== undefined).filter(({ dtype }) => dtype === 'F32');
}

/**
 * Reads the tensors of bitsandbytes that a matrix is kept in: weight, absmax, quant_state, and nested_absmax where absmax is in 8 bits.
 * @throws SftError unsupported-weights, weights-do-not-fit, corrupt-safetensors
 */
export function readNf4(
  located: ReadonlyMap<string, LocatedTensor>,
  weight: LocatedTensor,
  [rows, cols]: readonly [rows: number, cols: number],
  read: PartReader,
): StoredNf4 {
  const { name, file } = weight;
  const part = (suffix: string): LocatedTensor => {
    const tensor = located.get(`${name}.${suffix}`);
    if (tensor === undefined) throw unfit(file, `${name} is in 4 bits and its ${suffix} is missing`);
    return tensor;
  };
  const open = (tensor: LocatedTensor, dtype: 'u8' | 'f32', length: number): DeviceBuffer => {
    if (tensor.byteLength === (dtype === 'u8' ? length : 4 * length)) return read.open(tensor, dtype, length);
    throw unfit(file, `${tensor.name} has ${tensor.byteLength} bytes, a matrix of ${rows} x ${cols} needs others`);
  };
  if (located.has(`${name}.${FP4_STATE}`)) throw unsupported(file, `${name} is quantised as fp4`);
  const state = readState(part(STATE));
  const { shape, blocksize, dtype } = state;
  const wanted = `[${rows},${cols}]`;
  if (JSON.stringify(shape) !== wanted) {
    throw unfit(file, `${name} was quantised from the shape ${JSON.stringify(shape)}, config.json asks for ${wanted}`);
  }
  if (blocksize !== 64) throw unsupported(file, `${name} is quantised in blocks of ${JSON.stringify(blocksize)}`);
  const values = numbersOf(part('quant_map'));
  if (values.length !== 16 || values.some((value, i) => value !== NF4_VALUES[i])) {
    throw unsupported(file, `${name} is quantised with values that are not those of NF4`);
  }
  const from = typeof dtype === 'string' ? FROM.get(dtype) : undefined;
  if (from === undefined) throw unsupported(file, `${name} was quantised from ${JSON.stringify(dtype)}`);

  const blocks = scalesOf(rows * cols);
  const codes = open(weight, 'u8', bytesOfCodes(rows * cols));
  const absmax = part('absmax');
  const shared = { kind: 'nf4', rows, cols, codes } as const;
  if (absmax.dtype !== 'U8') {
    if (absmax.dtype !== 'F32') throw unsupported(file, `${absmax.name} is stored as ${absmax.dtype}`);
    return { matrix: { ...shared, scales: { kind: 'plain', absmax: open(absmax, 'f32', blocks) } }, from };
  }
  const { nested_blocksize: block, nested_offset: offset } = state;
  if (block !== 256 || typeof offset !== 'number') {
    const found = `blocks of ${JSON.stringify(block)}, from ${JSON.stringify(offset)}`;
    throw unsupported(file, `${name} has scales in ${found}`);
  }
  const scales = {
    kind: 'nested',
    codes: open(absmax, 'u8', blocks),
    map: open(part('nested_quant_map'), 'f32', 256),
    absmax: open(part('nested_absmax'), 'f32', scaleBlocks(blocks)),
    offset: read.floats(Float32Array.of(offset)),
  } as const;
  return { matrix: { ...shared, scales }, from };
}

function readState(tensor: LocatedTensor): Readonly<Record<string, unknown>> {
  try {
    const state: unknown = JSON.parse(Buffer.from(contentOf(tensor)).toString('utf8'));
    if (typeof state === 'object' && state !== null) return state as Readonly<Record<string, unknown>>;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw unfit(tensor.file, `${tensor.name} is not a JSON object`);
}

function numbersOf(tensor: LocatedTensor): Float32Array {
  if (tensor.dtype !== 'F32') throw unsupported(tensor.file, `${tensor.name} is stored as ${tensor.dtype}`);
  return new Float32Array(contentOf(tensor).buffer);
}

function contentOf({ file, byteOffset, byteLength }: LocatedTensor): Uint8Array<ArrayBuffer> {
  const fd = openSync(file, 'r');
  try {
    return readBytes(fd, byteOffset, byteLength, file);
  } finally {
    closeSync(fd);
  }
}

function unsupported(file: string, reason: string): SftError {
  const remedy = 'use the folder of the model in bf16, fp16 or fp32 with "load_in_4bit": true, or one quantised to NF4';
  return new SftError('unsupported-weights', reason, { file, remedy, exitCode: 2 });
}

function unfit(file: string, reason: string): SftError {
  return new SftError('weights-do-not-fit', reason, { file, remedy: 'download the model folder again', exitCode: 2 });
}
