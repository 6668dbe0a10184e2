import { listDevices } from '../compute/registry';
import { loadConfig } from '../config/parse-config';
import { availableMemory } from '../base/free-memory';
import { estimateRun } from '../runs/estimate-run';
import type { MemoryParts } from '../train/estimate';
import { onlyPositional } from './option-values';
import type { Verb } from './verb';

const NAMES: Readonly<Record<keyof MemoryParts, string>> = {
  weights: 'weights of the model, read in place',
  trained: 'what is trained',
  gradients: 'gradients',
  optimizer: 'optimizer state',
  activations: 'activations of the largest pass',
  logits: 'scores of the vocabulary',
  evaluation: 'answering the test questions',
  saving: 'saving',
  runtime: 'program, tokenizer and data',
};

export const estimateVerb: Verb = {
  name: 'estimate',
  summary: 'tell how much memory a training run will need, before it starts',
  usage: 'sft estimate CONFIG [--json]',
  options: {},
  teach: `CONFIG is sft.config.json. The steps of the run are gone through without computing anything, and the memory they would take is
counted, part by part. Nothing is written.

  sft estimate sft.config.json`,
  async run({ positionals, json, terminal }) {
    const config = await loadConfig(onlyPositional(positionals, 'CONFIG'), await listDevices());
    const estimate = await estimateRun(config);
    const available = await availableMemory();
    if (json) {
      terminal.out(JSON.stringify({ ...estimate, available }));
      return 0;
    }
    const row = (name: string, bytes: number): string => `  ${name.padEnd(40)}${megabytes(bytes).padStart(10)}`;
    terminal.out(`memory for ${config.name}, largest pass ${estimate.tokens} tokens:`);
    for (const [part, bytes] of Object.entries(estimate.parts) as [keyof MemoryParts, number][]) {
      terminal.out(row(NAMES[part], bytes));
    }
    terminal.out(row('in all', estimate.peak));
    terminal.out(row('free on this machine', available));
    return 0;
  },
};

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
