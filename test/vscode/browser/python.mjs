// From a configuration to a model that Python has trained and that answers, by palette and mouse. Where SFT_PYTHON names a Python with
// PyTorch, that trains; else none can, and one is set up when it is offered, by a uv and a Python that are both fakes. Each test stands on
// what the one before left.
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../../../scripts/setup.mjs';
import { startServer } from '../../../scripts/vscode-host.mjs';
import { runTests } from './run-tests.mjs';
import { askBoth, progress, trainingLimit, writeWorkspace } from './run-views.mjs';
import { Window, shots, themeSettings } from './window.mjs';

const isReal = process.env.SFT_PYTHON !== undefined;

const settingUp = {
  async 'SFT: Train on Python GPU offers to set one up where none can train; declined, nothing is done'(state) {
    const question = await offered(state);
    await question.getByText(/^Set up Python for training \(download \d\.\d GB\)\?$/).waitFor();
    await question.getByText(/installed by uv 9\.9\.9/).waitFor();
    await state.window.pictures('python-offer');
    await question.getByRole('button', { name: 'Cancel' }).click();
    await question.waitFor({ state: 'hidden' });
    assert.equal(readFileSync(state.calls, 'utf8'), '');
    assert.ok(!existsSync(state.runs));
  },

  async 'accepted, it is set up, and the training that was asked for starts'(state) {
    const question = await offered(state);
    await question.getByRole('button', { name: 'Set Up' }).click();
    await startAnyway(state);
    await state.window.notification('Python 3.11.2 is set up and trains on the processor');
    assert.match(readFileSync(state.calls, 'utf8'), /^venv .*\n(?:.*\n)*pip /);
  },
};

const started = {
  async 'SFT: Train on Python GPU starts a run where a Python can train'(state) {
    await state.window.openFile('sft.config.json');
    await state.window.runCommand('SFT: Train on Python GPU');
    await startAnyway(state);
  },
};

const training = {
  async 'the run is paused and resumed from the palette, and done'({ window, runs, hurry }) {
    const dashboard = await window.frameWith(progress);
    await dashboard.waitForFunction(
      (selector) => /^step [1-9]/.test(document.querySelector(selector)?.getAttribute('aria-valuetext') ?? ''),
      progress,
      { timeout: trainingLimit() },
    );
    await window.runCommand('SFT: Pause Run');
    await dashboard.locator('.badge.paused').waitFor({ timeout: trainingLimit() });
    const [name, ...others] = readdirSync(runs);
    assert.deepEqual(others, []);
    const read = (file) => JSON.parse(readFileSync(path.join(runs, name, file), 'utf8'));
    const { step, total_steps: total } = read('state.json');
    assert.ok(step > 0 && step < total, `${step} of ${total}`);
    assert.equal(read('run.json').config.engine, 'accelerate');
    await window.pictures('python-paused');
    hurry();
    await window.runCommand('SFT: Resume Run');
    await dashboard.locator('.badge.done').waitFor({ timeout: trainingLimit() });
    await dashboard.locator('.evaluation').getByText('ROUGE-L', { exact: true }).first().waitFor();
    assert.equal(read('state.json').step, total);
    await window.pictures('python-done');
  },

  async 'base and tuned model answer in the chat'({ window }) {
    await askBoth(window, 'How do I register for a NIN?');
  },
};

/** Asks for training on Python, and for the set-up that is offered. @returns the question that comes then */
async function offered({ window }) {
  await window.openFile('sft.config.json');
  await window.runCommand('SFT: Train on Python GPU');
  const told = await window.notification('No Python here can train yet: torch, transformers');
  await told.getByRole('button', { name: 'Set Up GPU Training…' }).click();
  return window.page.locator('.monaco-dialog-box');
}

/** A tiny model and few examples are worth a word before, which is no reason not to start. */
async function startAnyway({ window }) {
  const question = window.page.locator('.monaco-dialog-box').getByRole('button', { name: 'Start Anyway' });
  await question.click();
  await window.frameWith(progress);
}

/** A configuration of a run that is slow enough to be paused. */
function makeWorkspace(folder) {
  writeWorkspace(folder, {
    device: 'cpu',
    max_steps: isReal ? 60 : 20,
    per_device_batch_size: 2,
    threads: 1,
    save_steps: 10,
    eval_steps: 20,
    max_new_tokens: 8,
    retention: false,
  });
}

/** A machine whose python3 has no packages, with a uv that sets up an environment; neither is real. */
function fakeMachine(folder) {
  const at = (name) => path.join(folder, name);
  mkdirSync(at('bin'), { recursive: true });
  const write = (name, line) => {
    writeFileSync(at(name), `#!/bin/sh\n${line}\n`);
    chmodSync(at(name), 0o755);
  };
  const script = (name) => `exec '${process.execPath}' '${path.join(root, 'test/accelerate', name)}' "$@"`;
  const bare = { python: '3.11.2', executable: '/usr/bin/python3', packages: {}, gpus: [] };
  write('bin/python3', `echo '${JSON.stringify(bare)}'`);
  write('bin/uv', script('fake-uv.mjs'));
  write('python', script('fake-python.mjs'));
  // VS Code asks a login shell for the PATH, which would say that of this machine.
  write('shell', 'for command; do :; done; exec /bin/sh -c "$command"');
  writeFileSync(at('calls'), '');
  const pace = (milliseconds) => {
    writeFileSync(at('fake.json'), JSON.stringify({ pace: milliseconds }));
  };
  pace(2000);
  return {
    calls: at('calls'),
    hurry: () => {
      pace(10);
    },
    env: {
      SHELL: at('shell'),
      PATH: `${at('bin')}:${process.env.PATH}`,
      SFT_FAKE: at('fake.json'),
      SFT_FAKE_PYTHON: at('python'),
      SFT_FAKE_UV_CALLS: at('calls'),
    },
  };
}

/** @returns the results, as the extension-host suite gives them */
export async function pythonSuite({ browser, vsix, scratch }) {
  mkdirSync(shots, { recursive: true });
  const workspace = path.join(scratch, 'python');
  makeWorkspace(workspace);
  const machine = isReal ? { hurry: () => undefined, env: {} } : fakeMachine(path.join(scratch, 'machine'));
  const server = await startServer({ settings: themeSettings, vsix, env: machine.env });
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, colorScheme: 'dark' });
  const window = new Window(await context.newPage(), server, workspace);
  const state = { ...machine, window, runs: path.join(workspace, '.sft/runs') };
  const tests = { ...(isReal ? started : settingUp), ...training };
  const skipped = Object.keys(isReal ? settingUp : {}).map((name) => ({
    name,
    outcome: 'skipped',
    detail: 'SFT_PYTHON names one that can train',
  }));
  try {
    return [
      ...skipped,
      ...(await runTests(tests, state, { suite: 'python', shown: () => window, server, chained: true })),
    ];
  } finally {
    await context.close();
    await server.stop();
  }
}
