import { commandWord } from '../base/shell-word';
import { realpathSync } from 'node:fs';
import path from 'node:path';
import { loadConfig } from '../config/parse-config';
import { createRun } from '../runs/create-run';
import { joinRun, ownNode } from '../runs/join-run';
import { preflight } from '../runs/preflight/preflight';
import { launchRun, relaunchRun, runDone } from '../runs/launch';
import { readRun } from '../runs/read-runs';
import { requireModel } from '../runs/require-model';
import { requireTunable } from '../runs/require-tunable';
import { findDevice } from '../runs/run-device';
import type { RunFolder } from '../runs/folder/run-folder';
import { work } from '../runs/worker/worker';
import { retentionText } from '../text/retention';
import { evaluationTable } from './evaluation-table';
import { stopOnSignal } from './interrupt';
import { ENGINE_OPTION, loadChecked } from './load-checked';
import { DEVICE_OPTIONS, deviceOf, deviceWords } from './open-device';
import { onlyPositional, textOption } from './option-values';
import { outcomeLines } from './outcome-lines';
import { preflightLines } from './preflight';
import { Progress } from './progress';
import { usageError } from './parse';
import type { Invocation, OptionValues, Terminal, Verb } from './verb';

export const trainVerb: Verb = {
  name: 'train',
  summary: 'fine-tune a model on your data, as a configuration describes',
  usage: 'sft train CONFIG [--run DIR] [--detach] [options], sft train --run DIR --resume',
  options: {
    run: { type: 'string', value: 'DIR', help: 'the run folder (default: a new one in output_dir)' },
    resume: { type: 'boolean', help: 'resume the run of --run from its last checkpoint' },
    model: {
      type: 'string',
      value: 'DIR',
      help: 'with --resume: where the base model of the run is now, if it was moved',
    },
    detach: { type: 'boolean', help: 'train in the background: print the run folder and return' },
    ...ENGINE_OPTION,
    ...DEVICE_OPTIONS,
  },
  teach: `CONFIG is sft.config.json: which model, which data, and how to train. Training works through the data step by step; the loss
should fall, quickly at first. Checkpoints are saved on the way; Ctrl-C saves and stops, --resume continues where it stopped. At the end the
held-out test questions are answered by the model before and after training, and the adapter is in the run folder.

Runs on one device wait for each other, in the order they were started. --detach leaves the run in the background, where it continues when
the terminal is closed.

  sft train sft.config.json
  sft train sft.config.json --detach
  sft train --run .sft/runs/<run> --resume`,
  async run(invocation) {
    const { options, json, terminal } = invocation;
    const node = ownNode();
    if (node > 0) return join(node, invocation);
    if (options['detach'] === true) return detach(invocation);
    const folder = await runFolder(invocation);
    const { config } = await folder.readRun();
    const progress = new Progress(terminal);
    let retention: string | undefined;
    // A second Ctrl-C ends at once: the last checkpoint stays whole.
    const stop = stopOnSignal(() => {
      terminal.log('saving and stopping; press Ctrl-C again to stop at once');
    });
    if (!json) terminal.log(`run ${folder.path}`);
    try {
      const finished = await work(folder, {
        device: deviceOf(config, options),
        resume: options['resume'] === true,
        signal: stop.signal,
        onProgress: (text) => {
          progress.doing(text);
        },
        onLog: (text) => {
          terminal.log(text);
        },
        onEvent: (event) => {
          progress.show(event);
          if (json) terminal.out(JSON.stringify(event));
          if (json) return;
          if (event.type === 'retention') retention = retentionText(event);
          if (event.type !== 'done') return;
          if (event.evaluation === null && retention !== undefined) terminal.out(retention);
        },
      });
      if (json) return 0;
      if (!finished) terminal.out(`stopped; resume with: sft train --run ${commandWord(folder.path)} --resume`);
      else await tellOutcome(folder.path, terminal);
      return 0;
    } finally {
      progress.end();
      stop.end();
    }
  },
};

/** Trains on this machine, one of several, with the run that the first of them works on. */
async function join(node: number, { options, json, terminal }: Invocation): Promise<0 | 1> {
  if (options['resume'] !== true) {
    throw usageError(`SFT_NODE is ${node}: only the first machine starts a run`, 'add --run DIR --resume');
  }
  const folder = path.resolve(resumedFolder(options));
  const stop = stopOnSignal(() => {
    terminal.log('leaving once the first machine has saved; press Ctrl-C again to leave at once');
  });
  const onLog = (text: string): void => {
    terminal.log(text);
  };
  try {
    const state = await joinRun(folder, { node, signal: stop.signal, onLog });
    if (json) terminal.out(JSON.stringify({ run: folder, node, status: state?.status ?? null }));
    else if (state !== undefined) terminal.out(`the run is ${state.status}`);
    return state === undefined || state.status === 'done' || state.status === 'stopped' ? 0 : 1;
  } finally {
    stop.end();
  }
}

/** What a run came to, where it lies, and what can be done with it. */
async function tellOutcome(folder: string, terminal: Terminal): Promise<void> {
  const { evaluation, artifacts } = await readRun(folder);
  if (evaluation !== undefined) {
    for (const line of evaluationTable(evaluation)) terminal.out(line);
    for (const line of outcomeLines(evaluation, await artifacts.readPredictions())) terminal.out(line);
  }
  terminal.out(`done: ${artifacts.result}`);
  terminal.out(`talk to it: sft chat ${commandWord(folder)}`);
}

/** Starts or resumes a run in the background. */
async function detach({ positionals, options, json, terminal }: Invocation): Promise<0 | 1> {
  const command = { execPath: process.execPath, entry: realpathSync(process.argv[1]!) };
  const named = textOption(options, 'run');
  const device = deviceWords(options);
  let run: RunFolder;
  if (options['resume'] === true) {
    const folder = resumedFolder(options);
    await requireModel(await readRun(folder), textOption(options, 'model'));
    run = await relaunchRun(folder, command, device);
  } else {
    const configFile = onlyPositional(positionals, 'CONFIG');
    const config = await loadChecked(loadConfig, configFile, options);
    const report = await preflight(config, { configFile });
    const checks = report.checks.filter((check) => check.status !== 'ok');
    for (const line of preflightLines({ checks })) terminal.log(line);
    // In the background nobody sees it fail.
    if (checks.some((check) => check.status === 'error')) return 1;
    const folder = named === undefined ? {} : { folder: named };
    run = await launchRun({ config, configFile, command, options: device, ...folder });
  }
  terminal.out(json ? JSON.stringify({ run: run.path }) : run.path);
  return 0;
}

/** The folder of the run to work on: a new one, or with --resume the one that is named. */
async function runFolder({ positionals, options, terminal }: Invocation): Promise<RunFolder> {
  const named = textOption(options, 'run');
  if (options['resume'] !== true) {
    const configFile = onlyPositional(positionals, 'CONFIG');
    const config = await loadChecked(loadConfig, configFile, options);
    if (config.sweep !== null) terminal.log('sweep is left out of a single run; `sft sweep` makes its runs');
    // What cannot be trained is told before there is a run that failed for it.
    const { traits } = await findDevice({ config, configFile }, deviceOf(config, options));
    await requireTunable(config, configFile, traits);
    return createRun({ config, configFile, now: new Date(), ...(named === undefined ? {} : { folder: named }) });
  }
  const summary = await readRun(resumedFolder(options));
  const { folder, state } = summary;
  if (state.status === 'done') throw runDone(folder.path);
  await requireModel(summary, textOption(options, 'model'));
  return folder;
}

/** @throws SftError usage */
function resumedFolder(options: OptionValues): string {
  const named = textOption(options, 'run');
  if (named !== undefined) return named;
  throw usageError('--resume needs the run to resume', 'add --run .sft/runs/<run>');
}
