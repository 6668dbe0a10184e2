import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { tensorBytes, writeSafetensors, type TensorSource } from '../../base/safetensors';

/** transformers' default. */
const SHARD_BYTES = 5_000_000_000;

/**
 * Writes tensors as a model folder has them: model.safetensors, or where they are more than `shardBytes` several files with their index.
 * The caller writes aside and renames.
 */
export async function writeShards(
  folder: string,
  tensors: readonly TensorSource[],
  shardBytes = SHARD_BYTES,
): Promise<void> {
  const shards = cutIntoShards(tensors, shardBytes);
  if (shards.length === 1) {
    await writeSafetensors(path.join(folder, 'model.safetensors'), tensors);
    return;
  }
  const map: Record<string, string> = {};
  const five = (n: number): string => String(n).padStart(5, '0');
  for (const [index, shard] of shards.entries()) {
    const file = `model-${five(index + 1)}-of-${five(shards.length)}.safetensors`;
    for (const { name } of shard) map[name] = file;
    await writeSafetensors(path.join(folder, file), shard);
  }
  const total = tensors.reduce((sum, tensor) => sum + tensorBytes(tensor), 0);
  const index = { metadata: { total_size: total }, weight_map: map };
  await writeFile(path.join(folder, 'model.safetensors.index.json'), `${JSON.stringify(index, null, 2)}\n`);
}

/** In their order; a tensor larger than a shard has one of its own. */
function cutIntoShards(tensors: readonly TensorSource[], shardBytes: number): TensorSource[][] {
  const shards: TensorSource[][] = [[]];
  let held = 0;
  for (const tensor of tensors) {
    const bytes = tensorBytes(tensor);
    if (held > 0 && held + bytes > shardBytes) {
      shards.push([]);
      held = 0;
    }
    shards.at(-1)!.push(tensor);
    held += bytes;
  }
  return shards;
}
