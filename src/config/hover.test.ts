import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import { checkConfigPaths } from './check-paths';
import { configHover, keyAt } from './hover';
import { valueChoices } from './value-choices';

/** The text without its mark `|`, and where that stood. */
function marked(text: string): [string, number] {
  const at = text.indexOf('|');
  return [text.slice(0, at) + text.slice(at + 1), at];
}

describe('the hover', () => {
  it('knows the key on the key, on its value, and within split', () => {
    assert.equal(keyAt(...marked('{"lor|a_r": 8}')), 'lora_r');
    assert.equal(keyAt(...marked('{"lora_r": 1|6}')), 'lora_r');
    assert.equal(keyAt(...marked('{"split": {"tes|t": 0.1}}')), 'split.test');
    assert.equal(keyAt(...marked('{"target_modules": ["q_|proj"]}')), 'target_modules');
    assert.equal(keyAt(...marked('{"unkno|wn": 1}')), undefined);
  });

  it('shows the value now and what it amounts to, with the teaching text where that is asked for', () => {
    const [text, at] = marked('{"per_device_ba|tch_size": 4}');
    const links = ['Batch', 'Effective batch'].map(
      (term) =>
        `[${term}](command:sft.showGlossary?%5B%22${term.toLowerCase().replace(' ', '-')}%22%5D "Open the glossary")`,
    );
    const current = `**Now** \`4\` · default \`2\` · effective batch = 4 × 4 = 16\n\nGlossary: ${links.join(' · ')}`;
    assert.equal(configHover(text, at, 'sft.config.json', {}, false), current);
    const taught = configHover(text, at, 'sft.config.json', {}, true);
    assert.match(taught ?? '', /^\*\*per_device_batch_size\*\*\n\nHow many examples.*First run:.*Too high:/s);
    assert.ok(taught?.endsWith(current));
    assert.equal(configHover('{}', 1, 'sft.config.json', {}, true), undefined);
  });
});

describe('a value in the hover', () => {
  const hover = (value: string): string => {
    const text = JSON.stringify({ system_prompt: value });
    return configHover(text, 3, 'sft.config.json', {}, false) ?? '';
  };

  it('cannot leave its code span', () => {
    assert.match(hover('`](command:x) **bold**'), /^\*\*Now\*\* `` "`\]\(command:x\) \*\*bold\*\*" `` /);
    assert.match(hover('a ``` b'), /^\*\*Now\*\* ```` "a ``` b" ```` /);
    assert.match(hover('x\u2028\u202e'), /"x\\u2028\\u202e"/);
  });

  it('is cut where it is long', () => {
    assert.ok(hover('x'.repeat(100_000)).length < 1000);
  });
});

describe('values to choose from', () => {
  const cases: readonly (readonly [string, readonly unknown[], string])[] = [
    ['{"lr_scheduler_type": |}', ['cosine', 'constant'], ''],
    ['{"lr_scheduler_type": "co|"}', ['cosine', 'constant'], '"co"'],
    ['{"shuffle": tr|ue}', [false], 'true'],
    ['{"max_steps": |}', [60, 200, 1000], ''],
    [
      '{"target_modules": ["|"]}',
      ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj', 'qkv_proj', 'gate_up_proj'],
      '""',
    ],
    ['{"split": {"train": |}}', [0.8], ''],
  ];
  for (const [text, values, replaced] of cases) {
    it(text, () => {
      const [source, at] = marked(text);
      const choices = valueChoices(source, at);
      assert.ok(choices);
      assert.deepEqual(choices.values, values);
      assert.equal(source.slice(choices.start, choices.end), replaced);
    });
  }

  it('are looked for on disk where a path is wanted', () => {
    assert.equal(valueChoices(...marked('{"model_name": "|"}'))?.paths, 'model');
    assert.equal(valueChoices(...marked('{"dataset": |}'))?.paths, 'dataset');
    assert.equal(valueChoices(...marked('{"adapter": "|"}'))?.paths, 'adapter');
  });

  it('are not offered for keys', () => {
    assert.equal(valueChoices(...marked('{|}')), undefined);
    assert.equal(valueChoices(...marked('{"lora|_r": 1}')), undefined);
    assert.equal(valueChoices(...marked('{"other": |}')), undefined);
  });
});

describe('checkConfigPaths', () => {
  it('tells what is not there, on its key', async () => {
    const root = mkdtempSync(path.join(tmpdir(), 'sft-paths-'));
    try {
      mkdirSync(path.join(root, 'base'));
      writeFileSync(path.join(root, 'train.json'), '[]');
      const file = path.join(root, 'sft.config.json');
      assert.deepEqual(await checkConfigPaths('{"model_name": "base", "dataset": "train.json"}', file), []);
      const text = '{"model_name": "train.json", "dataset": "none.json"}';
      const found = await checkConfigPaths(text, file);
      assert.deepEqual(
        found.map(({ severity, offset, endOffset }) => [severity, text.slice(offset, endOffset)]),
        [
          ['error', '"model_name"'],
          ['error', '"dataset"'],
        ],
      );
      assert.match(found[0]!.message, /is not a folder - /);
      assert.match(found[1]!.message, /does not exist - /);
      assert.deepEqual(await checkConfigPaths('{', file), []);
    } finally {
      rmSync(root, { recursive: true });
    }
  });
});

describe('package.json', () => {
  it('gives the JSON support of the editor the schema that refuses nothing', () => {
    const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
      contributes: { jsonValidation: readonly { fileMatch: string; url: string }[] };
    };
    assert.deepEqual(
      manifest.contributes.jsonValidation.filter((entry) => entry.fileMatch === 'sft.config.json'),
      [{ fileMatch: 'sft.config.json', url: './schemas/config.editor.schema.json' }],
    );
  });
});
