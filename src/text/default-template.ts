import type { TextTokenizer } from './tokenizer';

/** The template used where a model brings none, and how it is called in the notice. */
export interface DefaultTemplate {
  readonly name: string;
  readonly source: string;
}

const LLAMA_3 = `{{- bos_token }}
{%- for message in messages %}
{{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n' + message['content'] | trim + '<|eot_id|>' }}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}{%- endif %}`;

const CHATML = `{%- for message in messages %}
{{- '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- endif %}`;

// No blank after "Answer:" in the prompt: the blank belongs to the first word's token.
const PLAIN = `{{- bos_token }}
{%- for message in messages %}
{%- if message['role'] == 'system' %}{{- message['content'] | trim + '\\n\\n' }}
{%- elif message['role'] == 'user' %}{{- 'Question: ' + message['content'] | trim + '\\n' }}
{%- else %}{{- 'Answer: ' + message['content'] | trim }}{{- eos_token }}{%- if not loop.last %}{{- '\\n\\n' }}{%- endif %}
{%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{- 'Answer:' }}{%- endif %}`;

const BY_VOCABULARY: readonly (DefaultTemplate & { readonly tokens: readonly string[] })[] = [
  { name: 'Llama 3', source: LLAMA_3, tokens: ['<|start_header_id|>', '<|end_header_id|>', '<|eot_id|>'] },
  { name: 'ChatML', source: CHATML, tokens: ['<|im_start|>', '<|im_end|>'] },
];

/**
 * A base model without a chat template gets the one its vocabulary was made for: Llama 3's headers, ChatML, or else the tutorial's
 * "Question: ... Answer: ...", which needs no token that the model may never have been trained on.
 * @param untrained those of some tokens whose embeddings were never trained
 */
export async function defaultTemplate(
  tokenizer: TextTokenizer,
  untrained: (ids: readonly number[]) => Promise<readonly number[]>,
): Promise<DefaultTemplate> {
  const plain = '"Question: ... Answer: ..."';
  for (const { name, source, tokens } of BY_VOCABULARY) {
    const ids = tokens.map((token) => tokenizer.tokenId(token)).filter((id) => id !== undefined);
    if (ids.length < tokens.length) continue;
    const never = await untrained(ids);
    if (never.length === 0) return { name, source };
    const names = never.map((id) => tokenizer.tokenText(id)).join(', ');
    return {
      name: `${plain} (the model was never trained on ${names}, the tokens of ${name}'s template)`,
      source: PLAIN,
    };
  }
  return { name: plain, source: PLAIN };
}
