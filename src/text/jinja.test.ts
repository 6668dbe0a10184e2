import assert from 'node:assert/strict';
import { it } from 'node:test';
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
