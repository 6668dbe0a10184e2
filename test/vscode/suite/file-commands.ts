import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import type { FileCheck } from '../../../src/analysis/protocol';
import { NOT_IN_A_DOCUMENT } from './planted';
import { open, sft, workspaceFile, writeWorkspaceFile } from './dataset-editor';
import { withPerson } from './person';
import { LIMIT_MILLISECONDS, test } from './runner';

const CHAT = {
  messages: [
    { role: 'user', content: 'a?' },
    { role: 'assistant', content: 'b' },
  ],
};
const SYSTEM = { role: 'system', content: 'Be brief.' };

test('SFT: Convert Dataset… writes the other format next to the file', async () => {
  await writeWorkspaceFile('convert/plain.json', JSON.stringify([{ question: 'a?', answer: 'b' }]));
  const shown = await withPerson(['OpenAI messages', 'JSONL, one example a line'], async () => {
    await vscode.commands.executeCommand('sft.convertDataset', workspaceFile('convert/plain.json'));
  });
  assert.equal(vscode.window.activeTextEditor?.document.getText(), `${JSON.stringify(CHAT)}\n`);
  assert.match(shown.at(-1)!, /^plain\.messages\.jsonl: 1 example, Q&A to OpenAI messages$/);
  const { length } = (await sft(['validate', workspaceFile('convert/plain.messages.jsonl').fsPath])) as unknown[];
  assert.equal(length, 1, 'nothing but the number of examples is found in the new file');
});

test('SFT: Convert Dataset… says what would be lost and writes only when that is agreed to', async () => {
  const text = JSON.stringify([CHAT, { messages: [SYSTEM, ...CHAT.messages] }]);
  const file = await writeWorkspaceFile('convert/chat.json', text);
  const convert = async (): Promise<void> => {
    await vscode.commands.executeCommand('sft.convertDataset', file);
  };
  await withPerson(['Q&A', 'JSON array', ''], convert);
  await assert.rejects(async () => await vscode.workspace.fs.stat(workspaceFile('convert/chat.qa.json')));
  const shown = await withPerson(['Q&A', 'JSON array', 'Convert Anyway'], convert);
  assert.ok(
    shown.some((line) => line.includes('Q&A has no place for the system message (1 example, first on line 1)')),
    shown.join('\n'),
  );
  assert.deepEqual(JSON.parse(vscode.window.activeTextEditor!.document.getText()), [
    { question: 'a?', answer: 'b' },
    { question: 'a?', answer: 'b' },
  ]);
  assert.equal(Buffer.from(await vscode.workspace.fs.readFile(file)).toString(), text, 'the old file is as it was');
});

test('SFT: Convert Dataset… never overwrites a file unasked', async () => {
  const file = await writeWorkspaceFile('convert/twice.json', JSON.stringify([{ question: 'a?', answer: 'b' }]));
  const taken = await writeWorkspaceFile('convert/twice.alpaca.json', 'mine');
  const shown = await withPerson(['Alpaca', 'JSON array', 'Keep Both'], async () => {
    await vscode.commands.executeCommand('sft.convertDataset', file);
  });
  assert.ok(shown.includes('twice.alpaca.json exists already.'), shown.join('\n'));
  assert.equal(Buffer.from(await vscode.workspace.fs.readFile(taken)).toString(), 'mine');
  assert.match(vscode.window.activeTextEditor!.document.fileName, /twice\.alpaca-2\.json$/);
});

test('SFT: Convert Dataset… and SFT: Split Dataset… make nothing of data with errors, and lead to it', async () => {
  const commands: [command: string, answers: string[], told: RegExp][] = [
    ['sft.convertDataset', ['Alpaca', 'JSON array'], /the data has \d+ errors: nothing was converted/],
    ['sft.splitDataset', ['80 / 10 / 10', workspaceFile('split/none').fsPath], /nothing was written: .*planted\.json:/],
  ];
  for (const [command, answers, told] of commands) {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    const shown = await withPerson([...answers, 'Show the Data'], async () => {
      await vscode.commands.executeCommand(command, workspaceFile('planted.json'));
      await activeTab(({ label }) => label === 'planted.json');
    });
    assert.match(shown.at(-1)!, told);
  }
});

test('SFT: Check Dataset File streams a file and opens its report', async () => {
  const uri = workspaceFile('texts.json');
  const checked = await vscode.commands.executeCommand<FileCheck>('sft.checkFile', uri);
  const expected = (await sft(['validate', uri.fsPath])) as unknown[];
  assert.equal(checked.findingCount, expected.length);
  const { label } = await activeTab((tab) => tab.input instanceof vscode.TabInputWebview);
  assert.equal(label, 'Report: texts.json');
  await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
});

test('SFT: Check Dataset File names what keeps a file from being text', async () => {
  const random = Uint8Array.from({ length: 4096 }, (_, i) => (i * 7919 + (i >> 3) * 104_729) & 0xff);
  const files: Readonly<Record<string, [content: Uint8Array, rule: string]>> = {
    'hostile/archive.json': [Uint8Array.of(0x50, 0x4b, 3, 4, ...random), 'not-text'],
    'hostile/random.json': [random, 'not-text'],
    'hostile/latin.json': [Buffer.from('[{"question": "caf\xe9?", "answer": "b"}]', 'latin1'), 'wrong-encoding'],
  };
  for (const [name, [content, rule]] of Object.entries(files)) {
    const uri = await writeWorkspaceFile(name, content);
    const checked = await vscode.commands.executeCommand<FileCheck>('sft.checkFile', uri);
    const found = checked.findings.find((finding) => finding.rule === rule);
    assert.ok(found, `${name}: ${checked.findings.map(({ message }) => message).join(', ')}`);
    assert.ok(NOT_IN_A_DOCUMENT.includes(rule));
    assert.match(found.message, / - /, 'it says what to do');
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
  }
});

test('SFT: Check Dataset File tells of an example that never ends', async () => {
  const good = '{"question": "Who keeps the key?", "answer": "The porter."}';
  const uri = await writeWorkspaceFile(
    'hostile/endless.json',
    `[\n  ${good},\n  ${good.slice(0, -2)}${'word '.repeat(14_000_000)}`,
  );
  const { findings, count } = await vscode.commands.executeCommand<FileCheck>('sft.checkFile', uri);
  assert.equal(count, 1);
  assert.deepEqual(
    findings
      .filter(({ severity }) => severity === 'error')
      .map(({ rule, line, column, message }) => ({ rule, line, column, message })),
    [
      {
        rule: 'too-long',
        line: 3,
        column: 3,
        message: 'this example is longer than 64 million characters - close its brackets',
      },
    ],
  );
  await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
  await vscode.workspace.fs.delete(uri);
});

test('SFT: Split Dataset… writes the parts, near-duplicates in one of them', async () => {
  const words = Array.from({ length: 400 }, (_, i) => `w${(i * 7919).toString(36)}`);
  const rows = Array.from({ length: 20 }, (_, i) => ({
    question: `${words.slice(i * 20, i * 20 + 10).join(' ')}?`,
    answer: `${words.slice(i * 20 + 10, i * 20 + 20).join(' ')}.`,
  }));
  const near = rows.slice(0, 3).map(({ question, answer }) => ({ question, answer: `${answer} indeed` }));
  const file = await writeWorkspaceFile('split/all.json', JSON.stringify([...rows, ...near]));
  const out = workspaceFile('split/parts').fsPath;
  const shown = await withPerson(['60 / 20 / 20', out], async () => {
    await vscode.commands.executeCommand('sft.splitDataset', file);
  });
  assert.match(shown.join('\n'), /Written to .*parts: train \d+ \(train\.json\), validation \d \(/);
  const parts = ['train', 'validation', 'test'].map((part) => path.join(out, `${part}.json`));
  const leaks = (await sft(['validate', ...parts])) as { rule: string }[];
  assert.deepEqual(
    leaks.filter(({ rule }) => rule === 'split-leak'),
    [],
  );
  for (const { question } of near) {
    const holding = parts.filter((part) => readFileSync(part, 'utf8').split(question).length > 1);
    assert.equal(holding.length, 1, 'both are in one part');
  }
});

test('SFT: Fix All on save, where a person wants it', async () => {
  const uri = await writeWorkspaceFile('save/on-save.json', '[\n  {"question": "a?", "answer": "b"},\n]\n');
  const settings = vscode.workspace.getConfiguration('editor', uri);
  await settings.update('codeActionsOnSave', { 'source.fixAll.sft': 'explicit' }, vscode.ConfigurationTarget.Workspace);
  try {
    const editor = await open('save/on-save.json');
    await editor.edit((edit) => {
      edit.insert(new vscode.Position(1, 2), ' ');
    });
    await editor.document.save();
    assert.equal(editor.document.getText(), '[\n   {"question": "a?", "answer": "b"}\n]\n');
  } finally {
    await settings.update('codeActionsOnSave', undefined, vscode.ConfigurationTarget.Workspace);
  }
});

async function activeTab(wanted: (tab: vscode.Tab) => boolean): Promise<vscode.Tab> {
  return await new Promise((resolve, reject) => {
    const look = (): void => {
      const tab = vscode.window.tabGroups.activeTabGroup.activeTab;
      if (tab === undefined || !wanted(tab)) return;
      clearTimeout(timer);
      subscription.dispose();
      resolve(tab);
    };
    const timer = setTimeout(() => {
      subscription.dispose();
      reject(new Error(`the active tab is ${vscode.window.tabGroups.activeTabGroup.activeTab?.label ?? 'none'}`));
    }, LIMIT_MILLISECONDS);
    const subscription = vscode.window.tabGroups.onDidChangeTabs(look);
    look();
  });
}
