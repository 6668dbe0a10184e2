import { SftError } from '../base/errors';
import type { DeviceBuffer, DType, HostArray } from './memory';

const ARRAY_TYPES = {
  f32: Float32Array,
  i32: Int32Array,
  bf16: Uint16Array,
  f16: Uint16Array,
  u8: Uint8Array,
} as const;

/** What every device asks of data that is written into a buffer. @throws RangeError where type or length differ */
export function checkWritten({ dtype, length }: DeviceBuffer, data: HostArray): void {
  if (data instanceof ARRAY_TYPES[dtype] && data.length === length) return;
  const what = `${data.length} elements of ${data.constructor.name}`;
  throw new RangeError(`${what} do not fit a buffer of ${length} ${dtype}`);
}

/** @throws RangeError unless what is read is of one of these types */
export function checkRead({ dtype }: DeviceBuffer, ...types: readonly DType[]): void {
  if (!types.includes(dtype)) throw new RangeError(`the buffer holds ${dtype}, not ${types.join(' or ')}`);
}

/** @throws RangeError unless a buffer that is to be freed is all of what this device gave out */
export function checkFreed(isWhole: boolean): void {
  if (!isWhole) throw new RangeError('only a whole buffer from alloc can be freed');
}

/** What it comes to that the machine's own memory does not suffice. */
export function outOfHostMemory(bytes: number): SftError {
  return new SftError('out-of-memory', `the system has no ${Math.ceil(bytes / 2 ** 20)} MiB of memory left`, {
    remedy: 'lower per_device_batch_size or max_seq_length, or choose a smaller model',
  });
}
