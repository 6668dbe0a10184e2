import assert from 'node:assert/strict';
import { it } from 'node:test';
import { SftError } from '../base/errors';
import { compileTemplate } from './jinja';

const render = (source: string, variables: Record<string, unknown> = {}): string =>
  compileTemplate(source, 'chat_template.jinja', new Date(2026, 2, 5, 14, 7, 9)).render(variables);

it('strip, lstrip and rstrip in templates take the characters they name', () => {
  assert.equal(render("{{ '\\n ab \\n'.strip('\\n') }}"), ' ab ');
  assert.equal(render("{{ 'xxaxx'.lstrip('x') }}|{{ 'xxaxx'.rstrip('x') }}|{{ 'xyax'.strip('yx') }}"), 'axx|xxa|a');
  assert.equal(render("{{ text.split('</think>')[-1].lstrip('\\n') }}", { text: 'a</think>\n\n b' }), ' b');
});

it('strip and trim take what is white space in Python', () => {
  const text = '\u0085\u001c \ufeffa\ufeff \u2003\n';
  assert.equal(render('{{ text.strip() }}', { text }), '\ufeffa\ufeff');
  assert.equal(render('{{ text | trim }}', { text }), '\ufeffa\ufeff');
  assert.equal(render('{% macro show(x) %}{{ x | trim }}.{% endmacro %}{{ show(text) }}', { text: ' b ' }), 'b.');
});

it('strftime_now writes the one date it was given, as Python does', () => {
  assert.equal(
    render("{{ strftime_now('%d %b %Y|%-d %B %y|%A %a|%H:%M:%S|%I %p|%j|%e|%%|%Q') }}"),
    '05 Mar 2026|5 March 26|Thursday Thu|14:07:09|02 PM|064| 5|%|%Q',
  );
});

it('tojson writes what Python writes', () => {
  assert.equal(
    render('{{ value | tojson }}', { value: { a: 'é<b>', c: [1, true, null] } }),
    '{"a": "é<b>", "c": [1, true, null]}',
  );
});

const endless: readonly (readonly [string, string, RegExp])[] = [
  ['loops within loops', '{% for i in range(99999) %}{% for j in range(99999) %}x{% endfor %}{% endfor %}', /steps/],
  [
    'a text that doubles',
    "{% set ns = namespace(s='x') %}{% for i in range(60) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}{{ ns.s }}",
    /makes a text of/,
  ],
  [
    'a list that grows',
    '{% set ns = namespace(s=[]) %}{% for i in range(99999) %}{% set ns.s = ns.s + [i] %}{% endfor %}',
    /steps/,
  ],
  ['a macro that calls itself', '{% macro f(x) %}{{ f(x) }}{% endmacro %}{{ f(1) }}', /nests deeper/],
  [
    'an output of lines without end',
    `{% for i in range(99999) %}${'x'.repeat(1000)}{% endfor %}`,
    /makes a text of|steps/,
  ],
  ['an indentation without end', '{{ [1, [2]] | tojson(indent=99999999) }}', /asks a filter for 99999999/],
  ['a list that is joined with itself', "{{ range(99999) | join(range(99999) | join(',')) }}", /makes a text of up to/],
  ['brackets within brackets', `{{ ${'('.repeat(20_000)}1${')'.repeat(20_000)} }}`, /nested too deeply/],
];
for (const [name, source, reason] of endless) {
  it(`${name}: refused with the template's file`, () => {
    assert.throws(
      () => render(source),
      (error) => error instanceof SftError && error.file === 'chat_template.jinja' && reason.test(error.message),
    );
  });
}

it('a conversation of thousands of long messages is within the limits', () => {
  const messages = Array.from({ length: 3000 }, (_, i) => ({
    role: i % 2 === 0 ? 'user' : 'assistant',
    content: 'x'.repeat(2000),
  }));
  const text = render("{% for m in messages %}{{ '<' ~ m.role ~ '>' ~ m.content | trim ~ '</s>' }}{% endfor %}", {
    messages,
  });
  assert.equal(text.length, 1500 * (6 + 2000 + 4) + 1500 * (11 + 2000 + 4));
});

it('the line of an error is told in a template of thousands of lines', () => {
  const lines = Array.from({ length: 6000 }, (_, i) => `{# ${i} #}{{ "line ${i}" }}`);
  lines[4321] = '{{ "a" if }}';
  assert.throws(
    () => render(lines.join('\n')),
    (error) => error instanceof SftError && error.line === 4322,
  );
});
