import { loadConfig } from '../config/parse-config';
import { SftError } from '../errors';
import { createRun } from '../runs/create-run';
import { readRun } from '../runs/read-runs';
import { RunFolder } from '../runs/run-folder';
import { work } from '../runs/worker';
import type { RunEvaluation } from '../runs/evaluate-run';
import { evaluationTable } from './evaluation-table';
import { DEVICE_OPTIONS, openDevice } from './open-device';
import { onlyPositional, textOption } from './option-values';
import { Progress, showProgress } from './progress';
import type { Invocation, Verb } from './verb';

export const trainVerb: Verb = {
  name: 'train',
  summary: 'fine-tune a model on your data, as a configuration says',
  usage: 'sft train CONFIG [--run DIR] [--resume] [options]',
  options: {
    run: { type: 'string', value: 'DIR', help: 'the run folder (a new one below output_dir)' },
    resume: { type: 'boolean', help: 'go on with the run of --run from its last checkpoint' },
    ...DEVICE_OPTIONS,
  },
  teach: `CONFIG is sft.config.json: which model, which data, and how to train. Training works through the data step by step; the loss
should fall, quickly at first. Checkpoints are saved on the way; Ctrl-C saves and ends, --resume goes on where it ended. At the end the
held-out test part is answered by the model before and after training, and the adapter lies in the run folder.

  sft train sft.config.json
  sft train sft.config.json --run .sft/runs/<run> --resume`,
  async run(invocation) {
    const { options, json, terminal } = invocation;
    const configFile = onlyPositional(invocation.positionals, 'CONFIG');
    const folder = await runFolder(configFile, invocation);
    const config = (await folder.readRun()).config;
    const device = openDevice({
      ...(config.device === 'auto' ? {} : { device: config.device }),
      ...(config.threads === null ? {} : { threads: String(config.threads) }),
      ...options,
    });
    const progress = new Progress(terminal);
    const stop = new AbortController();
    const onInterrupt = (): void => {
      // A second Ctrl-C ends at once: the last checkpoint stays whole.
      if (stop.signal.aborted) process.exit(130);
      terminal.log('saving and stopping; press Ctrl-C again to end at once');
      stop.abort();
    };
    process.on('SIGINT', onInterrupt);
    process.on('SIGTERM', onInterrupt);
    if (!json) terminal.log(`run ${folder.path}`);
    try {
      const finished = await work(folder, {
        device,
        resume: options['resume'] === true,
        signal: stop.signal,
        onProgress: (text) => {
          showProgress(terminal, text);
        },
        onLog: (text) => {
          terminal.log(text);
        },
        onEvent: (event) => {
          progress.show(event);
          if (json) terminal.out(JSON.stringify(event));
          if (event.type !== 'done' || json) return;
          if (event.evaluation !== null) {
            for (const line of evaluationTable(event.evaluation as unknown as RunEvaluation)) terminal.out(line);
          }
          terminal.out(`done: ${event.adapter}`);
        },
      });
      if (!finished && !json) {
        terminal.out(`stopped; go on with: sft train ${configFile} --run ${folder.path} --resume`);
      }
      return 0;
    } finally {
      progress.end();
      process.off('SIGINT', onInterrupt);
      process.off('SIGTERM', onInterrupt);
    }
  },
};

async function runFolder(configFile: string, { options }: Invocation): Promise<RunFolder> {
  const named = textOption(options, 'run');
  if (options['resume'] !== true) {
    const config = await loadConfig(configFile);
    return createRun({ config, configFile, now: new Date(), ...(named === undefined ? {} : { folder: named }) });
  }
  if (named === undefined) {
    throw new SftError('usage', '--resume needs the run to go on with', {
      remedy: 'add --run .sft/runs/<run>',
      exitCode: 2,
    });
  }
  const { state } = await readRun(named);
  if (state.status === 'done') {
    throw new SftError('run-done', 'the run is already complete', {
      file: named,
      remedy: 'start a new run; "adapter" in the configuration goes on from its result',
    });
  }
  return new RunFolder(named);
}
