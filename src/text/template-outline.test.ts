import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { compileTemplate, type CompiledTemplate } from './jinja';
import { writtenText } from './template-outline';

const CONSTANTS = { bos_token: '<s>', eos_token: '</s>', tools: null, documents: null, enable_thinking: false };
const ROLES = ['system', 'user', 'assistant', 'user', 'assistant'] as const;
const TEXTS = [
  '',
  ' ',
  '\n a b \n',
  '\u0085x\ufeff',
  '<|im_end|>',
  '{{ 1 }}',
  '\ud83c\udf89 ',
  '\x000\0',
  '</think>\n\nSo.',
];

const compile = (source: string): CompiledTemplate => compileTemplate(source, 'template.jinja', new Date(0), CONSTANTS);
const fixture = (name: string): string => readFileSync(`test/reference/text/templates/${name}.jinja`, 'utf8');

/** Each message with each text: what the outline makes of it is what the template renders. */
function isFaithful(template: CompiledTemplate, roles: readonly string[]): boolean {
  const outline = template.outline(roles, { add_generation_prompt: false });
  if (outline === undefined) return false;
  for (const [shift] of TEXTS.entries()) {
    const messages = roles.map((role, at) => ({ role, content: TEXTS[(at * 4 + shift) % TEXTS.length]! }));
    const filled: string[] = outline.map((part) =>
      typeof part === 'string' ? part : writtenText(part, messages[part.message]!.content),
    );
    assert.equal(filled.join(''), template.render({ messages, add_generation_prompt: false }));
  }
  return true;
}

describe('the outline of a template', () => {
  for (const name of ['chatml', 'llama-2', 'llama-3', 'llama-3.1', 'mistral', 'qwen3']) {
    it(`is what ${name} writes around messages`, () => {
      const template = compile(fixture(name));
      const whole = isFaithful(template, ROLES);
      const alone = isFaithful(template, ['user', 'assistant']);
      // Llama 2's strips system message and question as one, Mistral's refuses the system message, Qwen 3's looks for thoughts in answers.
      const not = ['llama-2', 'mistral', 'qwen3'].includes(name);
      assert.deepEqual({ whole, alone }, { whole: !not, alone: name !== 'qwen3' });
    });
  }

  it('has messages that are joined, set aside, stripped and written twice', () => {
    for (const body of [
      "{{ m.content }}{{ m['content'] }}",
      "{{ '<' ~ m.role ~ '>' + m.content + 1|string + '</>' }}",
      '{% set text = m.content | trim %}{{ text }}{% if m.content is string %}!{% endif %}',
      "{% set ns = namespace(text='') %}{% set ns.text = m.content %}{{ ns.text }}",
      "{{ m.content.strip('\\n') + m.content.lstrip() + m.content.rstrip('ab') }}",
      "{{ m.content | default('none') }}",
    ]) {
      assert.ok(isFaithful(compile(`{% for m in messages %}[${body}]{% endfor %}`), ['user', 'assistant']), body);
    }
  });

  it('is not there where what a template writes depends on what a message says', () => {
    for (const body of [
      '{% if m.content %}{{ m.content }}{% endif %}',
      "{% if m.content == 'a' %}x{% endif %}{{ m.content }}",
      "{% if 'a' in m.content %}x{% endif %}{{ m.content }}",
      "{% if m.content in ['a'] %}x{% endif %}{{ m.content }}",
      "{{ m.content or 'nothing' }}",
      '{{ m.content | length }}',
      '{{ m.content | upper }}',
      '{{ m.content[0] }}',
      "{{ m.content.split('a')[0] }}",
      "{{ m.content.strip().strip('a') }}",
      "{{ (m.content + 'a').strip() }}",
      '{{ m | tojson }}',
      '{{ m }}',
      '{{ m.content + 1 }}',
      "{{ messages | map(attribute='content') | join }}",
      '{% set text %}{{ m.content }}{% endset %}{{ text | trim }}',
      '{% filter upper %}{{ m.content }}{% endfilter %}',
      '{% macro show(text) %}{{ text }}{% endmacro %}{{ show(m.content) | trim }}',
    ]) {
      const template = compile(`{% for m in messages %}[${body}]{% endfor %}`);
      assert.equal(template.outline(['user', 'assistant'], {}), undefined, body);
    }
  });

  it('is not there where the template refuses the conversation', () => {
    const template = compile(
      "{% if messages[0].role == 'system' %}{{ raise_exception('no') }}{% endif %}{{ messages[0].content }}",
    );
    assert.equal(template.outline(['system', 'user'], {}), undefined);
    assert.deepEqual(template.outline(['user'], {}), [{ message: 0 }]);
  });
});
