import { createRequire } from 'node:module';
import path from 'node:path';
import { SftError } from '../../base/errors';
import { findBuilt } from '../find-built';
import { findPackage, packageUnusable, type OptionalPackage } from '../optional-package';
import type { TensorFlow } from './tensorflow';

const ON_CARD: OptionalPackage = { kind: 'tfjs', name: '@tensorflow/tfjs-node-gpu', brings: 'TensorFlow.js' };

/** What brings TensorFlow.js here. */
export interface Found {
  /** For people. */
  readonly name: string;
  /** @throws SftError tfjs-unusable */
  readonly load: () => Promise<TensorFlow>;
}

/**
 * The package for graphics cards of NVIDIA where a person has installed that, else the WebAssembly that comes with this program.
 * @throws SftError tfjs-unusable where the package is damaged, tfjs-not-built
 */
export function findTensorFlow(env: NodeJS.ProcessEnv = process.env): Found {
  const [manifest] = findPackage(ON_CARD, env);
  if (manifest !== undefined) return { name: 'TensorFlow.js by tfjs-node-gpu', load: () => loadOnCard(manifest) };
  const wasm = findBuilt(__dirname, [path.join('dist', 'tfjs', 'wasm.js')]);
  if (wasm !== undefined) return { name: 'TensorFlow.js in WebAssembly, slow', load: () => loadWasm(wasm) };
  throw new SftError('tfjs-not-built', 'TensorFlow.js is not built', { remedy: 'run npm run build', exitCode: 2 });
}

async function loadOnCard(manifest: string): Promise<TensorFlow> {
  // NVIDIA's libraries multiply fp32 with the ten bits of TF32 unless this is set when they are loaded.
  process.env['NVIDIA_TF32_OVERRIDE'] ??= '0';
  try {
    const tf = createRequire(manifest)(path.dirname(manifest)) as TensorFlow;
    await tf.ready();
    return tf;
  } catch (error) {
    throw packageUnusable(ON_CARD, path.dirname(manifest), error);
  }
}

async function loadWasm(file: string): Promise<TensorFlow> {
  try {
    return await (createRequire(file)(file) as typeof import('./wasm')).openWasm();
  } catch (error) {
    throw packageUnusable(ON_CARD, file, error, 'install this program again');
  }
}
