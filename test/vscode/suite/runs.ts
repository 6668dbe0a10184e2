import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import type { Dialogs } from '../../../src/editor/dialogs';
import type { SftApi } from '../../../src/editor/extension';
import type { TreeNode } from '../../../src/editor/runs/run-nodes';
import type { RunSummary } from '../../../src/runs/read-runs';
import { isWorking } from '../../../src/runs/folder/run-status';
import { LIMIT_MILLISECONDS, test as plainTest } from './runner';

const root = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '';
const MODEL = path.join(process.env['SFT_CHECKOUT'] ?? '', 'examples/tiny-llama');

async function api(): Promise<SftApi> {
  const extension = vscode.extensions.getExtension<SftApi>('sft-workbench.sft-workbench');
  assert.ok(extension);
  return extension.activate();
}

/** Workers outlive their window, and so would those of a test that fails. */
function test(name: string, body: (services: SftApi) => Promise<void>): void {
  plainTest(`runs: ${name}`, async () => {
    const services = await api();
    try {
      await body(services);
    } finally {
      for (const { state } of services.runs.list()) if (isWorking(state.status)) process.kill(state.pid, 'SIGKILL');
    }
  });
}

/** A person who picks the first offer that fits the next of these patterns, and says yes. What was said is kept. */
class Person implements Dialogs {
  readonly heard: string[] = [];
  readonly offered: string[] = [];
  private readonly listeners: ((message: string) => void)[] = [];

  constructor(
    private readonly picks: RegExp[],
    private readonly answers: { readonly text?: string; readonly confirm?: RegExp; readonly folder?: string } = {},
  ) {}

  pick(items: readonly vscode.QuickPickItem[], placeHolder: string): Promise<vscode.QuickPickItem | undefined> {
    this.offered.push(`${placeHolder}: ${items.map(({ label }) => label).join(' | ')}`);
    const wanted = this.picks.find((pattern) => items.some(({ label }) => pattern.test(label)));
    return Promise.resolve(items.find(({ label }) => wanted?.test(label)));
  }
  async pickSeveral(items: readonly vscode.QuickPickItem[], placeHolder: string): Promise<vscode.QuickPickItem[]> {
    const one = await this.pick(items, placeHolder);
    return one === undefined ? [] : [one];
  }
  folder = (): Promise<vscode.Uri | undefined> =>
    Promise.resolve(this.answers.folder === undefined ? undefined : vscode.Uri.file(this.answers.folder));
  file = (): Promise<undefined> => Promise.resolve(undefined);
  save = (): Promise<undefined> => Promise.resolve(undefined);
  text = (): Promise<string | undefined> => Promise.resolve(this.answers.text);
  info = (message: string): Promise<undefined> => this.hear(message);
  warn = async (message: string, ...actions: string[]): Promise<string | undefined> => {
    await this.hear(message);
    return this.answers.folder === undefined ? undefined : actions[0];
  };
  error = (message: string): Promise<undefined> => this.hear(message);
  confirm(message: string, detail: string, ...actions: string[]): Promise<string | undefined> {
    this.heard.push(`${message}: ${detail} [${actions.join(' | ')}]`);
    return Promise.resolve(actions.find((action) => (this.answers.confirm ?? /^Start Anyway$/).test(action)));
  }

  /** Resolves with the first message that fits, whether it was said or is yet to be. */
  hears(pattern: RegExp): Promise<string> {
    const said = this.heard.find((message) => pattern.test(message));
    if (said !== undefined) return Promise.resolve(said);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(`nobody said ${String(pattern)}, but:\n${this.heard.join('\n')}`));
      }, LIMIT_MILLISECONDS);
      this.listeners.push((message) => {
        if (!pattern.test(message)) return;
        clearTimeout(timer);
        resolve(message);
      });
    });
  }

  private hear(message: string): Promise<undefined> {
    this.heard.push(message);
    for (const listener of this.listeners) listener(message);
    return Promise.resolve(undefined);
  }
}

/** Waits until a run is as wanted. @throws Error with what it is after the limit */
export async function runWhen(
  { runs }: SftApi,
  folder: string,
  wanted: (run: RunSummary) => boolean,
): Promise<RunSummary> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      const run = runs.get(folder);
      if (run === undefined || !wanted(run)) return;
      clearTimeout(timer);
      subscription.dispose();
      resolve(run);
    };
    const timer = setTimeout(() => {
      subscription.dispose();
      const output = path.join(folder, 'output.txt');
      const said = existsSync(output) ? readFileSync(output, 'utf8') : '';
      reject(new Error(`the run is ${JSON.stringify(runs.get(folder)?.state)}\n${said}`));
    }, LIMIT_MILLISECONDS);
    const subscription = runs.onDidChange(look);
    look();
  });
}

export const hasStatus =
  (...statuses: string[]) =>
  ({ state }: RunSummary): boolean =>
    statuses.includes(state.status);

/** The tree as a person reads it, its runs unfolded: `Done 1`, `  faq`, `    Log`. */
async function drawn(tree: vscode.TreeDataProvider<TreeNode>, node?: TreeNode, indent = ''): Promise<string[]> {
  const lines: string[] = [];
  for (const child of (await tree.getChildren(node)) ?? []) {
    const { label, description } = await tree.getTreeItem(child);
    const name = typeof label === 'string' ? label : (label?.label ?? '');
    lines.push(`${indent}${name}${child.kind === 'group' ? ` ${String(description)}` : ''}`);
    if (child.kind !== 'part') lines.push(...(await drawn(tree, child, `${indent}  `)));
  }
  return lines;
}

async function nodeOf(tree: vscode.TreeDataProvider<TreeNode>, folder: string): Promise<TreeNode> {
  for (const group of (await tree.getChildren()) ?? []) {
    for (const run of (await tree.getChildren(group)) ?? []) {
      if (run.kind === 'run' && run.runFolder === folder) return run;
    }
  }
  throw new Error(`${folder} is not in the tree`);
}

/** Questions and answers in a folder of their own, few enough to be learned in a moment. */
function writeData(name: string, count: number): string {
  const all = JSON.parse(readFileSync(path.join(root, 'nigeria-services.json'), 'utf8')) as unknown[];
  const file = path.join(root, name, 'faq.json');
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(all.slice(0, count), null, 2)}\n`);
  return file;
}

export function writeConfig(name: string, values: Record<string, unknown>): string {
  writeData(name, 40);
  const file = path.join(root, name, 'sft.config.json');
  const config = {
    model_name: MODEL,
    dataset: 'faq.json',
    warmup_steps: 1,
    eval_examples: 2,
    max_new_tokens: 4,
    ...values,
  };
  writeFileSync(file, JSON.stringify(config, null, 2));
  return file;
}

async function start(services: SftApi, configFile: string): Promise<string> {
  const person = new Person([/^\$\(play\) Start anyway/]);
  services.answerDialogs(person);
  const folder = await vscode.commands.executeCommand<string | undefined>(
    'sft.startTraining',
    vscode.Uri.file(configFile),
  );
  assert.ok(folder !== undefined, [...person.heard, ...person.offered].join('\n'));
  return folder;
}

test('from a dataset three answers lead to a run, which is stopped, resumed and deleted', async (services) => {
  const data = writeData('three-answers', 40);
  const person = new Person([/Included example model|three-answers\/tiny-llama/, /^First run$/, /Start anyway/]);
  services.answerDialogs(person);
  const folder = await vscode.commands.executeCommand<string | undefined>('sft.startTraining', vscode.Uri.file(data));
  assert.ok(folder !== undefined, [...person.heard, ...person.offered].join('\n'));
  const config = path.join(root, 'three-answers/sft.config.json');
  assert.equal(path.dirname(folder), path.join(root, 'three-answers/.sft/runs'));
  const written = JSON.parse(readFileSync(config, 'utf8')) as Record<string, unknown>;
  assert.deepEqual(
    [written['model_name'], written['dataset'], written['max_steps'], written['lora_r']],
    ['tiny-llama', 'faq.json', 60, 16],
  );
  assert.ok(vscode.window.visibleTextEditors.some(({ document }) => document.uri.fsPath === config));

  await runWhen(services, folder, ({ state }) => state.status === 'running' && state.step > 0);
  assert.ok((await drawn(services.runTree)).includes('Running 1'));
  const node = await nodeOf(services.runTree, folder);
  await vscode.commands.executeCommand('sft.deleteRun', node);
  assert.match(person.heard.join('\n'), /faq is in progress\. Stop it before/);
  await vscode.commands.executeCommand('sft.stopRun', node);
  const stopped = await runWhen(services, folder, hasStatus('stopped', 'done'));
  assert.equal(stopped.state.status, 'stopped');
  assert.ok(existsSync(path.join(folder, 'checkpoints', `step-${stopped.state.step}`)));

  await vscode.commands.executeCommand('sft.resumeRun', node);
  await runWhen(services, folder, ({ state }) => state.status === 'running' && state.step > stopped.state.step);
  await vscode.commands.executeCommand('sft.stopRun', folder);
  await runWhen(services, folder, hasStatus('stopped'));
  services.answerDialogs(new Person([], { confirm: /^Move to Trash$|^Delete Permanently$/ }));
  await vscode.commands.executeCommand('sft.deleteRun', node);
  assert.ok(!existsSync(folder));
  assert.equal(services.runs.get(folder), undefined);
});

test('a run ends, and the tree shows what it made', async (services) => {
  const folder = await start(services, writeConfig('to-the-end', { max_steps: 3, save_steps: 2, name: 'short' }));
  await runWhen(services, folder, hasStatus('done'));
  const lines = await drawn(services.runTree);
  const at = lines.indexOf('  #1 short');
  assert.deepEqual(lines.slice(lines.indexOf('Done 1')), [
    'Done 1',
    '  #1 short',
    '    Configuration',
    '    Checkpoints',
    '    Evaluation',
    '    Predictions',
    '    Log',
    '    Adapter',
  ]);
  assert.ok(at > 0);
  const node = await nodeOf(services.runTree, folder);
  const parts = (await services.runTree.getChildren(node)) ?? [];
  const checkpoints = await services.runTree.getChildren(
    parts.find((one) => one.kind === 'part' && one.part === 'checkpoints'),
  );
  assert.deepEqual(
    (checkpoints ?? []).map((one) => (one.kind === 'checkpoint' ? one.name : one.kind)),
    ['best', 'step-3', 'step-2'],
  );

  services.answerDialogs(new Person([], { text: 'My first' }));
  await vscode.commands.executeCommand('sft.renameRun', node);
  assert.equal(services.runs.get(folder)?.label, '#1 My first');

  services.answerDialogs(new Person([], { text: 'again' }));
  const copy = await vscode.commands.executeCommand<vscode.Uri>('sft.continueFromAdapter', node);
  assert.equal(copy.fsPath, path.join(root, 'to-the-end/again/sft.config.json'));
  const written = JSON.parse(readFileSync(copy.fsPath, 'utf8')) as Record<string, unknown>;
  const { adapter, dataset, output_dir } = written;
  assert.deepEqual(
    [adapter, dataset, output_dir],
    [`../.sft/runs/${path.basename(folder)}/adapter`, '../faq.json', '../.sft/runs'],
  );
});

test('a killed worker is shown as interrupted, and of two that resume it one does', async (services) => {
  const folder = await start(services, writeConfig('killed', { max_steps: 400, save_steps: 1, name: 'killed' }));
  const { state } = await runWhen(services, folder, (run) => run.state.status === 'running' && run.state.step > 1);
  process.kill(state.pid, 'SIGKILL');
  const { state: interrupted } = await runWhen(services, folder, hasStatus('interrupted'));
  assert.ok((await drawn(services.runTree)).includes('Interrupted 1'));
  const person = new Person([]);
  services.answerDialogs(person);
  const resume = (): Thenable<unknown> => vscode.commands.executeCommand('sft.resumeRun', folder);
  await Promise.all([resume(), resume()]);
  const again = await runWhen(services, folder, (run) => run.state.status === 'running');
  assert.notEqual(again.state.pid, interrupted.pid);
  assert.match(person.heard.join('\n'), /already in progress|already being written/);
  await vscode.commands.executeCommand('sft.pauseRun', folder);
  await runWhen(services, folder, hasStatus('paused'));
  await vscode.commands.executeCommand('sft.resumeRun', folder);
  await runWhen(services, folder, hasStatus('running'));
  await vscode.commands.executeCommand('sft.stopRun', folder);
  await runWhen(services, folder, hasStatus('stopped'));
});

test('a run whose model was moved asks where it is, and goes on', async (services) => {
  const model = path.join(root, 'moving/model');
  cpSync(MODEL, model, { recursive: true });
  const folder = await start(services, writeConfig('moving', { model_name: 'model', max_steps: 400, save_steps: 1 }));
  await runWhen(services, folder, (run) => run.state.status === 'running' && run.state.step > 1);
  await vscode.commands.executeCommand('sft.stopRun', folder);
  await runWhen(services, folder, hasStatus('stopped'));
  const moved = path.join(root, 'moving/moved');
  renameSync(model, moved);
  const person = new Person([], { folder: moved });
  services.answerDialogs(person);
  await vscode.commands.executeCommand('sft.resumeRun', folder);
  assert.match(person.heard.join('\n'), /The model of .* is no longer at .*moving\/model/);
  await runWhen(services, folder, hasStatus('running'));
  await vscode.commands.executeCommand('sft.stopRun', folder);
  await runWhen(services, folder, hasStatus('stopped'));
});

test('what the checks find is told, a remedy is applied, and the checks run again', async (services) => {
  const file = writeConfig('unseen', { max_steps: 2 });
  const person = new Person([/Set max_steps/], { confirm: /^Set max_steps|^Choose a Fix/ });
  services.answerDialogs(person);
  const folder = await vscode.commands.executeCommand<string | undefined>('sft.startTraining', vscode.Uri.file(file));
  const said = [...person.heard, ...person.offered].join('\n');
  const written = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  assert.equal(written['max_steps'], 4, said);
  assert.match(person.heard[0] ?? '', /the run ends after 16 of 32 training examples/);
  assert.doesNotMatch(person.heard.slice(1).join('\n'), /Warning, Steps/);
  if (folder !== undefined) {
    await vscode.commands.executeCommand('sft.stopRun', folder);
    await runWhen(services, folder, hasStatus('stopped', 'done'));
  }
});

test('a configuration with a mistake starts nothing, and the mistake is told', async (services) => {
  const file = writeConfig('wrong', { model_name: 'gone' });
  const person = new Person([]);
  services.answerDialogs(person);
  assert.equal(await vscode.commands.executeCommand('sft.startTraining', vscode.Uri.file(file)), undefined);
  assert.match(person.heard.join('\n'), /Training cannot start: model_name: .*gone does not exist/);
  assert.equal(vscode.window.activeTextEditor?.document.uri.fsPath, file);
});

test('a sweep is asked for its values, makes a run of each, and is shown as one', async (services) => {
  const file = writeConfig('sweep', { max_steps: 2, warmup_steps: 0, name: 'swept', lora_r: 4, retention: false });
  const person = new Person([/^learning_rate: /, /Start anyway/]);
  services.answerDialogs(person);
  const folders = await vscode.commands.executeCommand<readonly string[] | undefined>(
    'sft.startSweep',
    vscode.Uri.file(file),
  );
  assert.equal(folders?.length, 3, [...person.heard, ...person.offered].join('\n'));
  const { sweep } = JSON.parse(readFileSync(file, 'utf8')) as { readonly sweep: unknown };
  assert.deepEqual(sweep, { learning_rate: [1e-4, 2e-4, 4e-4] });
  for (const folder of folders) await runWhen(services, folder, hasStatus('done'));
  await person.hears(/^The sweep of swept has finished: 3 runs\. /);
  const node = await nodeOf(services.runTree, folders[0]!);
  const { label, contextValue } = await services.runTree.getTreeItem(node);
  assert.deepEqual([label, contextValue], ['#1 learning_rate 1e-4', 'run.done.sweep']);
  await vscode.commands.executeCommand('sft.showSweep', node);
  const titles = vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs.map((tab) => tab.label));
  assert.ok(titles.includes('Sweep of swept'), titles.join(', '));
  // Once more there is nothing to start.
  assert.equal(
    (await vscode.commands.executeCommand<readonly string[]>('sft.startSweep', vscode.Uri.file(file))).length,
    3,
  );
  assert.match(person.heard.join('\n'), /Nothing to start: each of these runs is done/);
});

/** The hints at the worst examples of a text: on which line, and what they say. */
async function worstHints({ uri, lineCount }: vscode.TextDocument): Promise<[line: number, text: string][]> {
  const all = new vscode.Range(0, 0, lineCount, 0);
  const hints = await vscode.commands.executeCommand<vscode.InlayHint[]>('vscode.executeInlayHintProvider', uri, all);
  return hints.flatMap(({ label, position }) => {
    const text = typeof label === 'string' ? label : label.map(({ value }) => value).join('');
    return text.startsWith('loss ') ? [[position.line, text] as [number, string]] : [];
  });
}

/** Waits until the hints at the worst examples of a text are as wanted. */
async function hintsWhen(
  document: vscode.TextDocument,
  wanted: (hints: readonly [line: number, text: string][]) => boolean,
): Promise<[line: number, text: string][]> {
  const end = Date.now() + LIMIT_MILLISECONDS;
  for (;;) {
    const hints = await worstHints(document);
    if (wanted(hints)) return hints;
    if (Date.now() > end) throw new Error(`the hints are ${JSON.stringify(hints)}`);
  }
}

test('the worst examples of a run have hints, which move, go and are dismissed, and a command leads to them', async (services) => {
  const config = writeConfig('worst', { max_steps: 2, warmup_steps: 0, name: 'found', retention: false });
  const folder = await start(services, config);
  await runWhen(services, folder, hasStatus('done'));
  const document = await vscode.workspace.openTextDocument(path.join(root, 'worst/faq.json'));
  const editor = await vscode.window.showTextDocument(document);
  await services.analysed(document.uri);
  const hints = await hintsWhen(document, ({ length }) => length === 5);
  for (const [, text] of hints) assert.match(text, /^loss \d+\.\d: among the worst 5 of #1 found$/);

  await vscode.commands.executeCommand('sft.goToWorst');
  const worst = vscode.window.activeTextEditor?.selection.active.line;
  await vscode.commands.executeCommand('sft.goToWorst');
  assert.notEqual(vscode.window.activeTextEditor?.selection.active.line, worst);

  // A new example before them all moves them; an edit of one takes its hint away.
  const added =
    '\n  { "question": "What is new here today?", "answer": "This example, which was put before all the others." },';
  await editor.edit((edit) => {
    edit.insert(document.positionAt(document.getText().indexOf('[') + 1), added);
  });
  const moved = await hintsWhen(document, ([first]) => first?.[0] === hints[0]![0] + 1);
  assert.deepEqual(
    moved.map(([line]) => line - 1),
    hints.map(([line]) => line),
  );
  const line = document.lineAt(moved[0]![0]);
  await editor.edit((edit) => {
    edit.insert(
      new vscode.Position(line.lineNumber + 1, document.lineAt(line.lineNumber + 1).text.indexOf('": "') + 4),
      'X',
    );
  });
  await hintsWhen(document, ({ length }) => length === 4);
  await vscode.commands.executeCommand('undo');
  await hintsWhen(document, ({ length }) => length === 5);
  await vscode.commands.executeCommand('redo');
  await hintsWhen(document, ({ length }) => length === 4);
  await document.save();
  await services.analysed(document.uri);
  await hintsWhen(document, ({ length }) => length === 4);

  const losses = readFileSync(path.join(folder, 'losses.jsonl'), 'utf8')
    .split('\n')
    .filter((one) => one !== '');
  const run = services.runs.get(folder)!.run.id;
  for (const one of losses.map((text) => JSON.parse(text) as { data: string; index: number }))
    await vscode.commands.executeCommand('sft.dismissWorst', `${run}:${one.data}:${one.index}`);
  await hintsWhen(document, ({ length }) => length === 0);
});
