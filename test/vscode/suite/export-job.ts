import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { extensionApi, workspaceFile } from './dataset-editor';
import { withPerson } from './person';
import { test } from './runner';
import { runWhen, writeConfig } from './runs';

const exportJob = (argument: unknown): Thenable<unknown> => vscode.commands.executeCommand('sft.exportJob', argument);

test('SFT: Export Run as a Job… makes the run of a configuration, and takes that up again in another form', async () => {
  const services = await extensionApi();
  const file = writeConfig('job', { engine: 'accelerate', device: 'cpu', name: 'far' });
  const [slurm, torchrun] = ['slurm', 'torchrun'].map((name) => workspaceFile(`use/far-${name}`).fsPath) as [
    string,
    string,
  ];
  const shown = await withPerson(['slurm', '2', '', slurm, ''], async () => {
    await exportJob(vscode.Uri.file(file));
  });
  assert.match(
    shown.at(-1)!,
    /^The job for slurm of .* is written to .*far-slurm .*Every node must see the run folder/,
  );
  assert.match(readFileSync(path.join(slurm, 'job.sbatch'), 'utf8'), /^#SBATCH --nodes=2$/m);
  const facts = JSON.parse(readFileSync(path.join(slurm, 'machine.json'), 'utf8')) as {
    nodes: number;
    processes: number;
  };
  assert.deepEqual([facts.nodes, facts.processes], [2, 1]);
  const [, run] = /^RUN=\$\{RUN:-(.+)\}$/m.exec(readFileSync(path.join(slurm, 'job.sbatch'), 'utf8'))!;
  const { state } = await runWhen(services, run!, ({ state: { status } }) => status === 'stopped');
  assert.match(state.message!, /^is ready to be started elsewhere: sbatch job\.sbatch/);
  await withPerson(['torchrun', '', '4', torchrun, ''], async () => {
    await exportJob(run);
  });
  assert.match(readFileSync(path.join(torchrun, 'README.md'), 'utf8'), /one node, 4 processes on each/);
  assert.match(readFileSync(path.join(torchrun, 'start.sh'), 'utf8'), new RegExp(path.basename(run!)));
  assert.ok(existsSync(path.join(torchrun, 'follow.sh')));
});
