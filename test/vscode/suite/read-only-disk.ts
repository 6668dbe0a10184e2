import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { parseConfig } from '../../../src/config/parse-config';
import { createRun } from '../../../src/runs/create-run';
import { mountSmallDisk, NO_SMALL_DISK } from '../../small-disk';
import { extensionApi, workspaceFile } from './dataset-editor';
import { withPerson } from './person';
import { skip, test } from './runner';

test('on a read-only disk a person is told what cannot be written, and nothing is lost', async () => {
  const disk = mountSmallDisk(workspaceFile('small-disk').fsPath, '4m');
  if (disk === undefined) skip(NO_SMALL_DISK);
  try {
    const configFile = path.join(disk.path, 'sft.config.json');
    const model = path.join(process.env['SFT_CHECKOUT'] ?? '', 'examples/tiny-llama');
    const text = `${JSON.stringify({ model_name: model, dataset: 'faq.json', learning_rate: 1e-4 }, null, 2)}\n`;
    writeFileSync(configFile, text);
    writeFileSync(path.join(disk.path, 'faq.json'), '[{"question": "Where?", "answer": "In Lagos."}]');
    const run = await createRun({ config: parseConfig(text, configFile), configFile, now: new Date() });
    await run.writeState({ status: 'stopped', step: 3 });
    const { runs } = await extensionApi();
    await runs.refresh();
    disk.setReadOnly(true);

    const renamed = await withPerson(['Another name'], async () =>
      vscode.commands.executeCommand('sft.renameRun', run.path),
    );
    assert.match(
      renamed.join('\n'),
      /^The run cannot be renamed: .*label\.json cannot be saved: the file system is read-only - choose/,
    );
    assert.equal(runs.get(run.path)?.name, 'faq');

    const copied = await withPerson(['again'], async () =>
      vscode.commands.executeCommand('sft.duplicateConfiguration', run.path),
    );
    assert.match(
      copied.join('\n'),
      /^The configuration cannot be written: .*again cannot be saved: .* read-only - choose/,
    );

    const resumed = await withPerson([], async () => vscode.commands.executeCommand('sft.resumeRun', run.path));
    assert.match(
      resumed.join('\n'),
      /^The run cannot be resumed: .*output\.txt cannot be saved: .* read-only - choose/,
    );
    assert.equal(runs.get(run.path)?.state.status, 'stopped');

    const changes = { learning_rate: 1e-5 };
    assert.equal(await vscode.commands.executeCommand('sft.applyConfigChanges', configFile, changes), true);
    const { document } = vscode.window.activeTextEditor!;
    assert.equal(await document.save(), false);
    assert.ok(document.isDirty && document.getText().includes('0.00001'), 'what was changed is still in the editor');
    assert.equal(readFileSync(configFile, 'utf8'), text);
    await vscode.commands.executeCommand('workbench.action.files.revert');
  } finally {
    disk.setReadOnly(false);
    disk.unmount();
  }
});
