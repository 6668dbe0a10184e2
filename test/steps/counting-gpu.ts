import type { Gpu, GpuDispatch } from '../../src/compute/webgpu/binding';

/** WebGPU that makes and runs nothing, and counts what it is asked for. What is read is zeros. */
export class CountingGpu implements Gpu {
  readonly fault = undefined;
  /** Buffers and groups of bindings that were made. */
  made = 0;
  waits = 0;
  /** How often each program was dispatched. */
  readonly kernels = new Map<string, number>();

  createBuffer(): object {
    this.made++;
    return {};
  }

  destroyBuffer(): void {
    // Nothing is held.
  }

  write(): void {
    // Nothing is held.
  }

  read(_buffer: object, _offset: number, bytes: number): Promise<ArrayBuffer> {
    this.waits++;
    return Promise.resolve(new ArrayBuffer(bytes));
  }

  createPipeline(name: string): object {
    return { name };
  }

  bindBuffers(): object {
    this.made++;
    return {};
  }

  bindParameters(): object {
    this.made++;
    return {};
  }

  submit(dispatches: readonly GpuDispatch[]): void {
    for (const { pipeline } of dispatches) {
      const { name } = pipeline as { readonly name: string };
      this.kernels.set(name, (this.kernels.get(name) ?? 0) + 1);
    }
  }

  done(): Promise<void> {
    this.waits++;
    return Promise.resolve();
  }
}
