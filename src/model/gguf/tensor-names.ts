import type { NormNames } from '../families/family';
import type { LlamaConfig } from '../llama-config';

/** By what a norm is of: the same name of transformers means different norms in different families. */
const NORMS: Readonly<Record<keyof NormNames, string>> = {
  input: 'attn_norm',
  attentionOutput: 'post_attention_norm',
  mlp: 'ffn_norm',
  mlpOutput: 'post_ffw_norm',
};
const NORM_KINDS = Object.keys(NORMS) as readonly (keyof NormNames)[];

const LAYER_PARTS: Readonly<Record<string, string>> = {
  'self_attn.qkv_proj': 'attn_qkv',
  'self_attn.q_proj': 'attn_q',
  'self_attn.k_proj': 'attn_k',
  'self_attn.v_proj': 'attn_v',
  'self_attn.o_proj': 'attn_output',
  'self_attn.q_norm': 'attn_q_norm',
  'self_attn.k_norm': 'attn_k_norm',
  'mlp.gate_proj': 'ffn_gate',
  'mlp.gate_up_proj': 'ffn_up',
  'mlp.up_proj': 'ffn_up',
  'mlp.down_proj': 'ffn_down',
};

const OUTER: Readonly<Record<string, string>> = {
  'model.embed_tokens.weight': 'token_embd.weight',
  'model.norm.weight': 'output_norm.weight',
  'lm_head.weight': 'output.weight',
};

/** llama.cpp's name of a tensor of a model that transformers calls `name`; undefined where it has none. */
export function ggufName(name: string, { norms }: Pick<LlamaConfig, 'norms'>): string | undefined {
  const outer = OUTER[name];
  if (outer !== undefined) return outer;
  const found = /^model\.layers\.(\d+)\.(.+)\.(weight|bias)$/.exec(name);
  if (found === null) return undefined;
  const [, layer, part, kind] = found as unknown as readonly [string, string, string, string];
  const norm = NORM_KINDS.find((where) => norms[where] === part);
  const translated = norm === undefined ? LAYER_PARTS[part] : NORMS[norm];
  return translated === undefined ? undefined : `blk.${layer}.${translated}.${kind}`;
}

/** Whether a tensor is of the queries or keys, whose rows RoPE turns: transformers' name. */
export function isRotated(name: string): boolean {
  return /\.self_attn\.[qk]_proj\./.test(name);
}
