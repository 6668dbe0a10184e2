import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { SftError } from '../base/errors';
import { CONFIG_SCHEMA } from './config-schema';
import { readFileLeniently, readLeniently } from './lenient-config';
import { parseConfig } from './parse-config';

const FILE = path.resolve('project/sft.config.json');
const NEEDED = { model_name: 'models/base', dataset: 'data/train.json' };

describe('a configuration read leniently', () => {
  for (const [key, property] of Object.entries(CONFIG_SCHEMA.properties)) {
    const [value] = (property as { readonly examples?: readonly unknown[] }).examples ?? [];
    if (value === undefined || key === '$schema') continue;

    it(`takes ${key} as the strict reader does`, () => {
      const text = JSON.stringify({ ...NEEDED, [key]: value });
      const lenient = readLeniently(text, FILE);
      assert.deepEqual(lenient.written[key as keyof typeof lenient.written], value);
      let strict;
      try {
        strict = parseConfig(text, FILE);
      } catch (error) {
        // What does not go with the other keys' defaults is right on its own.
        assert.ok(error instanceof SftError);
        assert.deepEqual(
          lenient.problems.map(({ message }) => message),
          [error.message],
        );
        return;
      }
      assert.deepEqual({ ...lenient.values, ...lenient.paths, name: strict.name }, strict);
      assert.deepEqual(lenient.problems, []);
    });

    it(`leaves a wrong ${key} out, says so, and takes the rest`, () => {
      const { written, problems, paths } = readLeniently(JSON.stringify({ ...NEEDED, seed: 7, [key]: [[]] }), FILE);
      assert.equal(written[key as keyof typeof written], undefined);
      assert.ok(problems.some(({ message }) => message.startsWith(key)));
      assert.equal(written.seed, key === 'seed' ? undefined : 7);
      assert.equal(paths.dataset, key === 'dataset' ? null : path.resolve('project/data/train.json'));
    });
  }

  it('takes the keys that can be read of a text that is being written', () => {
    const whole = '{"model_name": "base", "max_seq_length": 300, "system_prompt": "Be brief.", "seed": 5}';
    const keys = (text: string): string[] => Object.keys(readLeniently(text, FILE).written);
    assert.deepEqual(keys(whole), ['model_name', 'max_seq_length', 'system_prompt', 'seed']);
    assert.deepEqual(keys(whole.slice(0, -1)), ['model_name', 'max_seq_length', 'system_prompt', 'seed']);
    assert.deepEqual(keys(whole.replace('300', '')), ['model_name', 'system_prompt', 'seed']);
    assert.deepEqual(keys(whole.replace('brief."', 'brief.')), ['model_name', 'max_seq_length']);
    assert.deepEqual(keys(whole.replace('5}', '5, // more\n}')), [
      'model_name',
      'max_seq_length',
      'system_prompt',
      'seed',
    ]);
  });

  for (const text of [
    '',
    '[]',
    '{',
    '{"a',
    '"x"',
    'null',
    '['.repeat(100_000),
    '{"a":'.repeat(50_000),
    '\0',
    '{"__proto__": {"seed": 1}',
  ]) {
    it(`gives the defaults and what is wrong for ${JSON.stringify(text.slice(0, 25))}`, () => {
      const { values, syntax, problems, paths } = readLeniently(text, FILE);
      assert.ok(syntax !== undefined);
      assert.deepEqual(problems, []);
      assert.equal(values.seed, 3407);
      assert.equal(paths.model_name, null);
    });
  }

  it('takes a byte order mark for what it is', () => {
    assert.equal(readLeniently('\uFEFF{"seed": 5}', FILE).written.seed, 5);
  });
});

describe('a configuration file read leniently', () => {
  const root = mkdtempSync(path.join(tmpdir(), 'sft-lenient-'));
  after(() => {
    rmSync(root, { recursive: true });
  });

  it('is taken from its folder, and is nothing where there is no such text', async () => {
    const file = path.join(root, 'sft.config.json');
    assert.equal(await readFileLeniently(file), undefined);
    assert.equal(await readFileLeniently(root), undefined);
    writeFileSync(file, Buffer.from([0xff, 0xfe, 0x7b]));
    assert.equal(await readFileLeniently(file), undefined);
    writeFileSync(file, '{"model_name": "base"}');
    assert.equal((await readFileLeniently(file))?.paths.model_name, path.join(root, 'base'));
  });
});
