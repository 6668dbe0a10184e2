import { listDevices } from '../compute/registry';
import { loadConfig } from '../config/parse-config';
import { estimateRun } from '../runs/estimate-run';
import type { ToldTime } from '../runs/forecast/tell-time';
import { timeRows } from '../runs/forecast/time-text';
import { durationText } from '../runs/progress';
import type { MemoryParts } from '../train/estimate';
import { setting } from '../runs/preflight/report';
import { onlyPositional } from './option-values';
import { showProgress } from './progress';
import type { Terminal, Verb } from './verb';

const NAMES: Readonly<Record<keyof MemoryParts, string>> = {
  weights: 'weights of the model, read in place',
  trained: 'what is trained',
  gradients: 'gradients',
  optimizer: 'optimizer state',
  activations: 'activations of the largest pass',
  logits: 'scores over the vocabulary',
  evaluation: 'answering the test questions',
  saving: 'saving',
  runtime: 'program, tokenizer and data',
};

export const estimateVerb: Verb = {
  name: 'estimate',
  summary: 'estimate the memory and time a training run needs, before it starts',
  usage: 'sft estimate CONFIG [--memory] [--json]',
  options: { memory: { type: 'boolean', help: 'estimate only the memory, without measuring anything' } },
  teach: `CONFIG is sft.config.json. The steps of the run are simulated without computing anything, and the memory they would take is
counted, part by part. Then a few passes are timed on this machine, which takes a few seconds: what the whole run will
take follows from that. Nothing is written.

  sft estimate sft.config.json`,
  async run({ positionals, options, json, terminal }) {
    const config = await loadConfig(onlyPositional(positionals, 'CONFIG'), await listDevices());
    const measure = options['memory'] !== true;
    if (measure && !json) showProgress(terminal, 'measuring how fast this machine trains the model');
    const { memory, available, time } = await estimateRun(config, measure);
    terminal.status?.('');
    if (json) {
      terminal.out(JSON.stringify({ ...memory, available, ...(time === undefined ? {} : { time: timeJson(time) }) }));
      return 0;
    }
    terminal.out(`memory for ${config.name}, largest pass ${memory.tokens} tokens:`);
    for (const [part, bytes] of Object.entries(memory.parts) as [keyof MemoryParts, number][]) {
      terminal.out(row(NAMES[part], megabytes(bytes)));
    }
    terminal.out(row('in all', megabytes(memory.peak)));
    terminal.out(row('free on this machine', megabytes(available)));
    if (time !== undefined) printTime(terminal, time);
    return 0;
  },
};

function printTime(terminal: Terminal, time: ToldTime): void {
  if ('unmeasured' in time) {
    terminal.out(`time: not measured, as ${time.unmeasured}`);
    return;
  }
  terminal.out('time on this machine:');
  for (const { name, seconds } of timeRows(time.forecast)) terminal.out(row(name, durationText(seconds)));
  terminal.out(row('in all', durationText(time.forecast.seconds)));
  const { sharedTokens } = time.forecast;
  if (sharedTokens > 0) terminal.out(row('tokens that examples share, computed once', String(sharedTokens)));
  for (const { changes, effect } of time.remedies) terminal.out(`  - ${setting(changes, effect).title}`);
}

function timeJson(time: ToldTime): object {
  return 'unmeasured' in time ? time : { ...time.forecast, remedies: time.remedies };
}

function row(name: string, value: string): string {
  return `  ${name.padEnd(40)}${value.padStart(10)}`;
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
