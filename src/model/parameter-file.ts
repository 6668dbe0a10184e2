import { closeSync, openSync } from 'node:fs';
import type { Device } from '../compute/device';
import type { DeviceBuffer } from '../compute/memory';
import { SftError } from '../base/errors';
import { readBytes, readSafetensorsHeader, writeSafetensors, type TensorSource } from '../base/safetensors';

/** A tensor on a device, fp32 or u8, under the name it has in a file. */
export interface NamedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly value: DeviceBuffer;
}

/** Writes tensors as safetensors. The caller writes aside and renames. */
export async function writeTensors(device: Device, file: string, tensors: readonly NamedTensor[]): Promise<void> {
  const sources: TensorSource[] = tensors.map(({ name, shape, value }) => ({
    name,
    dtype: value.dtype === 'u8' ? 'U8' : 'F32',
    shape,
    read: () => piecesOf(device, value),
  }));
  await writeSafetensors(file, sources);
}

async function* piecesOf(device: Device, value: DeviceBuffer): AsyncGenerator<Uint8Array> {
  const elements = piece(device);
  for (let offset = 0; offset < value.length; offset += elements) {
    const part = value.slice(offset, Math.min(elements, value.length - offset));
    const { buffer, byteOffset, byteLength } =
      part.dtype === 'u8' ? await device.readBytes(part) : await device.readFloats(part);
    yield new Uint8Array(buffer, byteOffset, byteLength);
  }
}

/**
 * Fills tensors from a safetensors file that holds exactly these, in fp32, bf16 or fp16, or u8 where they are.
 * @throws SftError corrupt-safetensors, tensors-do-not-fit
 */
export function readTensors(device: Device, file: string, tensors: readonly NamedTensor[]): void {
  const header = readSafetensorsHeader(file);
  const names = new Set(tensors.map((tensor) => tensor.name));
  const extra = [...header.tensors.keys()].find((name) => !names.has(name));
  if (extra !== undefined) throw doesNotFit(file, `${extra} has no place in the model`);
  const fd = openSync(file, 'r');
  try {
    for (const tensor of tensors) {
      const entry = header.tensors.get(tensor.name);
      if (entry === undefined) throw doesNotFit(file, `${tensor.name} is missing`);
      if (entry.shape.join() !== tensor.shape.join()) {
        const shapes = `[${entry.shape.join(', ')}], the model needs [${tensor.shape.join(', ')}]`;
        throw doesNotFit(file, `${tensor.name} has the shape ${shapes}`);
      }
      const { value } = tensor;
      const { dtype } = entry;
      const fits = value.dtype === 'u8' ? dtype === 'U8' : dtype === 'F32' || dtype === 'BF16' || dtype === 'F16';
      if (!fits) {
        const wanted = value.dtype === 'u8' ? 'as U8' : 'in fp32, bf16 or fp16';
        throw doesNotFit(file, `${entry.name} is stored as ${dtype}, not ${wanted}`);
      }
      const width = entry.byteLength / Math.max(1, value.length);
      const elements = piece(device);
      for (let offset = 0; offset < value.length; offset += elements) {
        const part = value.slice(offset, Math.min(elements, value.length - offset));
        const bytes = readBytes(fd, entry.byteOffset + offset * width, part.length * width, file);
        upload(device, part, dtype, bytes);
      }
    }
  } finally {
    closeSync(fd);
  }
}

/** Elements of a tensor that are in this process's memory at once on their way between device and file. */
function piece({ traits }: Device): number {
  return Math.max(1, Math.floor(traits.transferBytes / 4));
}

function upload(device: Device, value: DeviceBuffer, dtype: string, bytes: Uint8Array<ArrayBuffer>): void {
  if (dtype === 'F32') {
    device.write(value, new Float32Array(bytes.buffer));
    return;
  }
  if (dtype === 'U8') {
    device.write(value, bytes);
    return;
  }
  const staged = device.alloc(dtype === 'BF16' ? 'bf16' : 'f16', value.length);
  device.write(staged, new Uint16Array(bytes.buffer));
  const r = device.begin();
  r.copy(value, staged);
  device.submit(r);
  device.free(staged);
}

function doesNotFit(file: string, reason: string): SftError {
  return new SftError('tensors-do-not-fit', reason, {
    file,
    remedy: 'these weights were trained on another base model: give that one',
    exitCode: 2,
  });
}
