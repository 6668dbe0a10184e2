import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import type { SftApi } from '../../../src/editor/extension';
import { DEFAULT_SETTINGS, type ChatTurn, type FromChat } from '../../../src/messages/chat';
import { sft } from './dataset-editor';
import { withPerson } from './person';
import { LIMIT_MILLISECONDS, skip, test } from './runner';

const MODEL = path.join(process.env['SFT_CHECKOUT'] ?? '', 'examples/tiny-llama');
const QUESTION = 'Where do I renew my passport?';

const project = path.join(vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '', 'chat');
const dataset = path.join(project, 'faq.json');
let trained: Promise<string> | undefined;

async function api(): Promise<SftApi> {
  const extension = vscode.extensions.getExtension<SftApi>('sft-workbench.sft-workbench');
  assert.ok(extension);
  return extension.activate();
}

/** A run of the tiny model that is done, made by the command line; once. @returns its folder */
function finishedRun(): Promise<string> {
  trained ??= (async () => {
    mkdirSync(project, { recursive: true });
    const examples = JSON.parse(readFileSync(path.join(project, '../nigeria-services.json'), 'utf8')) as unknown[];
    writeFileSync(dataset, `${JSON.stringify(examples.slice(0, 20), null, 2)}\n`);
    const config = {
      name: 'chat',
      model_name: MODEL,
      dataset: 'faq.json',
      max_steps: 3,
      warmup_steps: 0,
      save_steps: 2,
    };
    writeFileSync(path.join(project, 'sft.config.json'), JSON.stringify(config));
    const runs = path.join(project, '.sft/runs');
    await sft(['train', path.join(project, 'sft.config.json'), '--run', path.join(runs, 'one')]).catch(() => undefined);
    const state = JSON.parse(readFileSync(path.join(runs, 'one/state.json'), 'utf8')) as { status: string };
    assert.equal(state.status, 'done');
    return path.join(runs, 'one');
  })();
  return trained;
}

/** Opens the view with the run, and a new conversation whose answers are always the same. */
async function freshChat({ chat }: SftApi): Promise<void> {
  await vscode.commands.executeCommand('sft.openChat', await finishedRun());
  await vscode.commands.executeCommand('sft.newChat');
  const settings = { ...DEFAULT_SETTINGS, doSample: false, maxNewTokens: 24 };
  assert.equal(await chat.receive({ type: 'settings', edit: 0, settings }), undefined);
}

async function chatWhen(
  { chat }: SftApi,
  wanted: (turns: readonly ChatTurn[]) => boolean,
): Promise<readonly ChatTurn[]> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      if (!wanted(chat.turns)) return;
      clearTimeout(timer);
      subscription.dispose();
      resolve(chat.turns);
    };
    const timer = setTimeout(() => {
      subscription.dispose();
      reject(new Error(`the chat is ${JSON.stringify(chat.turns, undefined, 1)}`));
    }, LIMIT_MILLISECONDS);
    const subscription = chat.onDidChange(look);
    look();
  });
}

/** Sends what the view would, and waits until all have answered. */
async function asked(sftApi: SftApi, message: FromChat): Promise<readonly ChatTurn[]> {
  assert.equal(await sftApi.chat.receive(message), undefined);
  return chatWhen(sftApi, () => !sftApi.chat.busy);
}

test('chat: base and tuned model answer side by side', async () => {
  const sftApi = await api();
  await freshChat(sftApi);
  const [turn] = await asked(sftApi, { type: 'send', id: 1, question: QUESTION });
  const [left, right] = turn!.replies;
  assert.deepEqual([left?.model, right?.model], ['Base · chat', 'Tuned · chat']);
  for (const reply of turn!.replies) {
    assert.deepEqual([reply.status, reply.problem], ['done', undefined]);
    assert.ok(reply.promptTokens! > 0 && reply.newTokens! > 0 && reply.newTokens! <= 24);
  }
  const prompt = ['--prompt', QUESTION, '--max-new-tokens', '24', '--temperature', '0'];
  const run = await finishedRun();
  const generated = async (...more: string[]): Promise<string> =>
    ((await sft(['generate', '--model', MODEL, ...more, ...prompt])) as { text: string }).text.trim();
  assert.equal(left!.text.trim(), await generated());
  assert.equal(right!.text.trim(), await generated('--adapter', path.join(run, 'adapter')));
});

test('chat: a question is asked again in other words, one side is hidden, an answer is stopped', async () => {
  const sftApi = await api();
  await freshChat(sftApi);
  await asked(sftApi, { type: 'send', id: 1, question: QUESTION });
  await asked(sftApi, { type: 'send', id: 2, question: 'And where do I pay?' });
  await sftApi.chat.receive({ type: 'chooseModel', edit: 0, side: 'right', model: undefined });
  const turns = await asked(sftApi, { type: 'resend', id: 3, turn: 0, question: 'Where is the office?' });
  assert.deepEqual(
    turns.map(({ question, replies }) => [question, replies.map(({ side }) => side)]),
    [['Where is the office?', ['left']]],
  );
  assert.equal(await sftApi.chat.receive({ type: 'send', id: 4, question: 'What does it cost?' }), undefined);
  await vscode.commands.executeCommand('sft.stopAnswer');
  assert.equal(sftApi.chat.busy, false);
  assert.equal(sftApi.chat.turns[1]?.replies[0]?.status, 'stopped');
  assert.match((await sftApi.chat.receive({ type: 'send', id: 5, question: '  ' }))!, /Write a question/);
});

test('chat: a checkpoint of the runs view is compared with the base model', async () => {
  const sftApi = await api();
  await freshChat(sftApi);
  const checkpoint = { kind: 'checkpoint', name: 'step-2', runFolder: await finishedRun() };
  await vscode.commands.executeCommand('sft.openChat', checkpoint);
  const [turn] = await asked(sftApi, { type: 'send', id: 1, question: QUESTION });
  assert.deepEqual(
    turn!.replies.map(({ model, status }) => `${model} ${status}`),
    ['Base · chat done', 'Step 2 · chat done'],
  );
});

test('chat: a corrected answer is added to the dataset, and undone', async () => {
  const sftApi = await api();
  await freshChat(sftApi);
  await asked(sftApi, { type: 'send', id: 1, question: QUESTION });
  const before = readFileSync(dataset, 'utf8');
  const target = vscode.Uri.file(dataset).toString();
  const save = { type: 'save', id: 2, turn: 0, side: 'right', answer: 'At the passport office.\n', target } as const;
  assert.equal(await sftApi.chat.receive(save), undefined);
  const document = await vscode.workspace.openTextDocument(dataset);
  const examples = JSON.parse(document.getText()) as unknown[];
  assert.deepEqual(examples.at(-1), { question: QUESTION, answer: 'At the passport office.' });
  assert.ok(document.isDirty, 'nothing is written before the person saves');
  assert.ok(document.getText().startsWith(before.trimEnd().slice(0, -2)), 'every other example stays as it was');
  await vscode.window.showTextDocument(document);
  await vscode.commands.executeCommand('undo');
  assert.equal(document.getText(), before);

  const edit = new vscode.WorkspaceEdit();
  edit.insert(document.uri, new vscode.Position(1, 0), '{"question": ');
  await vscode.workspace.applyEdit(edit);
  const broken = document.getText();
  assert.match((await sftApi.chat.receive({ ...save, id: 3 }))!, /nothing was added, because the file is damaged/);
  assert.equal(document.getText(), broken);
});

test('chat: the category that the data has is asked for, and put into the example that was added', async () => {
  const sftApi = await api();
  await freshChat(sftApi);
  await asked(sftApi, { type: 'send', id: 1, question: QUESTION });
  const document = await vscode.workspace.openTextDocument(dataset);
  const before = document.getText();
  const [{ agency }] = JSON.parse(before) as [{ agency: string }];
  const answer = 'At the passport office.';
  const target = vscode.Uri.file(dataset).toString();
  const last = (): unknown => (JSON.parse(document.getText()) as unknown[]).at(-1);
  const shown = await withPerson(['Choose agency…', agency], async () => {
    assert.equal(await sftApi.chat.receive({ type: 'save', id: 2, turn: 0, side: 'right', answer, target }), undefined);
    const end = performance.now() + LIMIT_MILLISECONDS;
    while (!document.getText().includes(`"answer": "${answer}",\n    "agency"`)) {
      assert.ok(performance.now() < end, JSON.stringify(last()));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  });
  assert.match(shown[0]!, /Added without agency/);
  assert.deepEqual(last(), { question: QUESTION, answer, agency });
  await vscode.window.showTextDocument(document);
  await vscode.commands.executeCommand('undo');
  await vscode.commands.executeCommand('undo');
  assert.equal(document.getText(), before);
});

test('chat: the tuned model is a chat model of VS Code', async () => {
  if (!('registerLanguageModelChatProvider' in vscode.lm)) skip('this VS Code takes no chat models');
  const run = await finishedRun();
  const { runs } = await api();
  await runs.refresh();
  const models = await vscode.lm.selectChatModels({ vendor: 'sft' });
  const model = models.find(({ id }) => id.includes(run));
  assert.ok(model, `among ${models.map(({ id }) => id).join(', ')}`);
  const token = new vscode.CancellationTokenSource().token;
  const response = await model.sendRequest([vscode.LanguageModelChatMessage.User(QUESTION)], {}, token);
  let text = '';
  for await (const piece of response.text) text += piece;
  assert.notEqual(text.trim(), '');
  assert.ok((await model.countTokens(QUESTION, token)) > 0);
});
