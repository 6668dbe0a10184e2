import type { DeviceBuffer, DeviceMemory } from './memory';
import { MemoryDevice } from './memory-device';

/** What a buffer holds, without a wait. */
export interface DirectMemory extends Omit<DeviceMemory, 'traits'> {
  /** Any float type as fp32. */
  readFloats(buffer: DeviceBuffer): Float32Array;
  readBits(buffer: DeviceBuffer): Uint16Array;
  readBytes(buffer: DeviceBuffer): Uint8Array;
}

/** A device whose kernels run as they are recorded: whatever is read is there. */
export abstract class DirectDevice<Memory extends DirectMemory> extends MemoryDevice<Memory> {
  readFloats(buffer: DeviceBuffer): Promise<Float32Array> {
    return settle(() => this.memory.readFloats(buffer));
  }

  readBits(buffer: DeviceBuffer): Promise<Uint16Array> {
    return settle(() => this.memory.readBits(buffer));
  }

  readBytes(buffer: DeviceBuffer): Promise<Uint8Array> {
    return settle(() => this.memory.readBytes(buffer));
  }

  sync(): Promise<void> {
    return Promise.resolve();
  }
}

/** A throw in `work` becomes a rejection, as it does on a device that runs later. */
function settle<T>(work: () => T): Promise<T> {
  return new Promise((resolve) => {
    resolve(work());
  });
}
