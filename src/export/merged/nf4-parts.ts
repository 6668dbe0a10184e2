import { tensorBytes, type TensorSource } from '../../base/safetensors';
import type { Device } from '../../compute/device';
import { dynamicMap } from '../../compute/dynamic-map';
import type { DeviceBuffer, Nf4Matrix } from '../../compute/memory';
import { allocNf4, bytesOfCodes, freeNf4, NF4_VALUES, scaleBlocks, scalesOf } from '../../compute/nf4';
import type { StoredNf4 } from '../../model/nf4-tensors';

/** How a matrix leaves in 4 bits. */
export interface Nf4Form {
  /** Whether its scales are in 8 bits. */
  readonly doubleQuant: boolean;
  /** The type that it counts as quantised from, which is what it is computed with elsewhere. */
  readonly from: StoredNf4['from'];
}

interface Content {
  readonly codes: Uint8Array;
  readonly absmax: Uint8Array;
  /** With double quantisation. */
  readonly nested?: { readonly absmax: Uint8Array; readonly map: Uint8Array; readonly offset: number };
}

const FROM = { f32: 'float32', bf16: 'bfloat16', f16: 'float16' } as const;

/** Longer than any description: its numbers are not known when its length must be. */
const STATE_BYTES = 256;

/**
 * The tensors that bitsandbytes keeps a matrix in, quantised from `source` (fp32) when the first of them is read. The content of one matrix
 * is in memory from then until the last one is read.
 */
export function quantisedParts(device: Device, source: TensorSource, form: Nf4Form): TensorSource[] {
  return parts(source, form, () => quantised(device, source, form.doubleQuant));
}

/** The same of a matrix that is in 4 bits already, bit for bit. */
export function keptParts(
  device: Device,
  { name, shape, matrix, from }: StoredNf4 & Pick<TensorSource, 'name' | 'shape'>,
): TensorSource[] {
  const form = { from, doubleQuant: matrix.scales.kind === 'nested' };
  return parts({ name, shape }, form, () => contentOf(device, matrix));
}

function parts(
  { name, shape }: Pick<TensorSource, 'name' | 'shape'>,
  { doubleQuant, from }: Nf4Form,
  compute: () => Promise<Content>,
): TensorSource[] {
  const elements = shape.reduce((product, n) => product * n, 1);
  const blocks = scalesOf(elements);
  const state = ({ nested: scales }: Content): Uint8Array => {
    const nested = doubleQuant ? { nested_blocksize: 256, nested_dtype: 'float32', nested_offset: scales!.offset } : {};
    const json = JSON.stringify({ quant_type: 'nf4', blocksize: 64, dtype: FROM[from], shape, ...nested });
    return Buffer.from(json.padEnd(STATE_BYTES));
  };
  const list: readonly (Omit<TensorSource, 'read'> & { of: (content: Content) => Uint8Array })[] = [
    { name, dtype: 'U8', shape: [bytesOfCodes(elements), 1], of: ({ codes }) => codes },
    { name: `${name}.absmax`, dtype: doubleQuant ? 'U8' : 'F32', shape: [blocks], of: ({ absmax }) => absmax },
    ...(doubleQuant
      ? ([
          {
            name: `${name}.nested_absmax`,
            dtype: 'F32',
            shape: [scaleBlocks(blocks)],
            of: ({ nested }: Content) => nested!.absmax,
          },
          { name: `${name}.nested_quant_map`, dtype: 'F32', shape: [256], of: ({ nested }: Content) => nested!.map },
        ] as const)
      : []),
    { name: `${name}.quant_map`, dtype: 'F32', shape: [NF4_VALUES.length], of: () => bytesOf(NF4_VALUES) },
    { name: `${name}.quant_state.bitsandbytes__nf4`, dtype: 'U8', shape: [STATE_BYTES], of: state },
  ];
  let content: Promise<Content> | undefined;
  let left = list.length;
  return list.map(({ of, ...part }) => ({
    ...part,
    async read() {
      const bytes = of(await (content ??= compute()));
      if (--left === 0) content = undefined;
      return bytes;
    },
  }));
}

async function quantised(device: Device, source: TensorSource, doubleQuant: boolean): Promise<Content> {
  const [rows, cols] = source.shape as readonly [number, number];
  const map = doubleQuant ? device.alloc('f32', 256) : undefined;
  if (map !== undefined) device.write(map, dynamicMap(true));
  const values = device.alloc('f32', tensorBytes(source) / 4);
  const matrix = allocNf4(device, rows, cols, map);
  try {
    await fill(device, values, source);
    const recorder = device.begin();
    recorder.quantizeNf4(matrix, values);
    device.submit(recorder);
    return await contentOf(device, matrix);
  } finally {
    freeNf4(device, matrix);
    device.free(values);
    if (map !== undefined) device.free(map);
  }
}

async function fill(device: Device, values: DeviceBuffer, source: TensorSource): Promise<void> {
  const data = source.read();
  let at = 0;
  for await (const { buffer, byteOffset, byteLength } of 'then' in data ? [await data] : data) {
    const piece = new Float32Array(buffer, byteOffset, byteLength / 4);
    device.write(values.slice(at, piece.length), piece);
    at += piece.length;
  }
}

async function contentOf(device: Device, { codes, scales }: Nf4Matrix): Promise<Content> {
  const shared = { codes: await device.readBytes(codes) };
  if (scales.kind === 'plain') return { ...shared, absmax: bytesOf(await device.readFloats(scales.absmax)) };
  const [offset] = await device.readFloats(scales.offset);
  const absmax = bytesOf(await device.readFloats(scales.absmax));
  const nested = { absmax, map: bytesOf(await device.readFloats(scales.map)), offset: offset! };
  return { ...shared, absmax: await device.readBytes(scales.codes), nested };
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
