import { listDevices } from '../compute/registry';
import { loadConfig } from '../config/parse-config';
import { preflight } from '../runs/preflight/preflight';
import type { PreflightCheck, PreflightReport } from '../runs/preflight/report';
import { onlyPositional } from './option-values';
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
  usage: 'sft preflight CONFIG [--json]',
  options: {},
  teach: `CONFIG is sft.config.json. Looks at the model, the data and its lengths, the split, the number of steps, the device, memory and disk;
says the cause of what would go wrong, and which change of the configuration mends it. Nothing is written. Exit code 1: the run would fail.

  sft preflight sft.config.json`,
  async run({ positionals, json, terminal }) {
    const report = await preflight(await loadConfig(onlyPositional(positionals, 'CONFIG'), await listDevices()));
    if (json) terminal.out(JSON.stringify(report));
    else for (const line of preflightLines(report)) terminal.out(line);
    return report.checks.some((check) => check.status === 'error') ? 1 : 0;
  },
};
