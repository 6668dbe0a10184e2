import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { COMMIT, startHub, type HubServer } from '../../hub/hub-server';
import { workspaceFile, writeWorkspaceFile } from './dataset-editor';
import { withPerson } from './person';
import { test } from './runner';

const REPO = 'HuggingFaceTB/SmolLM2-135M-Instruct';
const SEARCH = '$(search) Another one: its name, or words to search for…';
const FILES = { 'config.json': '{}', 'tokenizer.json': '{}', 'model.safetensors': Buffer.alloc(50_000, 1) };

/** With a Hub of our own, and a cache and a token of its own, in the place of the person's. */
async function withHub(work: (hub: HubServer, cache: string) => Promise<void>): Promise<void> {
  const cache = mkdtempSync(path.join(tmpdir(), 'sft-hub-'));
  const hub = await startHub(REPO, FILES, { cardData: { license: 'apache-2.0' } });
  const own = {
    HF_ENDPOINT: hub.endpoint,
    HF_HUB_CACHE: cache,
    HF_TOKEN: '',
    HF_TOKEN_PATH: path.join(cache, 'token'),
  };
  const before = Object.keys(own).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, own);
  try {
    await work(hub, cache);
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
    await hub.close();
    rmSync(cache, { recursive: true });
  }
}

const get = (): Thenable<unknown> => vscode.commands.executeCommand('sft.getModel');

test('SFT: Get a Model… downloads after it was agreed to, and the model is then offered by its name', async () => {
  await withHub(async (hub, cache) => {
    await withPerson([REPO, ''], async () => {
      await get();
    });
    assert.deepEqual(readdirSync(cache), [], 'nothing is written before it was agreed to');

    const shown = await withPerson([REPO, 'Download', ''], async () => {
      await get();
    });
    assert.match(shown[1]!, /^Download HuggingFaceTB\/SmolLM2-135M-Instruct \(50 kB\)\?\nLicence: apache-2\.0\./);
    const folder = path.join(cache, 'models--HuggingFaceTB--SmolLM2-135M-Instruct/snapshots', COMMIT);
    assert.ok(readFileSync(path.join(folder, 'model.safetensors')).equals(FILES['model.safetensors']));
    const asked = hub.requests.length;

    const file = await writeWorkspaceFile('got/data.json', JSON.stringify([{ question: 'a?', answer: 'b' }]));
    await withPerson([REPO, 'First run', ''], async () => {
      await vscode.commands.executeCommand('sft.startTraining', file);
    });
    const config = readFileSync(workspaceFile('got/sft.config.json').fsPath, 'utf8');
    assert.match(config, /"model_name": "HuggingFaceTB\/SmolLM2-135M-Instruct"/);
    assert.equal(hub.requests.length, asked, 'nothing is asked of the Hub for it');
  });
});

test('SFT: Get a Model… leads from terms to a token, which is kept in the secret storage', async () => {
  await withHub(async (hub, cache) => {
    hub.fault = (request, response) => {
      const given = request.headers.authorization === 'Bearer hf_given';
      if (given || request.url!.startsWith('/large/')) return false;
      return Boolean(response.writeHead(401, { 'x-error-code': 'GatedRepo' }).end());
    };
    const answers = [SEARCH, REPO, 'Enter Token…', 'hf_given', 'Download', ''];
    const shown = await withPerson(answers, async () => {
      await get();
    });
    assert.ok(
      shown.some((line) => /available only to those who accepted its terms/.test(line)),
      shown.join('\n'),
    );
    assert.equal(readdirSync(cache).length, 1);
    assert.deepEqual(hub.leaked, []);
    assert.ok(!shown.some((line) => line.includes('hf_given')));
  });
});

test('SFT: Get a Model… says why there is no model', async () => {
  await withHub(async () => {
    const shown = await withPerson([SEARCH, 'nobody/nothing', ''], async () => {
      await get();
    });
    assert.match(shown.at(-1)!, /nobody\/nothing does not exist/);
  });
});

test('Start Training offers to get the model that is missing, by its name or another', async () => {
  await withHub(async (hub, cache) => {
    await writeWorkspaceFile('missing/data.json', JSON.stringify([{ question: 'a?', answer: 'b' }]));
    const text = (model: string): string => JSON.stringify({ model_name: model, dataset: 'data.json' });
    const file = await writeWorkspaceFile('missing/sft.config.json', text(REPO));
    const start = (): Thenable<unknown> => vscode.commands.executeCommand('sft.startTraining', file);
    const refused = await withPerson([''], async () => {
      await start();
    });
    assert.match(refused[0]!, /^Training cannot start: model_name: .* does not exist.*\nIt may be a model on the/);
    assert.deepEqual(readdirSync(cache), []);
    assert.equal(hub.requests.length, 0, 'nothing is asked before it was agreed to');
    // The folder of the Hub of this test holds no model that can be trained: the checks come next, and say so.
    const got = await withPerson([`Get ${REPO}`, 'Download', ''], async () => {
      await start();
    });
    assert.ok(readdirSync(cache).length > 0);
    assert.match(got.at(-1)!, /^Training cannot start: \d problem/);
    await vscode.workspace.fs.writeFile(file, Buffer.from(text('./nowhere')));
    await withPerson(['Get a Model…', REPO, ''], async () => {
      await start();
    });
    assert.match(readFileSync(file.fsPath, 'utf8'), new RegExp(`"model_name": *"${REPO}"`));
  });
});
