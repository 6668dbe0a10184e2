import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { countExamples } from './count-examples';
import { pathChoices } from './path-choices';
import { FactReader } from './read-facts';
import { NO_LINKS } from '../../../test/system-limits';

const root = mkdtempSync(path.join(tmpdir(), 'sft-facts-'));
after(() => {
  rmSync(root, { recursive: true, force: true });
});
const config = path.join(root, 'sft.config.json');
const TEXT = '{"model_name": "models/base", "dataset": "data/train.json"}';
const pair = (n: number): string => JSON.stringify({ question: `Q "${n}" {[`, answer: 'A\\', more: { a: [{}] } });
mkdirSync(path.join(root, 'models/base'), { recursive: true });
mkdirSync(path.join(root, 'data'));
mkdirSync(path.join(root, 'node_modules/data'), { recursive: true });
mkdirSync(path.join(root, '.sft/runs/one/adapter'), { recursive: true });
writeFileSync(path.join(root, 'models/base/config.json'), '{"max_position_embeddings": 2048, "vocab_size": 300}');
writeFileSync(path.join(root, 'models/base/tokenizer.json'), '{}');
writeFileSync(path.join(root, '.sft/runs/one/adapter/adapter_config.json'), '{}');
writeFileSync(path.join(root, 'data/train.json'), `[${pair(1)}, ${pair(2)},\n${pair(3)}]`);
writeFileSync(path.join(root, 'data/train.jsonl'), `${pair(1)}\n${pair(2)}\n`);
writeFileSync(path.join(root, 'data/train.csv'), 'question,answer\na?,b\n');
writeFileSync(path.join(root, 'node_modules/data/train.json'), `[${pair(1)}]`);
writeFileSync(config, TEXT);

describe('countExamples', () => {
  it('counts the objects of a list and of lines, whatever their texts hold', async () => {
    assert.equal(await countExamples(path.join(root, 'data/train.json')), 3);
    assert.equal(await countExamples(path.join(root, 'data/train.jsonl')), 2);
    assert.equal(await countExamples('examples/nigeria-services.json'), 514);
  });

  it('counts across the pieces of a large file', async () => {
    const file = path.join(root, 'large.jsonl');
    writeFileSync(file, Array.from({ length: 20_000 }, (_, n) => pair(n)).join('\n'));
    assert.equal(await countExamples(file), 20_000);
    rmSync(file);
  });
});

describe('FactReader', () => {
  it('reads the model and the size of the dataset', async () => {
    const facts = await new FactReader().read(TEXT, config);
    assert.deepEqual(facts, { modelMaxPositions: 2048, modelVocab: 300, datasetExamples: 3 });
  });

  it('reads a file again when it has changed', async () => {
    const reader = new FactReader();
    const file = path.join(root, 'data/growing.json');
    const text = '{"dataset": "data/growing.json"}';
    writeFileSync(file, `[${pair(1)}]`);
    assert.deepEqual(await reader.read(text, config), { datasetExamples: 1 });
    writeFileSync(file, `[${pair(1)}, ${pair(2)}]`);
    utimesSync(file, 1, 1);
    assert.deepEqual(await reader.read(text, config), { datasetExamples: 2 });
    rmSync(file);
  });

  it('counts the rows of a table, by the names that the configuration gives its columns', async () => {
    const reader = new FactReader();
    const file = path.join(root, 'data/export.csv');
    writeFileSync(file, '\uFEFFQuestion;Answer\r\n"a\n""b""?";c\r\n;\r\nd?;e\r\n');
    assert.deepEqual(await reader.read('{"dataset": "data/export.csv"}', config), { datasetExamples: 2 });
    writeFileSync(file, 'Frage\tAntwort\na?\tb\nc?\td\ne?\tf\n');
    assert.deepEqual(await reader.read('{"dataset": "data/export.csv"}', config), {});
    const named = '{"dataset": "data/export.csv", "columns": {"question": "Frage", "answer": "Antwort"}}';
    assert.deepEqual(await reader.read(named, config), { datasetExamples: 3 });
    rmSync(file);
  });

  it('leaves out what is missing, broken or no JSON', async () => {
    const reader = new FactReader();
    assert.deepEqual(await reader.read('{"model_name": "none", "dataset": "none.json"}', config), {});
    assert.deepEqual(await reader.read('{"model_name": "data", "dataset": "models"}', config), {});
    assert.deepEqual(await reader.read('{', config), {});
  });
});

describe('pathChoices', () => {
  it('finds models, data and adapters below the folder, as they are written in the file', async () => {
    assert.deepEqual(await pathChoices('model', root, root), ['models/base']);
    const data = ['data/train.csv', 'data/train.json', 'data/train.jsonl'];
    assert.deepEqual((await pathChoices('dataset', root, root)).toSorted(), data);
    assert.deepEqual(await pathChoices('adapter', root, root), ['.sft/runs/one/adapter']);
    assert.deepEqual(await pathChoices('model', root, path.join(root, 'data')), ['../models/base']);
  });

  it('follows links to folders and files, once each', { skip: NO_LINKS }, async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'sft-links-'));
    try {
      const snapshot = path.join(folder, 'cache', 'snapshot');
      mkdirSync(snapshot, { recursive: true });
      for (const name of ['config.json', 'model.safetensors']) {
        writeFileSync(path.join(folder, 'cache', `blob-${name}`), '{}');
        symlinkSync(path.join('..', `blob-${name}`), path.join(snapshot, name));
      }
      mkdirSync(path.join(folder, 'work'));
      symlinkSync(snapshot, path.join(folder, 'work', 'model'));
      symlinkSync('..', path.join(folder, 'work', 'up'));
      symlinkSync('nowhere', path.join(folder, 'work', 'broken'));
      const work = path.join(folder, 'work');
      assert.deepEqual(await pathChoices('model', path.join(work, 'model', '..'), work), ['model']);
      assert.deepEqual(await pathChoices('model', path.join(folder, 'cache'), folder), ['cache/snapshot']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
