import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createRandom } from '../../src/base/random';
import { writeSafetensors } from '../../src/base/safetensors';
import { completeMerges } from './sentencepiece-merges';

const TEXT = path.resolve('test/reference/text');
const HIDDEN = 64;
const HEAD = 16;
const HEADS = 4;
const KV_HEADS = 2;
const WIDE = 96;
const LAYERS = 2;

export interface TinyFamily {
  readonly architecture: string;
  readonly tokenizer: string;
  readonly template: string;
  /** More of config.json. */
  readonly config?: Readonly<Record<string, unknown>>;
}

/** A model folder of random weights in fp32, with a tokenizer and a template of the references. */
export async function writeTinyModel(
  folder: string,
  { architecture, tokenizer, template, config }: TinyFamily,
): Promise<void> {
  mkdirSync(folder);
  const from = path.join(TEXT, 'tokenizers', tokenizer);
  copyFileSync(path.join(from, 'tokenizer_config.json'), path.join(folder, 'tokenizer_config.json'));
  copyFileSync(path.join(TEXT, 'templates', `${template}.jinja`), path.join(folder, 'chat_template.jinja'));
  const json = JSON.parse(readFileSync(path.join(from, 'tokenizer.json'), 'utf8')) as Record<string, unknown>;
  const { vocab, byte_fallback } = json['model'] as { vocab: Record<string, number>; byte_fallback?: boolean };
  if (byte_fallback === true) completeMerges(json);
  writeFileSync(path.join(folder, 'tokenizer.json'), JSON.stringify(json));
  const added = json['added_tokens'] as { id: number }[];
  const vocabulary = Math.max(...Object.values(vocab), ...added.map(({ id }) => id)) + 1;
  const values = {
    architectures: [architecture],
    hidden_size: HIDDEN,
    intermediate_size: WIDE,
    num_hidden_layers: LAYERS,
    num_attention_heads: HEADS,
    num_key_value_heads: KV_HEADS,
    head_dim: HEAD,
    vocab_size: vocabulary,
    max_position_embeddings: 512,
    rms_norm_eps: 1e-5,
    rope_theta: 10000,
    tie_word_embeddings: false,
    hidden_act: 'silu',
    ...config,
  };
  writeFileSync(path.join(folder, 'config.json'), JSON.stringify(values));
  const random = createRandom(7);
  const tensor = (name: string, ...shape: number[]) => {
    const norm = shape.length === 1 && !name.endsWith('.bias');
    const data = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => {
      const uniform = 2 * random.nextFloat() - 1;
      return norm ? 1 + 0.2 * uniform : 0.3 * uniform;
    });
    return { name, dtype: 'F32' as const, shape, read: () => Promise.resolve(new Uint8Array(data.buffer)) };
  };
  const layers = Array.from({ length: LAYERS }, (_, layer) => {
    const at = `model.layers.${layer}`;
    const parts = { q_proj: HEADS * HEAD, k_proj: KV_HEADS * HEAD, v_proj: KV_HEADS * HEAD };
    return [
      tensor(`${at}.input_layernorm.weight`, HIDDEN),
      tensor(`${at}.post_attention_layernorm.weight`, HIDDEN),
      ...Object.entries(parts).map(([name, out]) => tensor(`${at}.self_attn.${name}.weight`, out, HIDDEN)),
      ...(architecture === 'Qwen2ForCausalLM'
        ? Object.entries(parts).map(([name, out]) => tensor(`${at}.self_attn.${name}.bias`, out))
        : []),
      ...(architecture === 'Qwen3ForCausalLM'
        ? ['q_norm', 'k_norm'].map((name) => tensor(`${at}.self_attn.${name}.weight`, HEAD))
        : []),
      tensor(`${at}.self_attn.o_proj.weight`, HIDDEN, HEADS * HEAD),
      tensor(`${at}.mlp.gate_proj.weight`, WIDE, HIDDEN),
      tensor(`${at}.mlp.up_proj.weight`, WIDE, HIDDEN),
      tensor(`${at}.mlp.down_proj.weight`, HIDDEN, WIDE),
    ];
  }).flat();
  await writeSafetensors(path.join(folder, 'model.safetensors'), [
    tensor('model.embed_tokens.weight', vocabulary, HIDDEN),
    ...layers,
    tensor('model.norm.weight', HIDDEN),
    tensor('lm_head.weight', vocabulary, HIDDEN),
  ]);
}
