import assert from 'node:assert/strict';
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { readGguf } from '../../../src/base/gguf/read-gguf';
import { workspaceFile } from './dataset-editor';
import { withPerson } from './person';
import { test } from './runner';
import { trainedRun } from './trained-run';

const use = (argument: unknown): Thenable<unknown> => vscode.commands.executeCommand('sft.useModel', argument);

test('SFT: Use This Model… writes a GGUF of the type that was chosen, and tells where it lies', async () => {
  const run = await trainedRun();
  const file = workspaceFile('use/faq-Q8_0.gguf').fsPath;
  const shown = await withPerson(['$(file-binary) GGUF…', 'Q8_0', file, ''], async () => {
    await use(run);
  });
  assert.match(
    shown.at(-1)!,
    /^The GGUF in Q8_0 of faq is written to .*faq-Q8_0\.gguf \(4 MB\)\. It was loaded again, and answers as the run does\.$/,
  );
  const { tensors } = readGguf(file);
  assert.equal(tensors.get('blk.0.attn_q.weight')?.type, 'q8_0');
  // Whoever names it again was asked by the dialog: the new one takes its place.
  const before = statSync(file).ino;
  await withPerson(['$(file-binary) GGUF…', 'F16', file, ''], async () => {
    await use(run);
  });
  assert.notEqual(statSync(file).ino, before);
  assert.equal(readGguf(file).tensors.get('blk.0.attn_q.weight')?.type, 'f16');
});

test('SFT: Use This Model… writes adapter, merged model and recipe, each in a folder with a README', async () => {
  const run = await trainedRun();
  const cases: readonly (readonly [string[], string, string])[] = [
    [['$(package) Adapter…'], 'adapter', 'adapter_model.safetensors'],
    [['$(folder) Merged Model…', "In the base model's types"], 'merged', 'model.safetensors'],
    [['$(book) Recipe…', 'trl'], 'trl', 'trl.yaml'],
  ];
  for (const [answers, name, holds] of cases) {
    const out = workspaceFile(`use/faq-${name}`).fsPath;
    const shown = await withPerson([...answers, out, ''], async () => {
      await use(run);
    });
    assert.match(shown.at(-1)!, /is written to/);
    const files = readdirSync(out);
    assert.ok(files.includes(holds) && files.includes('README.md'), files.join());
  }
});

test('SFT: Use This Model… takes the checkpoint that was clicked, and says why nothing was written', async () => {
  const runFolder = await trainedRun();
  const checkpoint = { kind: 'checkpoint', name: 'step-1', runFolder };
  const taken = workspaceFile('use/faq-merged').fsPath;
  const shown = await withPerson(['$(folder) Merged Model…', "In the base model's types", taken, ''], async () => {
    await use(checkpoint);
  });
  assert.match(shown[0]!, /^What to do with faq, step 1$/);
  assert.match(shown.at(-1)!, /^The merged model of faq, step 1 was not written: .*the folder is not empty/);
  const out = workspaceFile('use/faq-step-1').fsPath;
  await withPerson(['$(folder) Merged Model…', "In the base model's types", out, ''], async () => {
    await use(checkpoint);
  });
  const weights = (at: string): Buffer => readFileSync(path.join(at, 'model.safetensors'));
  assert.ok(!weights(out).equals(weights(taken)), 'they are those of the result');
});

test('SFT: Use This Model… makes the model in Ollama where that is found', async () => {
  const run = await trainedRun();
  const program = workspaceFile('use/ollama').fsPath;
  const said = workspaceFile('use/said.txt').fsPath;
  writeFileSync(program, `#!/bin/sh\npwd > '${said}'\necho "$@" >> '${said}'\necho success\n`);
  chmodSync(program, 0o755);
  const former = process.env['SFT_OLLAMA'];
  process.env['SFT_OLLAMA'] = program;
  const out = workspaceFile('use/faq-ollama').fsPath;
  try {
    const shown = await withPerson(
      [
        '$(server-process) Ollama…',
        'The merged model as GGUF…',
        'BF16',
        'Create the model in Ollama too',
        'faq:v1',
        out,
        '',
      ],
      async () => {
        await use(run);
      },
    );
    assert.match(shown.at(-1)!, /with the model faq:v1 of faq is written to/);
    assert.equal(readFileSync(said, 'utf8'), `${out}\ncreate faq:v1 -f Modelfile\n`);
  } finally {
    if (former === undefined) Reflect.deleteProperty(process.env, 'SFT_OLLAMA');
    else process.env['SFT_OLLAMA'] = former;
  }
});

test('SFT: Use This Model… serves it in a terminal', async () => {
  const run = await trainedRun();
  await withPerson(['$(broadcast) Serve'], async () => {
    await use(run);
  });
  const terminal = vscode.window.terminals.find(({ name }) => name === 'Serve faq');
  assert.ok(terminal);
  terminal.dispose();
});
