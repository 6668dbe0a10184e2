import { open, writeFile, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { GgufValues } from '../../base/gguf/gguf-values';
import { readGguf, type StoredTensor } from '../../base/gguf/read-gguf';
import { writeSafetensors, type TensorSource } from '../../base/safetensors';
import { separateHeads } from '../../model/gguf/permute';
import { ggufName, isRotated } from '../../model/gguf/tensor-names';
import type { LlamaConfig } from '../../model/llama-config';
import { modulePath } from '../../model/projections';
import { architectureOf } from './architecture';

/** A pair of matrices in a file, and the matrix of the model that it changes. */
interface Pair {
  /** As PEFT names it: `model.layers.0.self_attn.q_proj` */
  readonly module: string;
  readonly a: StoredTensor;
  readonly b: StoredTensor;
}

/**
 * Makes a PEFT adapter folder of a LoRA that this program wrote as GGUF, from what is in the file alone.
 * @param config of the base model
 * @throws SftError corrupt-gguf, unreadable-file
 */
export async function unpackLora(file: string, folder: string, config: LlamaConfig): Promise<void> {
  const gguf = readGguf(file);
  const pairs = pairsOf(gguf.tensors, config);
  const values = new GgufValues(gguf);
  if (2 * pairs.length !== gguf.tensors.size) throw values.refuse('it holds tensors that are no pairs of LoRA');
  const ranks = Object.fromEntries(pairs.map(({ module, a }) => [module, a.shape[0]!]));
  const json = {
    peft_type: 'LORA',
    task_type: 'CAUSAL_LM',
    r: Object.values(ranks)[0] ?? 1,
    // One alpha for all pairs, and each pair's own rank.
    lora_alpha: values.number('adapter.lora.alpha'),
    rank_pattern: ranks,
    target_modules: Object.keys(ranks),
  };
  await writeFile(path.join(folder, 'adapter_config.json'), JSON.stringify(json));
  const handle = await open(file);
  try {
    const tensors = pairs.flatMap((pair) => sourcesOf(handle, pair, config));
    await writeSafetensors(path.join(folder, 'adapter_model.safetensors'), tensors);
  } finally {
    await handle.close();
  }
}

function pairsOf(tensors: ReadonlyMap<string, StoredTensor>, config: LlamaConfig): readonly Pair[] {
  return Array.from({ length: config.layers }, (_, layer) =>
    config.modules.flatMap((name) => {
      const within = `layers.${layer}.${modulePath(name)}`;
      const module = `${config.decoderPath}.${within}`;
      const stored = ggufName(`model.${within}.weight`, config);
      const [a, b] = ['lora_a', 'lora_b'].map((kind) => tensors.get(`${stored}.${kind}`));
      return a === undefined || b === undefined ? [] : [{ module, a, b }];
    }),
  ).flat();
}

function sourcesOf(handle: FileHandle, { module, a, b }: Pair, config: LlamaConfig): TensorSource[] {
  // Rows of B are outputs, which llama.cpp has in another order for some projections.
  const turned = architectureOf(config).interleaved === true && isRotated(`${module}.weight`);
  const source = (letter: 'A' | 'B', { shape, bytes: length, offset }: StoredTensor): TensorSource => ({
    name: `base_model.model.${module}.lora_${letter}.weight`,
    dtype: 'F32',
    shape,
    async read() {
      const bytes = new Uint8Array(length);
      await handle.read(bytes, 0, length, offset);
      return turned && letter === 'B' ? separateHeads(bytes, shape[0]!, config.headDim) : bytes;
    },
  });
  return [source('A', a), source('B', b)];
}
