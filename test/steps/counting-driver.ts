import type { Driver, DriverCall } from '../../src/compute/cuda/driver';

/** A driver of CUDA for a card of compute capability 9 that holds and runs nothing, and counts what it is asked for. */
export class CountingDriver implements Driver {
  /** Allocations of its memory. */
  made = 0;
  waits = 0;
  /** How often each kernel was launched. */
  readonly kernels = new Map<string, number>();
  readonly #names: string[] = [];

  call(name: DriverCall, ...args: readonly (number | string | ArrayBufferView)[]): void {
    if (name === 'cuMemcpyDtoH_v2') this.waits++;
    if (name !== 'cuLaunchKernel') return;
    const kernel = this.#names[Number(args[0])]!;
    this.kernels.set(kernel, (this.kernels.get(kernel) ?? 0) + 1);
  }

  ask(name: DriverCall, _bytes: 4 | 8, ...args: readonly (number | string | ArrayBufferView)[]): number {
    if (name === 'cuMemAlloc_v2') return ++this.made * 2 ** 32;
    if (name === 'cuModuleGetFunction') return this.#names.push(args[1] as string) - 1;
    return name === 'cuDeviceGetAttribute' ? 9 : 1;
  }

  isDone(): boolean {
    return true;
  }
}
