// A run on a graphics card from the palette, by WebGPU: the card is software Vulkan, and skipped where that cannot be had.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { softwareVulkan } from '../../../scripts/software-vulkan.mjs';
import { startServer } from '../../../scripts/vscode-host.mjs';
import { runTests } from './run-tests.mjs';
import { progress, trainingLimit, writeWorkspace } from './run-views.mjs';
import { Window, shots, themeSettings } from './window.mjs';

const tests = {
  async 'a Node that is not there is told when training is to start'({ window, workspace }) {
    writeSettings(workspace, { 'sft.node': '/nowhere/node' });
    await window.openFile('sft.config.json');
    await window.runCommand('SFT: Start Training');
    await window.notification('the setting sft.node names /nowhere/node, which is not there');
    writeSettings(workspace, {});
  },

  async 'SFT: Start Training trains through WebGPU, by the Node that the settings name'({
    window,
    workspace,
    runs,
    node,
  }) {
    writeSettings(workspace, { 'sft.node': node.program });
    await window.openFile('sft.config.json');
    await window.runCommand('SFT: Start Training');
    // Few examples are worth a word before, which is no reason not to start.
    await window.page.locator('.monaco-dialog-box').getByRole('button', { name: 'Start Anyway' }).click();
    const dashboard = await window.frameWith(progress);
    await dashboard.locator('.badge.done').waitFor({ timeout: trainingLimit() });
    for (const verb of ['preflight', 'train']) assert.match(node.calls(), new RegExp(`sft\\.js ${verb} `));
    const [name] = readdirSync(runs);
    const events = readFileSync(path.join(runs, name, 'events.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map(JSON.parse);
    assert.match(events.find(({ type }) => type === 'start').device, /llvmpipe.*software on the processor/);
    const losses = events.filter(({ type }) => type === 'step').map(({ loss }) => loss);
    assert.equal(losses.length, 3);
    assert.ok(losses.every(Number.isFinite), losses.join(' '));
    await window.pictures('webgpu-done');
  },
};

/** Those of the folder. */
function writeSettings(workspace, settings) {
  mkdirSync(path.join(workspace, '.vscode'), { recursive: true });
  writeFileSync(path.join(workspace, '.vscode/settings.json'), JSON.stringify(settings));
}

/** A Node that writes down what it is asked to run. */
function makeNode(folder) {
  mkdirSync(folder);
  const [program, log] = ['node', 'calls'].map((name) => path.join(folder, name));
  writeFileSync(program, `#!/bin/sh\necho "$@" >> '${log}'\nexec '${process.execPath}' "$@"\n`, { mode: 0o755 });
  return { program, calls: () => readFileSync(log, 'utf8') };
}

function makeWorkspace(folder) {
  writeWorkspace(folder, {
    device: 'webgpu',
    max_steps: 3,
    per_device_batch_size: 2,
    gradient_accumulation_steps: 1,
    save_steps: null,
    eval_steps: null,
    eval_examples: 2,
    max_new_tokens: 8,
    retention: false,
    loss_examples: 0,
    sample_prompts: [],
  });
}

/** @returns the results, as the extension-host suite gives them */
export async function webgpuSuite({ browser, vsix, scratch }) {
  const { env, reason } = softwareVulkan();
  if (env === undefined) {
    const detail = `there is no software Vulkan: ${reason}`;
    return Object.keys(tests).map((name) => ({ name, outcome: 'skipped', detail, milliseconds: 0 }));
  }
  mkdirSync(shots, { recursive: true });
  const workspace = path.join(scratch, 'webgpu');
  makeWorkspace(workspace);
  const server = await startServer({ settings: themeSettings, vsix, env });
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, colorScheme: 'dark' });
  const window = new Window(await context.newPage(), server, workspace);
  try {
    const node = makeNode(path.join(scratch, 'node'));
    const given = { window, workspace, node, runs: path.join(workspace, '.sft/runs') };
    return await runTests(tests, given, { suite: 'webgpu', shown: () => window, server });
  } finally {
    await context.close();
    await server.stop();
  }
}
