import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { pushInProcess, type PushListing } from '../../src/editor/hub/push-process';
import { sft, SFT, smallConfig, temporaryFolder } from '../cli/sft';
import { startHub, type HubServer } from './hub-server';
import { newWriting, type HubWriting } from './hub-writing';

const REPO = 'tiny-org/faq';
const TOKEN = 'hf_of_the_secret_storage';
const root = temporaryFolder();
const run = path.join(root, 'run');
const command = { execPath: process.execPath, entry: SFT, env: {} };
const args = [run, '--repo', REPO, '--private'];

let hub: HubServer;
let writing: HubWriting;

before(async () => {
  hub = await startHub(REPO, {});
  Object.assign(process.env, { HF_ENDPOINT: hub.endpoint, HF_TOKEN: 'hf_of_the_environment' });
  const config = smallConfig(root, { max_steps: 2, save_steps: null, eval_steps: null });
  const trained = sft(['train', config, '--run', run]);
  assert.equal(trained.code, 0, trained.err);
});
beforeEach(() => {
  hub.writing = writing = newWriting(TOKEN);
  hub.requests.length = 0;
});
after(() => hub.close());

describe('a push from the editor', () => {
  it('shows all files before one is sent, and sends what was agreed to with the token of the secret storage', async () => {
    let shown: PushListing | undefined;
    const agree = (listing: PushListing): Promise<boolean> => {
      shown = listing;
      assert.equal(writing.contents, undefined, 'nothing was made yet');
      return Promise.resolve(true);
    };
    const lines: string[] = [];
    const task = { args, token: TOKEN, agree };
    const url = await pushInProcess(command, task, new AbortController().signal, (line) => lines.push(line));
    assert.equal(url, `${hub.endpoint}/${REPO}`);
    assert.deepEqual(shown!.files.map((file) => file.path).sort(), [...writing.contents!.keys()].sort());
    for (const { path: name, bytes } of shown!.files) assert.equal(writing.contents!.get(name)!.length, bytes);
    assert.equal(writing.isPrivate, true);
    assert.ok(
      lines.some((line) => line.startsWith('asking the export')),
      'it is verified before it is sent',
    );
    assert.ok(!lines.join('\n').includes(TOKEN));
    assert.equal(existsSync(path.join(run, 'push')), false);
  });

  it('sends nothing where nobody agreed, and where it was cancelled', async () => {
    const refused = { args, token: TOKEN, agree: () => Promise.resolve(false) };
    assert.equal(await pushInProcess(command, refused, new AbortController().signal, () => undefined), undefined);
    const stop = new AbortController();
    const cancelled = {
      args,
      token: TOKEN,
      agree: () => {
        stop.abort();
        return new Promise<boolean>(() => undefined);
      },
    };
    assert.equal(await pushInProcess(command, cancelled, stop.signal, () => undefined), undefined);
    assert.equal(writing.contents, undefined);
    assert.deepEqual(writing.commits, []);
    assert.equal(existsSync(path.join(run, 'push')), false);
  });

  it('says what the Hub says of the token', async () => {
    const task = { args, token: 'hf_wrong', agree: () => Promise.resolve(true) };
    const failed = pushInProcess(command, task, new AbortController().signal, () => undefined);
    await assert.rejects(failed, /does not accept your token - create a new one/);
  });
});
