import { readFileSync } from 'node:fs';
import path from 'node:path';
import { SftError } from '../../base/errors';
import { findBuilt } from '../find-built';
import type { Unavailable } from '../provider';
import { CudaDriver } from './driver';

const KERNELS = 'sft_cuda.fatbin';
const DRIVERS: Readonly<Record<string, string>> = { linux: 'libcuda.so.1', win32: 'nvcuda.dll' };

/** What computing with CUDA takes. */
export interface CudaInstallation {
  /** The library of the driver: a name that the system finds, or a path. */
  readonly driver: string;
  /** The file of the compiled kernels. */
  readonly kernels: string;
}

/**
 * The driver of this system, and the kernels of this checkout or package. SFT_CUDA names a folder with others of both, as tests do.
 * Nothing is loaded.
 */
export function findCuda(env: NodeJS.ProcessEnv = process.env): CudaInstallation | Unavailable {
  const { SFT_CUDA: named } = env;
  if (named !== undefined && named !== '') {
    return { driver: path.resolve(named, 'libcuda.so.1'), kernels: path.resolve(named, KERNELS) };
  }
  const driver = DRIVERS[process.platform];
  if (driver === undefined) {
    return {
      code: 'cuda-no-driver',
      reason: `there is no CUDA for ${process.platform}`,
      remedy: 'use --device webgpu or --device cpu',
    };
  }
  const ofNpm = path.join('node_modules', `sft-workbench-${process.platform}-${process.arch}`, KERNELS);
  const kernels = findBuilt(__dirname, [path.join('dist', 'cuda', KERNELS), ofNpm]);
  if (kernels !== undefined) return { driver, kernels };
  return {
    code: 'cuda-kernels-missing',
    reason: 'the kernels for CUDA are not built',
    remedy: 'run npm run build:cuda (it downloads the compiler if it is missing: 282 MB), or use --device cpu',
  };
}

const drivers = new Map<string, CudaDriver>();

/**
 * The driver, loaded and started once.
 * @throws SftError cuda-no-driver, or what the driver says
 */
export function loadDriver(file: string): CudaDriver {
  let driver = drivers.get(file);
  if (driver === undefined) {
    try {
      driver = new CudaDriver(file);
    } catch (error) {
      if (error instanceof SftError) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw new SftError('cuda-no-driver', `the NVIDIA driver cannot be loaded: ${reason}`, {
        remedy: 'install the driver of your graphics card (NVIDIA 580 or newer), or use --device cpu',
        exitCode: 2,
        cause: error,
      });
    }
    drivers.set(file, driver);
  }
  return driver;
}

/** @throws SftError cuda-kernels-unusable */
export function readKernels(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SftError('cuda-kernels-unusable', `the kernels for CUDA cannot be read: ${reason}`, {
      file,
      remedy: 'run npm run build:cuda again, or use --device cpu',
      exitCode: 2,
      cause: error,
    });
  }
}
