import koffi from 'koffi';
import { driverError } from './driver-errors';

/** What is asked of the driver (https://docs.nvidia.com/cuda/cuda-driver-api), and what each call takes; each gives a CUresult. */
const CALLS = {
  cuInit: ['uint'],
  cuDriverGetVersion: ['void *'],
  cuDeviceGetCount: ['void *'],
  cuDeviceGet: ['void *', 'int'],
  cuDeviceGetName: ['void *', 'int', 'int'],
  cuDeviceGetAttribute: ['void *', 'int', 'int'],
  cuDevicePrimaryCtxRetain: ['void *', 'int'],
  cuDevicePrimaryCtxRelease_v2: ['int'],
  cuCtxSetCurrent: ['uintptr_t'],
  cuMemGetInfo_v2: ['void *', 'void *'],
  cuStreamCreate: ['void *', 'uint'],
  cuStreamQuery: ['uintptr_t'],
  cuMemAlloc_v2: ['void *', 'size_t'],
  cuMemFree_v2: ['uint64_t'],
  cuMemsetD8Async: ['uint64_t', 'uint8_t', 'size_t', 'uintptr_t'],
  cuMemcpyHtoDAsync_v2: ['uint64_t', 'void *', 'size_t', 'uintptr_t'],
  cuMemcpyDtoH_v2: ['void *', 'uint64_t', 'size_t'],
  cuModuleLoadData: ['void *', 'void *'],
  cuModuleGetFunction: ['void *', 'uintptr_t', 'string'],
  cuLaunchKernel: ['uintptr_t', ...Array<string>(7).fill('uint'), 'uintptr_t', 'uintptr_t', 'void *'],
} as const satisfies Record<string, readonly string[]>;

export type DriverCall = keyof typeof CALLS;
type Argument = number | string | ArrayBufferView;

/** Every call, in the order in which a run first makes them. */
export const DRIVER_CALLS = Object.keys(CALLS) as readonly DriverCall[];

/** CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR and _MINOR. */
export const CAPABILITY = { major: 75, minor: 76 } as const;

const SUCCESS = 0;
const NOT_READY = 600;

/** What a device asks of the driver. */
export interface Driver {
  /** @throws SftError where it fails: see `driverError` */
  call(name: DriverCall, ...args: readonly Argument[]): void;
  /** Calls what writes a number of so many bytes to its first argument, and gives that. @throws SftError as `call` */
  ask(name: DriverCall, bytes: 4 | 8, ...args: readonly Argument[]): number;
  /** Whether nothing is under way on a stream any more. @throws SftError what went wrong there */
  isDone(stream: number): boolean;
}

/** The driver of NVIDIA's graphics cards. */
export class CudaDriver implements Driver {
  readonly #calls: ReadonlyMap<DriverCall, (...args: readonly Argument[]) => number>;
  readonly #errorName: (code: number, name: string[]) => number;

  /**
   * Loads the library of the driver and starts it. Throws what koffi throws where it cannot be loaded, or is no driver.
   * @throws SftError what the driver says
   */
  constructor(file: string) {
    const library = koffi.load(file);
    this.#calls = new Map(DRIVER_CALLS.map((name) => [name, library.func(name, 'int', [...CALLS[name]])]));
    this.#errorName = library.func('cuGetErrorName', 'int', ['int', koffi.out(koffi.pointer('string'))]);
    this.call('cuInit', 0);
  }

  call(name: DriverCall, ...args: readonly Argument[]): void {
    const code = this.#calls.get(name)!(...args);
    if (code !== SUCCESS) throw this.#error(name, code);
  }

  ask(name: DriverCall, bytes: 4 | 8, ...args: readonly Argument[]): number {
    const result = bytes === 4 ? new Int32Array(1) : new BigUint64Array(1);
    this.call(name, result, ...args);
    return Number(result[0]);
  }

  isDone(stream: number): boolean {
    const code = this.#calls.get('cuStreamQuery')!(stream);
    if (code !== SUCCESS && code !== NOT_READY) throw this.#error('cuStreamQuery', code);
    return code === SUCCESS;
  }

  #error(call: DriverCall, code: number): Error {
    const name: string[] = [''];
    const known = this.#errorName(code, name) === SUCCESS;
    return driverError(call, known ? name[0]! : `error ${code}`);
  }
}
