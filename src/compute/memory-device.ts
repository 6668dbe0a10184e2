import type { DeviceBuffer, DeviceMemory, DType, HostArray, WeightFile } from './memory';
import type { DeviceTraits } from './traits';

/** What a device does by its memory alone. */
export abstract class MemoryDevice<Memory extends Omit<DeviceMemory, 'traits'>> implements DeviceMemory {
  abstract readonly traits: DeviceTraits;

  constructor(protected readonly memory: Memory) {}

  get allocatedBytes(): number {
    return this.memory.allocatedBytes;
  }

  alloc(dtype: DType, length: number): DeviceBuffer {
    return this.memory.alloc(dtype, length);
  }

  free(buffer: DeviceBuffer): void {
    this.memory.free(buffer);
  }

  openWeights(path: string): WeightFile {
    return this.memory.openWeights(path);
  }

  advise(buffer: DeviceBuffer, use: 'soon' | 'done'): void {
    this.memory.advise(buffer, use);
  }

  write(buffer: DeviceBuffer, data: HostArray): void {
    this.memory.write(buffer, data);
  }
}
