import koffi from 'koffi';
import { CudaContext } from '../../src/compute/cuda/context';
import type { DriverCall } from '../../src/compute/cuda/driver';
import { findCuda, loadDriver, readKernels, type CudaInstallation } from '../../src/compute/cuda/installation';

/** Where the emulated driver and its kernels are. */
function installation(): CudaInstallation {
  const found = findCuda();
  if ('reason' in found) throw new Error(`${found.reason}: run this by npm test`);
  return found;
}

let failing: ((call: string | null, code: number, after: number) => void) | undefined;

/** What the emulated driver does beside being a driver. */
export const emulation = {
  /** Lets a call fail after so many that go well. */
  fail(call: DriverCall, code: number, after = 0): void {
    failing ??= koffi.load(installation().driver).func('void sft_emulation_fail(const char *, int, int)');
    failing(call, code, after);
  },
  /** Forgets planned failures, what is enqueued, and what broke the context. */
  reset(): void {
    this.fail('cuInit', 0);
    failing!(null, 0, 0);
  },
};

/** A context on the emulated device. */
export function openContext(): CudaContext {
  const { driver, kernels } = installation();
  return new CudaContext(loadDriver(driver), 0, readKernels(kernels));
}
