import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { PackedArguments, type KernelArgument } from './arguments';
import type { Address } from './cuda-buffer';
import { CAPABILITY, type Driver } from './driver';

/** Threads of a block, of every kernel: THREADS of native/cuda/sft_cuda.h. */
export const THREADS = 256;
/** Ampere: the first whose tensor cores multiply bf16. */
export const FIRST_WITH_BF16 = 8;
/** So long a wait asks again at every turn of the event loop; then every millisecond. */
const EAGER_MS = 5;

/** The context that the driver's calls are about, 0 where that is unknown: there is one for the whole process. */
let current = 0;

/** One graphics card of NVIDIA with the kernels on it: memory, and one stream on which all happens in the order of the calls. */
export class CudaContext {
  /** Which kernels use tensor cores, as their names end: as exact as fp32, or of factors rounded to bf16. */
  readonly tensorCores: 'bf16' | 'rounded' | undefined;
  readonly #driver: Driver;
  readonly #context: number;
  readonly #stream: number;
  readonly #module: number;
  readonly #functions = new Map<string, number>();
  readonly #arguments = new PackedArguments();

  /**
   * @param ordinal the driver's number of it
   * @param kernels of native/cuda, compiled
   * @param rounds whether factors of large products are rounded to bf16, on a card that multiplies these
   * @throws SftError what the driver says
   */
  constructor(driver: Driver, ordinal: number, kernels: Uint8Array, rounds = false) {
    this.#driver = driver;
    const device = driver.ask('cuDeviceGet', 4, ordinal);
    const hasBf16 = driver.ask('cuDeviceGetAttribute', 4, CAPABILITY.major, device) >= FIRST_WITH_BF16;
    this.tensorCores = hasBf16 ? (rounds ? 'rounded' : 'bf16') : undefined;
    this.#context = driver.ask('cuDevicePrimaryCtxRetain', 8, device);
    this.#use();
    this.#stream = driver.ask('cuStreamCreate', 8, 0);
    this.#module = driver.ask('cuModuleLoadData', 8, kernels);
  }

  /** Does something within a device's context, which stays no longer than that. @throws SftError what the driver says */
  static within(driver: Driver, device: number, work: () => void): void {
    current = 0;
    driver.call('cuCtxSetCurrent', driver.ask('cuDevicePrimaryCtxRetain', 8, device));
    try {
      work();
    } finally {
      driver.call('cuDevicePrimaryCtxRelease_v2', device);
    }
  }

  /** @throws SftError out-of-memory */
  alloc(bytes: number): Address {
    return this.#use().ask('cuMemAlloc_v2', 8, bytes);
  }

  /** Waits for what is under way. */
  free(address: Address): void {
    this.#use().call('cuMemFree_v2', address);
  }

  clear(address: Address, bytes: number): void {
    this.#use().call('cuMemsetD8Async', address, 0, bytes, this.#stream);
  }

  /** The data may change as soon as this comes back. */
  upload(address: Address, data: Uint8Array): void {
    this.#use().call('cuMemcpyHtoDAsync_v2', address, data, data.length, this.#stream);
  }

  /** What lies there after all that was enqueued. */
  async download(into: ArrayBufferView, address: Address): Promise<void> {
    await this.done();
    this.#use().call('cuMemcpyDtoH_v2', into, address, into.byteLength);
  }

  /** Enqueues a kernel of native/cuda/kernels. @param grid blocks in both directions; none where one is 0 */
  launch(kernel: string, [x, y]: readonly [x: number, y: number], args: readonly KernelArgument[]): void {
    if (x === 0 || y === 0) return;
    const driver = this.#use();
    this.#arguments.pack(args);
    const { extra } = this.#arguments;
    driver.call('cuLaunchKernel', this.#function(kernel), x, y, 1, THREADS, 1, 1, 0, this.#stream, 0, extra);
  }

  /** Waits for all that was enqueued. @throws SftError what went wrong there */
  async done(): Promise<void> {
    const begin = performance.now();
    while (!this.#use().isDone(this.#stream)) {
      if (performance.now() - begin < EAGER_MS) await nextTurn();
      else await pause(1);
    }
  }

  #function(kernel: string): number {
    let found = this.#functions.get(kernel);
    if (found === undefined) {
      found = this.#driver.ask('cuModuleGetFunction', 8, this.#module, `sft_${kernel}`);
      this.#functions.set(kernel, found);
    }
    return found;
  }

  #use(): Driver {
    if (current !== this.#context) this.#driver.call('cuCtxSetCurrent', this.#context);
    current = this.#context;
    return this.#driver;
  }
}
