import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { workspaceFile } from './dataset-editor';
import { withPerson } from './person';
import { test } from './runner';

const examples = path.join(process.env['SFT_CHECKOUT'] ?? '', 'examples');

test('a first run goes through the data once where its forecast allows that, and tells how long it takes', async () => {
  const folder = workspaceFile('first-run').fsPath;
  mkdirSync(folder);
  cpSync(path.join(examples, 'tiny-llama'), path.join(folder, 'tiny-llama'), { recursive: true });
  const read = (name: string): unknown[] => JSON.parse(readFileSync(path.join(examples, name), 'utf8')) as unknown[];
  const all = [...read('nigeria-services.json'), ...read('service-desk.json')];
  assert.equal(all.length, 898);
  const data = path.join(folder, 'faq.json');
  writeFileSync(data, JSON.stringify(all, null, 2));
  let run: string | undefined;
  // Nothing is started where the checks find something to say.
  const shown = await withPerson(['first-run/tiny-llama', 'First run', ''], async () => {
    run = await vscode.commands.executeCommand<string | undefined>('sft.startTraining', vscode.Uri.file(data));
  });
  if (run !== undefined) await vscode.commands.executeCommand('sft.stopRun', run);
  const told = shown.find((message) => message.startsWith('The first run takes '));
  assert.match(String(told), /^The first run takes 90 steps, about \d.* on this machine\.$/);
  const config = JSON.parse(readFileSync(path.join(folder, 'sft.config.json'), 'utf8')) as Record<string, unknown>;
  const keys = ['max_steps', 'warmup_steps', 'eval_steps', 'eval_examples', 'loss_examples'];
  assert.deepEqual(
    keys.map((key) => config[key]),
    [90, 5, 20, 50, 100],
  );
});
