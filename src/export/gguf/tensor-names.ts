const LAYER_PARTS: Readonly<Record<string, string>> = {
  input_layernorm: 'attn_norm',
  post_attention_layernorm: 'ffn_norm',
  'self_attn.q_proj': 'attn_q',
  'self_attn.k_proj': 'attn_k',
  'self_attn.v_proj': 'attn_v',
  'self_attn.o_proj': 'attn_output',
  'self_attn.q_norm': 'attn_q_norm',
  'self_attn.k_norm': 'attn_k_norm',
  'mlp.gate_proj': 'ffn_gate',
  'mlp.up_proj': 'ffn_up',
  'mlp.down_proj': 'ffn_down',
};

const OUTER: Readonly<Record<string, string>> = {
  'model.embed_tokens.weight': 'token_embd.weight',
  'model.norm.weight': 'output_norm.weight',
  'lm_head.weight': 'output.weight',
};

/** llama.cpp's name of a tensor that transformers calls `name`; undefined where it has none. */
export function ggufName(name: string): string | undefined {
  const outer = OUTER[name];
  if (outer !== undefined) return outer;
  const found = /^model\.layers\.(\d+)\.(.+)\.(weight|bias)$/.exec(name);
  const part = found === null ? undefined : LAYER_PARTS[found[2]!];
  return part === undefined ? undefined : `blk.${found![1]!}.${part}.${found![3]!}`;
}

/** Whether a tensor is of the queries or keys, whose rows RoPE turns: transformers' name. */
export function isRotated(name: string): boolean {
  return /\.self_attn\.[qk]_proj\./.test(name);
}

const TRANSFORMERS_PARTS = new Map(Object.entries(LAYER_PARTS).map(([name, part]) => [part, name]));
const TRANSFORMERS_OUTER = new Map(Object.entries(OUTER).map(([name, outer]) => [outer, name]));

/** transformers' name of a tensor that llama.cpp calls `name`; the name itself where it has none. */
export function transformersName(name: string): string {
  const outer = TRANSFORMERS_OUTER.get(name);
  if (outer !== undefined) return outer;
  const found = /^blk\.(\d+)\.(.+)\.(weight|bias)$/.exec(name);
  const part = found === null ? undefined : TRANSFORMERS_PARTS.get(found[2]!);
  return part === undefined ? name : `model.layers.${found![1]!}.${part}.${found![3]!}`;
}
