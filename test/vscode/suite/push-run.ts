import assert from 'node:assert/strict';
import path from 'node:path';
import * as vscode from 'vscode';
import { startHub } from '../../hub/hub-server';
import { newWriting } from '../../hub/hub-writing';
import { withPerson } from './person';
import { test } from './runner';
import { trainedRun } from './trained-run';

const REPO = 'tiny-org/faq';
const TOKEN = 'hf_that_may_write';

test('SFT: Push to the Hugging Face Hub… asks for a token, shows all files and sends them once that was agreed to', async () => {
  const run = await trainedRun();
  const hub = await startHub(REPO, {});
  hub.writing = newWriting(TOKEN);
  const before = { ...process.env };
  Object.assign(process.env, { HF_ENDPOINT: hub.endpoint, HF_TOKEN: '', HF_TOKEN_PATH: path.join(run, 'no-token') });
  try {
    const push = (answers: string[]): Promise<readonly string[]> =>
      withPerson(answers, async () => {
        await vscode.commands.executeCommand('sft.pushRun', run);
      });
    const choices = ['$(package) Adapter', REPO, '$(lock) Private'];
    const refused = await push([...choices, 'hf_wrong', 'Push', '']);
    assert.match(refused.at(-1)!, /^faq was not pushed: .*does not accept your token/);

    const left = await push([...choices, '']);
    assert.match(left.at(-1)!, /^Push \d+ files \(.+\) to tiny-org\/faq\?\n(.+\n)*adapter_model\.safetensors \(/);
    assert.equal(hub.writing.contents, undefined, 'nothing is sent that was not agreed to');

    const shown = await push([...choices, 'Push', 'Enter Token…', TOKEN, 'Push', '']);
    assert.equal(shown.at(-1), `The adapter of faq is on the Hub: ${hub.endpoint}/${REPO}`);
    assert.ok(hub.writing.contents!.has('adapter_model.safetensors'));
    assert.ok(![...hub.writing.contents!.keys()].some((name) => /predictions|data\.json|log/.test(name)));
    assert.equal(hub.writing.isPrivate, true);
    assert.ok(!shown.some((line) => line.includes(TOKEN)));
  } finally {
    for (const name of ['HF_ENDPOINT', 'HF_TOKEN', 'HF_TOKEN_PATH']) {
      if (before[name] === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = before[name];
    }
    await hub.close();
  }
});
