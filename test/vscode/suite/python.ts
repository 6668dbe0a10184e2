import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { windowDialogs } from '../../../src/editor/dialogs';
import type { SftApi } from '../../../src/editor/extension';
import { extensionApi } from './dataset-editor';
import { skip, test } from './runner';
import { hasStatus, runWhen, writeConfig } from './runs';

const NODE = `ELECTRON_RUN_AS_NODE=1 exec ${JSON.stringify(process.execPath)}`;
const script = (name: string): string => path.join(process.env['SFT_CHECKOUT'] ?? '', 'test/accelerate', name);

/** A machine whose python3 has no packages, with a uv that sets up an environment; neither is real. Taken back by `leave`. */
class FakeMachine {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'sft-machine-'));
  private readonly before = new Map<string, string | undefined>();

  constructor() {
    const write = (name: string, lines: string): string => {
      const file = path.join(this.folder, name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, `#!/bin/sh\n${lines}\n`);
      chmodSync(file, 0o755);
      return file;
    };
    const bare = { python: '3.11.2', executable: '/usr/bin/python3', packages: {}, gpus: [] };
    write('bin/python3', `echo '${JSON.stringify(bare)}'`);
    write('bin/uv', `${NODE} ${JSON.stringify(script('fake-uv.mjs'))} "$@"`);
    this.set('SFT_FAKE_PYTHON', write('python', `${NODE} ${JSON.stringify(script('fake-python.mjs'))} "$@"`));
    this.set('SFT_FAKE', path.join(this.folder, 'fake.json'));
    writeFileSync(path.join(this.folder, 'fake.json'), JSON.stringify({ pace: 150 }));
    this.set('SFT_FAKE_UV_CALLS', this.calls);
    writeFileSync(this.calls, '');
    this.set('XDG_DATA_HOME', path.join(this.folder, 'data'));
    this.set('PATH', `${path.join(this.folder, 'bin')}:${process.env['PATH'] ?? ''}`);
  }

  get calls(): string {
    return path.join(this.folder, 'calls');
  }

  leave(): void {
    for (const [name, value] of this.before) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  private set(name: string, value: string): void {
    this.before.set(name, process.env[name]);
    process.env[name] = value;
  }
}

/** Puts a person into the place of the dialogs, who takes the first action that fits. @returns what was shown */
function answering(services: SftApi, wanted: RegExp): string[] {
  const shown: string[] = [];
  const say = (message: string, ...actions: string[]): Promise<string | undefined> => {
    shown.push(message);
    return Promise.resolve(actions.find((action) => wanted.test(action)));
  };
  services.answerDialogs({
    ...windowDialogs,
    pick: (items) => Promise.resolve(items.find(({ label }) => wanted.test(label))),
    confirm: (message, detail, ...actions) => say(`${message}\n${detail}`, ...actions),
    info: say,
    warn: say,
    error: say,
  });
  return shown;
}

const values = { max_steps: 20, save_steps: 10, eval_steps: 10, device: 'cpu', threads: 1, retention: false };
const trainOnPython = (file: string): Thenable<string | undefined> =>
  vscode.commands.executeCommand<string | undefined>('sft.trainOnPython', vscode.Uri.file(file));

test('python: where none can train, nothing is set up and nothing starts unless a person agrees', async () => {
  if (process.env['SFT_PYTHON'] !== undefined) skip('SFT_PYTHON names one that can');
  const services = await extensionApi();
  const machine = new FakeMachine();
  try {
    const file = writeConfig('python-skipped', values);
    const skipped = answering(services, /^nothing$/);
    assert.equal(await trainOnPython(file), undefined);
    assert.match(skipped.join('\n'), /^No Python here can train yet: torch is not installed/);
    const declined = answering(services, /^Set Up GPU Training/);
    assert.equal(await trainOnPython(file), undefined);
    assert.match(
      declined.at(-1)!,
      /^Set up Python for training \(download \d\.\d GB\)\?\n[\s\S]*installed by uv 9\.9\.9/,
    );
    await vscode.commands.executeCommand('sft.setUpPython');
    assert.equal(declined.length, 3);
    assert.equal(readFileSync(machine.calls, 'utf8'), '');
  } finally {
    services.answerDialogs(windowDialogs);
    machine.leave();
  }
});

test('python: set up on the way, it trains a run that is paused, resumed, finished and chatted with', async () => {
  const services = await extensionApi();
  // The real one, where there is one.
  const machine = process.env['SFT_PYTHON'] === undefined ? new FakeMachine() : undefined;
  try {
    const file = writeConfig('python', { ...values, name: 'on python' });
    const shown = answering(services, /^Set Up|[Ss]tart [Aa]nyway/);
    const folder = await trainOnPython(file);
    assert.ok(folder !== undefined, shown.join('\n'));
    if (machine !== undefined) assert.match(shown.join('\n'), /Python 3\.11\.2 is set up and trains on the processor/);
    const { run } = await runWhen(services, folder, ({ state }) => state.status === 'running' && state.step > 0);
    assert.equal(run.config.engine, 'accelerate');
    await vscode.commands.executeCommand('sft.pauseRun', folder);
    const paused = await runWhen(services, folder, hasStatus('paused'));
    assert.ok(paused.state.step < 20);
    await vscode.commands.executeCommand('sft.resumeRun', folder);
    const done = await runWhen(services, folder, hasStatus('done', 'failed'));
    assert.deepEqual([done.state.status, done.state.step], ['done', 20], done.state.message);
    await vscode.commands.executeCommand('sft.openChat', folder);
    await vscode.commands.executeCommand('sft.newChat');
    const { chat } = services;
    const answered = new Promise<void>((resolve) => {
      const subscription = chat.onDidChange(() => {
        const replies = chat.turns[0]?.replies ?? [];
        if (replies.length === 0 || !replies.every(({ status }) => ['done', 'failed'].includes(status))) return;
        subscription.dispose();
        resolve();
      });
    });
    assert.equal(await chat.receive({ type: 'send', id: 1, question: 'Where do I renew my passport?' }), undefined);
    await answered;
    assert.deepEqual(
      chat.turns[0]?.replies.map(({ model, status }) => `${model} ${status}`),
      ['Base · #1 on python done', 'Tuned · #1 on python done'],
    );
  } finally {
    services.answerDialogs(windowDialogs);
    machine?.leave();
  }
});
