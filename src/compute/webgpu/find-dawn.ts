import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { SftError } from '../../base/errors';
import { ownFolder } from '../../base/own-folders';
import type { Unavailable } from '../provider';
import type { Dawn } from './dawn-types';

/** Its other versions were not tried. */
const VERSION = '0.6.2';

/** Where a person installs the package for all versions of this program: an extension's own folder goes with its next version. */
function dawnHome(): string {
  return path.join(ownFolder('data'), 'webgpu');
}

/**
 * The addon of the npm package `webgpu` for this platform, where that is installed: in the folder that SFT_WEBGPU names, in `dawnHome`, or
 * beside this program.
 * @throws SftError webgpu-unusable where the package is damaged
 */
export function findDawn(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const { SFT_WEBGPU: named } = env;
  const folders = [...(named === undefined || named === '' ? [] : [path.resolve(named)]), dawnHome(), __dirname];
  const platform = process.platform === 'darwin' ? 'darwin-universal' : `${process.platform}-${process.arch}`;
  for (const folder of folders) {
    const manifest = resolved(folder);
    const addon = manifest === undefined ? '' : path.join(path.dirname(manifest), 'dist', platform, 'dawn.node');
    if (existsSync(addon)) return addon;
  }
  return undefined;
}

function resolved(folder: string): string | undefined {
  try {
    return createRequire(path.join(folder, 'any.js')).resolve('webgpu/package.json');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND') return undefined;
    throw unusable(folder, error);
  }
}

/** What keeps WebGPU from running in this process, as far as it can be told without loading it. */
export function dawnUnavailable(
  addon: string | undefined,
  inElectron = 'electron' in process.versions,
): Unavailable | undefined {
  if (inElectron) {
    return {
      code: 'webgpu-in-editor',
      reason: 'WebGPU cannot be read back from within the editor',
      remedy: 'train with sft train --device webgpu in a terminal, or set "device": "cpu"',
    };
  }
  if (addon !== undefined) return undefined;
  return {
    code: 'webgpu-not-installed',
    reason: 'the npm package webgpu is not installed, which brings WebGPU to Node',
    remedy: `run npm install --ignore-scripts --prefix ${JSON.stringify(dawnHome())} webgpu@${VERSION} (132 MB), or use --device cpu`,
  };
}

/** @throws SftError webgpu-unusable */
export function loadDawn(addon: string): Dawn {
  try {
    return createRequire(addon)(addon) as Dawn;
  } catch (error) {
    throw unusable(addon, error);
  }
}

function unusable(file: string, error: unknown): SftError {
  const reason = error instanceof Error ? error.message : String(error);
  return new SftError('webgpu-unusable', `WebGPU cannot be loaded: ${reason}`, {
    file,
    remedy: 'install the package webgpu again, or use --device cpu',
    exitCode: 2,
    cause: error,
  });
}
