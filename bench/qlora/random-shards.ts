import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createRandom } from '../../src/base/random';
import { tensorBytes } from '../../src/base/safetensors';
import { writeShards } from '../../src/export/merged/shards';
import { parseLlamaConfig } from '../../src/model/llama-config';
import { expectedTensors } from '../../src/model/weights';
import { SHAPES, type ShapeName } from '../train/shapes';

/** Elements that are drawn; tensors take them again and again, each from another place on. */
const DRAWN = 1 << 22;
const ONE = 0x3f80;

/** A model folder of bf16 shards: norms 1, the rest uniform with deviation 0.02. Drawn once and repeated, as 16 GB take long to draw. */
export async function writeRandomShards(name: ShapeName, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'config.json'), JSON.stringify(SHAPES[name], null, 2));
  const random = createRandom(1);
  const width = (2 * 0.02 * Math.sqrt(3)) / 2 ** 32;
  const floats = Float32Array.from({ length: DRAWN }, () => (random.nextUint32() - 2 ** 31) * width);
  const drawn = Uint16Array.from(new Uint32Array(floats.buffer), (bits) => bits >>> 16);
  const tensors = [...expectedTensors(parseLlamaConfig(SHAPES[name], 'config.json'))].map(([tensor, shape]) => ({
    name: tensor,
    dtype: 'BF16' as const,
    shape,
    async *read() {
      const elements = tensorBytes({ dtype: 'BF16', shape }) / 2;
      for (let left = elements; left > 0;) {
        const from = random.below(DRAWN / 2);
        const piece = shape.length === 1 ? new Uint16Array(left).fill(ONE) : drawn.subarray(from, from + left);
        yield await Promise.resolve(new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength));
        left -= piece.length;
      }
    },
  }));
  await writeShards(folder, tensors);
}
