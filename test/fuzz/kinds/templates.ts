import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { QUESTIONS } from '../base-model';
import type { FuzzKind } from '../kind';
import { mutateText, oneIn, pick } from '../mutations';
import { copyModel } from './model-folders';

const FOLDER = path.resolve('test/reference/text/templates');

/** Pieces that a template can be made to work with. */
const PIECES: readonly string[] = [
  '{% for i in range(100000) %}{% for j in range(100000) %}x{% endfor %}{% endfor %}',
  "{% set ns = namespace(s='x') %}{% for i in range(60) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}{{ ns.s }}",
  '{% macro f(x) %}{{ f(x) }}{% endmacro %}{{ f(1) }}',
  "{{ raise_exception('\u001b[2J no\nfile:1:1 error forged') }}",
  "{{ messages[0]['content'] * 100000000 }}",
  "{{ 'a'.replace('', 'b' ~ messages) }}",
  '{{ messages | tojson(indent=100000000) }}',
  '{{ "x".center(1000000000) }}',
  '{{ messages.__class__ }}{{ constructor }}',
  '{{ range(100000) | join(range(100000) | join) }}',
  '{% for m in messages %}{{ m.content }}\u001b[31m{% endfor %}',
  '{% set x = [] %}{% for i in range(100000) %}{% set x = x + [x] %}{% endfor %}',
  '{{ strftime_now("%Y" * 1000) }}',
  '{% if messages %}',
  '{{ "a" if }}',
  `${'('.repeat(5000)}1${')'.repeat(5000)}`,
  `{{ ${'('.repeat(5000)}1${')'.repeat(5000)} }}`,
  `${'{% if 1 %}'.repeat(3000)}${'{% endif %}'.repeat(3000)}`,
];

/** A chat template that is damaged, or does more than it should. */
export const templates: FuzzKind = {
  name: 'templates',
  async run(fuzz) {
    const { random, folder } = fuzz;
    const source = readFileSync(path.join(FOLDER, pick(random, readdirSync(FOLDER))), 'utf8');
    let text = oneIn(random, 3) ? source : mutateText(random, source);
    if (oneIn(random, 2)) {
      const at = random.below(text.length + 1);
      text = text.slice(0, at) + pick(random, PIECES) + text.slice(at);
    }
    const model = copyModel(fuzz.base('model'), folder);
    writeFileSync(path.join(model, 'chat_template.jinja'), text);
    const data = path.join(folder, 'data.json');
    writeFileSync(data, QUESTIONS);
    await fuzz.sft('count', data, '--model', model);
    if (oneIn(random, 4)) await fuzz.sft('generate', '--model', model, '--prompt', 'Why?', '--max-new-tokens', '2');
  },
};
