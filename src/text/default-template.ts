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

/**
 * A base model without a chat template gets the one its vocabulary was made for: Llama 3's headers, ChatML, or else
 * the tutorial's "Question: ... Answer: ...".
 */
export function defaultTemplate(tokenizer: TextTokenizer): DefaultTemplate {
  const has = (...tokens: string[]): boolean => tokens.every((token) => tokenizer.tokenId(token) !== undefined);
  if (has('<|start_header_id|>', '<|end_header_id|>', '<|eot_id|>')) return { name: 'Llama 3', source: LLAMA_3 };
  if (has('<|im_start|>', '<|im_end|>')) return { name: 'ChatML', source: CHATML };
  return { name: '"Question: ... Answer: ..."', source: PLAIN };
}
