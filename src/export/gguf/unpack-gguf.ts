import { open, writeFile, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { SftError } from '../../base/errors';
import { writeSafetensors, type TensorSource, type TensorType } from '../../base/safetensors';
import { PRE_TOKENIZERS } from './pre-tokenizers';
import { separateHeads } from './permute';
import { dequantise } from './quantise';
import { readGguf, type GgufFile, type ReadValue, type StoredTensor } from './read-gguf';
import { mergesOf } from './spm-scores';
import { isRotated, transformersName } from './tensor-names';
import { TOKEN_TYPES } from './tokenizer-metadata';

const ARCHITECTURES: Readonly<Record<string, string>> = {
  llama: 'LlamaForCausalLM',
  qwen2: 'Qwen2ForCausalLM',
  qwen3: 'Qwen3ForCausalLM',
};
const PLAIN: Readonly<Record<string, TensorType>> = { f32: 'F32', f16: 'F16', bf16: 'BF16' };

/**
 * Makes a model folder of a GGUF file that this program wrote, from what is in the file alone, so that it can be run here and compared.
 * Blocks become fp32: the folder may be several times as large as the file.
 * @throws SftError corrupt-gguf, unreadable-file
 */
export async function unpackGguf(file: string, folder: string): Promise<void> {
  const gguf = await readGguf(file);
  const metadata = new Values(gguf);
  const write = (name: string, value: unknown): Promise<void> =>
    writeFile(path.join(folder, name), JSON.stringify(value));
  await write('config.json', configOf(gguf, metadata));
  await write('tokenizer.json', tokenizerOf(metadata));
  await write('tokenizer_config.json', tokenizerConfigOf(metadata));
  await writeFile(path.join(folder, 'chat_template.jinja'), metadata.text('tokenizer.chat_template'));
  const handle = await open(file);
  try {
    const headDim = metadata.number(`${metadata.text('general.architecture')}.attention.key_length`);
    const turns = metadata.text('general.architecture') === 'llama';
    const tensors = [...gguf.tensors.values()].filter(({ name }) => name !== 'rope_freqs.weight');
    await writeSafetensors(
      path.join(folder, 'model.safetensors'),
      tensors.map((tensor) => restored(handle, tensor, turns ? headDim : undefined)),
    );
  } finally {
    await handle.close();
  }
}

/** @param headDim where rows of q and k are to be put back into the order of transformers */
function restored(handle: FileHandle, stored: StoredTensor, headDim: number | undefined): TensorSource {
  const name = transformersName(stored.name);
  const { type, shape } = stored;
  return {
    name,
    dtype: PLAIN[type] ?? 'F32',
    shape,
    async read() {
      const bytes = new Uint8Array(stored.bytes);
      await handle.read(bytes, 0, stored.bytes, stored.offset);
      const values = type === 'q8_0' || type === 'q4_0' ? new Uint8Array(dequantise(type, bytes).buffer) : bytes;
      return headDim !== undefined && isRotated(name) ? separateHeads(values, shape[0]!, headDim) : values;
    },
  };
}

function configOf({ tensors }: GgufFile, metadata: Values): Readonly<Record<string, unknown>> {
  const name = metadata.text('general.architecture');
  const number = (key: string): number => metadata.number(`${name}.${key}`);
  const linear = metadata.values.get(`${name}.rope.scaling.factor`);
  const llama3 = metadata.values.get('sft.rope_scaling');
  const scaling = typeof llama3 === 'string' ? (JSON.parse(llama3) as unknown) : { type: 'linear', factor: linear };
  return {
    architectures: [ARCHITECTURES[name]],
    vocab_size: number('vocab_size'),
    hidden_size: number('embedding_length'),
    intermediate_size: number('feed_forward_length'),
    num_hidden_layers: number('block_count'),
    num_attention_heads: number('attention.head_count'),
    num_key_value_heads: number('attention.head_count_kv'),
    head_dim: number('attention.key_length'),
    rms_norm_eps: shortest(number('attention.layer_norm_rms_epsilon')),
    rope_theta: number('rope.freq_base'),
    max_position_embeddings: number('context_length'),
    attention_bias: tensors.has('blk.0.attn_output.bias'),
    tie_word_embeddings: !tensors.has('output.weight'),
    eos_token_id: ['eos', 'eot', 'eom']
      .map((key) => metadata.values.get(`tokenizer.ggml.${key}_token_id`))
      .filter((id) => id !== undefined),
    ...(llama3 === undefined && linear === undefined ? {} : { rope_scaling: scaling }),
  };
}

/** The decimal number that a person wrote for an fp32 one. */
function shortest(value: number): number {
  return Number(value.toPrecision(7));
}

function tokenizerOf(metadata: Values): Readonly<Record<string, unknown>> {
  const texts = metadata.list('tokenizer.ggml.tokens') as readonly string[];
  const types = metadata.list('tokenizer.ggml.token_type') as readonly number[];
  const isAdded = (id: number): boolean => types[id] === TOKEN_TYPES.control || types[id] === TOKEN_TYPES.userDefined;
  const ids = texts.map((_, id) => id).filter((id) => types[id] !== TOKEN_TYPES.unused);
  const vocab = new Map(ids.map((id) => [texts[id]!, id]));
  const added = ids.filter(isAdded).map((id) => ({
    id,
    content: texts[id],
    special: types[id] === TOKEN_TYPES.control,
    normalized: false,
  }));
  const shared = { added_tokens: added, decoder: null };
  if (metadata.text('tokenizer.ggml.model') === 'gpt2') {
    const pre = PRE_TOKENIZERS.find(({ name }) => name === metadata.text('tokenizer.ggml.pre'))!;
    const merges = metadata.list('tokenizer.ggml.merges');
    return {
      ...shared,
      decoder: { type: 'ByteLevel' },
      pre_tokenizer: { type: 'Sequence', pretokenizers: pre.stages },
      model: { type: 'BPE', vocab: Object.fromEntries(vocab), merges, ignore_merges: pre.ignoresMerges },
    };
  }
  const scores = metadata.list('tokenizer.ggml.scores') as readonly number[];
  const plain = new Map(ids.filter((id) => types[id] === TOKEN_TYPES.normal).map((id) => [texts[id]!, scores[id]!]));
  const blank = { type: 'Replace', pattern: { String: ' ' }, content: '\u2581' };
  const prefix = { type: 'Prepend', prepend: '\u2581' };
  return {
    ...shared,
    decoder: {
      type: 'Sequence',
      decoders: [
        { type: 'Replace', pattern: { String: '\u2581' }, content: ' ' },
        { type: 'ByteFallback' },
        { type: 'Fuse' },
      ],
    },
    normalizer:
      metadata.values.get('tokenizer.ggml.add_space_prefix') === true
        ? { type: 'Sequence', normalizers: [prefix, blank] }
        : blank,
    model: { type: 'BPE', vocab: Object.fromEntries(vocab), merges: mergesOf(vocab, plain), byte_fallback: true },
  };
}

function tokenizerConfigOf(metadata: Values): Readonly<Record<string, unknown>> {
  const texts = metadata.list('tokenizer.ggml.tokens') as readonly string[];
  const entries = ['bos', 'eos'].flatMap((key) => {
    const id = metadata.values.get(`tokenizer.ggml.${key}_token_id`);
    return typeof id === 'number' ? [[`${key}_token`, texts[id]]] : [];
  });
  return Object.fromEntries(entries) as Record<string, unknown>;
}

class Values {
  readonly values: ReadonlyMap<string, ReadValue>;

  constructor(private readonly gguf: GgufFile) {
    this.values = gguf.metadata;
  }

  text(key: string): string {
    return this.expect(key, (value): value is string => typeof value === 'string');
  }

  number(key: string): number {
    return this.expect(key, (value): value is number => typeof value === 'number');
  }

  list(key: string): readonly (string | number)[] {
    return this.expect(key, (value): value is readonly (string | number)[] & ReadValue => Array.isArray(value));
  }

  private expect<T extends ReadValue>(key: string, is: (value: ReadValue | undefined) => value is T): T {
    const value = this.values.get(key);
    if (is(value)) return value;
    throw new SftError('corrupt-gguf', `it says nothing of ${key}`, {
      file: this.gguf.file,
      remedy: 'name a GGUF file that `sft export` wrote',
      exitCode: 2,
    });
  }
}
