import { loadConfig } from '../config/parse-config';
import { parsePace } from '../runs/forecast/known-pace';
import { preflight } from '../runs/preflight/preflight';
import type { PreflightCheck, PreflightReport } from '../runs/preflight/report';
import { ENGINE_OPTION, loadChecked } from './load-checked';
import { onlyPositional, textOption } from './option-values';
import { showProgress } from './progress';
import type { Verb } from './verb';

const MARKS: Readonly<Record<PreflightCheck['status'], string>> = {
  ok: 'ok',
  note: 'note',
  warning: 'warning',
  error: 'ERROR',
};

/** One line a check, its remedies below it. */
export function preflightLines({ checks }: PreflightReport): string[] {
  return checks.flatMap(({ title, status, message, remedies }) => [
    `${MARKS[status].padEnd(8)}${title.padEnd(9)}${message}`,
    ...remedies.map((remedy) => `${' '.repeat(17)}- ${remedy.title}`),
  ]);
}

export const preflightVerb: Verb = {
  name: 'preflight',
  summary: 'check everything a training run needs, before it starts',
  usage: 'sft preflight CONFIG [--engine E] [--no-time] [--json]',
  options: {
    'no-time': { type: 'boolean', help: 'do not measure how long the run takes' },
    ...ENGINE_OPTION,
    pace: { type: 'string', value: 'JSON', help: 'the pace from an earlier report, instead of measuring it' },
  },
  teach: `CONFIG is sft.config.json. Checks the model, the data and its lengths, the split, the number of steps, the device, memory and disk;
explains what would go wrong and which change to the configuration fixes it. A few passes are timed on this machine, which takes a
few seconds, to predict how long the run takes. Nothing is written. Exit code 1: the run would fail.

  sft preflight sft.config.json`,
  async run({ positionals, options, json, terminal }) {
    const pace = textOption(options, 'pace');
    const configFile = onlyPositional(positionals, 'CONFIG');
    const report = await preflight(await loadChecked(loadConfig, configFile, options), {
      configFile,
      time: options['no-time'] !== true,
      pace: pace === undefined ? undefined : parsePace(pace),
      onProgress: (text) => {
        showProgress(terminal, text);
      },
    });
    terminal.status?.('');
    if (json) terminal.out(JSON.stringify(report));
    else for (const line of preflightLines(report)) terminal.out(line);
    return report.checks.some((check) => check.status === 'error') ? 1 : 0;
  },
};
