import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { parseConfig } from '../../config/parse-config';
import { createRun } from '../create-run';
import { readLabel, writeLabel } from '../label';
import { outputFolders } from './output-folders';
import { readRun } from '../read-runs';

const root = mkdtempSync(path.join(tmpdir(), 'sft-names-'));
after(() => {
  rmSync(root, { recursive: true, force: true });
});

describe('the label of a run', () => {
  it('takes the place of the name of the configuration until it is taken back', async () => {
    const dataset = path.join(root, 'data.json');
    const configFile = path.join(root, 'sft.config.json');
    writeFileSync(dataset, '[{"question": "q", "answer": "a"}]');
    const config = parseConfig(JSON.stringify({ model_name: 'model', dataset }), configFile);
    const { path: folder } = await createRun({ config, configFile, now: new Date(), folder: path.join(root, 'run') });
    assert.equal((await readRun(folder)).label, 'data');
    await writeLabel(folder, '  ọjọ́ kìíní ');
    assert.equal((await readRun(folder)).label, 'ọjọ́ kìíní');
    assert.deepEqual(readdirSync(folder).toSorted(), ['label.json', 'run.json', 'state.json']);
    await writeLabel(folder, ' ');
    assert.equal((await readRun(folder)).label, 'data');
  });

  it('is none where its file is damaged or holds something else', async () => {
    for (const text of ['', '{', 'null', '[]', '{"label": 3}', '{"label": " "}']) {
      writeFileSync(path.join(root, 'label.json'), text);
      assert.equal(await readLabel(root), undefined, text);
    }
  });
});

describe('outputFolders', () => {
  it('are .sft/runs of the workspace folders and output_dir of the configurations, each once', async () => {
    const write = (name: string, text: string): string => {
      const file = path.join(root, name, 'sft.config.json');
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, text);
      return file;
    };
    const configs = [
      write('a', '{"output_dir": "../runs"}'),
      write('b', '{"dataset": "x.json", "output_dir": '),
      write('c', '{"output_dir": "../runs", }'),
      write('d', '"text"'),
      path.join(root, 'gone', 'sft.config.json'),
    ];
    assert.deepEqual(
      (await outputFolders([root, path.join(root, 'd')], configs)).map((folder) => path.relative(root, folder)),
      ['.sft/runs', 'd/.sft/runs', 'runs', 'b/.sft/runs', 'gone/.sft/runs'].map((name) => path.normalize(name)),
    );
  });
});
