/**
 * TensorFlow.js with its WebAssembly backend: bundled to dist/tfjs/wasm.js, beside the WebAssembly, and loaded when the device is opened,
 * so that a start without it reads none of it.
 */
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import type { TensorFlow } from './tensorflow';

/** What Emscripten listens to, to throw it again: how this process ends is not its business. */
const LISTENED = ['uncaughtException', 'unhandledRejection'] as const;

/** @throws Error where the WebAssembly cannot be read or does not run here */
export async function openWasm(): Promise<TensorFlow> {
  const before = LISTENED.map((event) => process.rawListeners(event));
  setWasmPaths(`${__dirname}/`);
  const isOpen = await tf.setBackend('wasm');
  LISTENED.forEach((event, i) => {
    for (const listener of process.rawListeners(event)) {
      if (!before[i]!.includes(listener)) process.removeListener(event, listener as () => void);
    }
  });
  if (!isOpen) throw new Error(`no WebAssembly in ${__dirname} that runs here`);
  return tf;
}
