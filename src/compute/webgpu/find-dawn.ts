import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { findPackage, packageHome, packageUnusable, type OptionalPackage } from '../optional-package';
import type { Unavailable } from '../provider';
import type { Dawn } from './dawn-types';

/** Its other versions were not tried. */
const VERSION = '0.6.2';

const DAWN: OptionalPackage = { kind: 'webgpu', name: 'webgpu', brings: 'WebGPU' };

/**
 * The addon of the npm package `webgpu` for this platform, where that is installed.
 * @throws SftError webgpu-unusable where the package is damaged
 */
export function findDawn(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const platform = process.platform === 'darwin' ? 'darwin-universal' : `${process.platform}-${process.arch}`;
  return findPackage(DAWN, env)
    .map((manifest) => path.join(path.dirname(manifest), 'dist', platform, 'dawn.node'))
    .find((addon) => existsSync(addon));
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
      remedy:
        'set "sft.node" in the settings of VS Code to a Node.js of version 20 or newer, train with sft train in a terminal, or set "device": "cpu"',
    };
  }
  if (addon !== undefined) return undefined;
  return {
    code: 'webgpu-not-installed',
    reason: 'the npm package webgpu is not installed, which brings WebGPU to Node',
    remedy: `run npm install --ignore-scripts --prefix ${JSON.stringify(packageHome(DAWN))} webgpu@${VERSION} (132 MB), or use --device cpu`,
  };
}

/** @throws SftError webgpu-unusable */
export function loadDawn(addon: string): Dawn {
  try {
    return createRequire(addon)(addon) as Dawn;
  } catch (error) {
    throw packageUnusable(DAWN, addon, error);
  }
}
