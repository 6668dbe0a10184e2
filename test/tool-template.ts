/** A chat template for the example model that writes functions, calls and results. */
export const TOOL_TEMPLATE = `{{- bos_token }}
{%- for tool in tools or [] %}{{- '<|start_header_id|>system<|end_header_id|>\\n\\n' + tool | tojson + '<|eot_id|>' }}{% endfor %}
{%- for turn in messages %}
{{- '<|start_header_id|>' + turn.role + '<|end_header_id|>\\n\\n' + turn.content }}
{%- for call in turn.tool_calls or [] %}{{- '<call>' + call.function | tojson + '</call>' }}{% endfor %}
{{- '<|eot_id|>' }}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}{% endif %}
`;
