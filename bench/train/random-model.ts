import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createRandom } from '../../src/base/random';
import { parseLlamaConfig } from '../../src/model/llama-config';
import { writeSafetensors } from '../../src/base/safetensors';
import { expectedTensors } from '../../src/model/weights';
import { SHAPES, type ShapeName } from './shapes';

/** A model folder of this shape with random weights (norms 1, the rest uniform with deviation 0.02), made once and kept. */
export async function randomModel(name: ShapeName, dtype: 'F32' | 'BF16' = 'F32'): Promise<string> {
  const folder = path.resolve('.cache/bench', dtype === 'F32' ? name : `${name}-bf16`);
  if (existsSync(folder)) return folder;
  const temporary = `${folder}.tmp`;
  rmSync(temporary, { recursive: true, force: true });
  mkdirSync(temporary, { recursive: true });
  const json = SHAPES[name];
  writeFileSync(path.join(temporary, 'config.json'), JSON.stringify(json, null, 2));
  const random = createRandom(1);
  const tensors = [...expectedTensors(parseLlamaConfig(json, 'config.json'))].map(([tensor, shape]) => ({
    name: tensor,
    dtype,
    shape,
    read: () => {
      const values = tensorValues(shape, () => random.nextUint32());
      const stored = dtype === 'F32' ? values : Uint16Array.from(new Uint32Array(values.buffer), (bits) => bits >>> 16);
      return Promise.resolve(new Uint8Array(stored.buffer));
    },
  }));
  await writeSafetensors(path.join(temporary, 'model.safetensors'), tensors);
  renameSync(temporary, folder);
  return folder;
}

/** Of a tensor's numbers so many are drawn, a prime: no row is another's copy. The others repeat them: billions take minutes to draw. */
const DRAWN = 4_194_301;

function tensorValues(shape: readonly number[], nextUint32: () => number): Float32Array<ArrayBuffer> {
  const values = new Float32Array(shape.reduce((product, n) => product * n, 1));
  if (shape.length === 1) values.fill(1);
  else {
    const width = (2 * 0.02 * Math.sqrt(3)) / 2 ** 32;
    const drawn = Math.min(DRAWN, values.length);
    for (let i = 0; i < drawn; i++) values[i] = (nextUint32() - 2 ** 31) * width;
    for (let at = drawn; at < values.length; at *= 2) values.copyWithin(at, 0, at);
  }
  return values;
}
