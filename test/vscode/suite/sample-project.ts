import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { Dialogs } from '../../../src/editor/dialogs';
import type { SftApi } from '../../../src/editor/extension';
import { test } from './runner';

/** Answers the one question for a folder; any other is a failure. */
function choosing(folder: vscode.Uri): Dialogs {
  const never = (text: unknown): Promise<never> => Promise.reject(new Error(`asked: ${JSON.stringify(text)}`));
  return {
    folder: () => Promise.resolve(folder),
    pick: (items) => never(items),
    pickSeveral: (items) => never(items),
    file: never,
    save: never,
    confirm: never,
    text: never,
    info: never,
    warn: never,
    error: never,
  };
}

async function names(folder: vscode.Uri): Promise<string[]> {
  return (await vscode.workspace.fs.readDirectory(folder)).map(([name]) => name).toSorted();
}

test('the sample project is copied into a new folder, never over another, and the walkthrough finds it', async () => {
  const extension = vscode.extensions.getExtension<SftApi>('sft-workbench.sft-workbench')!;
  const api = await extension.activate();
  const parent = vscode.Uri.joinPath(vscode.workspace.workspaceFolders![0]!.uri, 'learning');
  await vscode.workspace.fs.createDirectory(parent);
  const restore = api.answerDialogs(choosing(parent));
  try {
    const open = (): Thenable<vscode.Uri> => vscode.commands.executeCommand<vscode.Uri>('sft.openSampleProject');
    const first = await open();
    assert.equal(first.path, `${parent.path}/sft-sample`);
    assert.deepEqual(await names(first), [
      'README.md',
      'service-desk-mistakes.json',
      'service-desk.json',
      'sft.config.json',
      'tiny-llama',
    ]);
    assert.equal(vscode.window.activeTextEditor?.document.uri.path, `${first.path}/service-desk.json`);
    const config = vscode.Uri.joinPath(first, 'sft.config.json');
    await vscode.workspace.fs.writeFile(config, Buffer.from('{"mine": true}'));
    const second = await open();
    assert.equal(second.path, `${parent.path}/sft-sample-2`);
    assert.equal(Buffer.from(await vscode.workspace.fs.readFile(config)).toString(), '{"mine": true}');
    assert.deepEqual(await names(second), await names(first));

    await vscode.workspace.fs.delete(first, { recursive: true });
    await vscode.commands.executeCommand('sft.learn.showConfiguration');
    assert.equal(vscode.window.activeTextEditor.document.uri.path, `${second.path}/sft.config.json`);
  } finally {
    restore();
    await vscode.workspace.fs.delete(parent, { recursive: true });
  }
});

/** Resolves when the tab in front bears a name like this: a page that is being opened gets its name late. */
async function activeTab(name: RegExp): Promise<void> {
  const { tabGroups } = vscode.window;
  const isThere = (): boolean => name.test(tabGroups.activeTabGroup.activeTab?.label ?? '');
  if (isThere()) return;
  await new Promise<void>((resolve) => {
    const subscription = tabGroups.onDidChangeTabs(() => {
      if (!isThere()) return;
      subscription.dispose();
      resolve();
    });
  });
}

test('sft.showGlossary opens the page, with and without a term', async () => {
  for (const args of [[], ['lora-rank']]) {
    await vscode.commands.executeCommand('sft.showGlossary', ...args);
    await activeTab(/glossary\.md/);
  }
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
});
