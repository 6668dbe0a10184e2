import path from 'node:path';
import { partOf } from '../../base/count-of';
import { adviceOn } from '../../config/advice';
import type { ResolvedConfig } from '../../config/config-schema';
import { overlapText } from '../../train/overlaps';
import { LEFT_OUT_REMEDY } from '../../text/token-lengths';
import { warmupLength } from '../../train/schedule';
import type { NewRunEvent } from '../folder/event-schema';
import type { RunData } from './prepare';

/** Lines that are named. */
const SHOWN = 5;

type Warning = Extract<NewRunEvent, { readonly type: 'warning' }>;

/** What is to be said of the data of a run and of what it makes of the configuration, before the first step. */
export function dataWarnings(data: RunData, config: ResolvedConfig, steps: number): Warning[] {
  const found = [truncation(data, config.max_seq_length), droppedThoughts(data, config), leftOut(data)];
  const overlaps = data.overlaps.map((overlap) => ({ code: 'overlap', ...overlapText(overlap) }));
  const warmup = warmupLength(steps, config.warmup_steps, config.warmup_ratio);
  const batch = config.per_device_batch_size * config.gradient_accumulation_steps;
  const plan = {
    effectiveBatch: batch,
    trainExamples: data.train.length - data.mixedIn,
    learntExamples: data.train.length,
    validationExamples: data.validation.length,
    testExamples: data.test.length,
    steps,
    epochs: (steps * batch) / data.train.length,
    warmup,
  };
  return [...found.filter((one) => one !== undefined), ...overlaps, ...adviceOn(config, plan, {})].map(
    ({ code, reason, remedy }) => ({
      type: 'warning',
      code,
      message: reason,
      remedy,
    }),
  );
}

interface Found {
  readonly code: string;
  readonly reason: string;
  readonly remedy: string;
}

/** Of the files that the configuration names: what is mixed in besides is not the person's to change. */
function ownExamples({ train, validation, test, files }: RunData): RunData['train'] {
  const own = new Set(files.map(({ file }) => file));
  return [...train, ...validation, ...test].filter(({ file }) => own.has(file));
}

function truncation(data: RunData, maxSeqLength: number): Found | undefined {
  const all = ownExamples(data);
  const cut = all.filter((example) => example.truncatedTokens > 0);
  if (cut.length === 0) return undefined;
  const are = cut.length === 1 ? 'is' : 'are';
  return {
    code: 'truncated',
    reason: `${partOf(cut.length, all.length, 'example')} ${are} longer than max_seq_length ${maxSeqLength} and ${are} cut off (lines ${linesOf(cut, data)})`,
    remedy: 'raise max_seq_length, or shorten them',
  };
}

function droppedThoughts(data: RunData, config: ResolvedConfig): Found | undefined {
  const all = ownExamples(data);
  const dropped = all.filter((example) => example.droppedThoughts > 0);
  if (dropped.length === 0) return undefined;
  return {
    code: 'thoughts-dropped',
    reason: `the thoughts of ${partOf(dropped.length, all.length, 'example')} are not trained (lines ${linesOf(dropped, data)})`,
    remedy:
      config.enable_thinking === false
        ? 'set enable_thinking to true to train them'
        : 'the chat template leaves them out: write them into the answers as <think>...</think> to train them',
  };
}

function leftOut(data: RunData): Found | undefined {
  const all = ownExamples(data);
  const cut = all.filter((example) => example.leftOut !== undefined);
  if (cut.length === 0) return undefined;
  return {
    code: 'tools-left-out',
    reason: `the chat template leaves out ${cut[0]!.leftOut!} of ${cut.length} of ${all.length} examples (lines ${linesOf(cut, data)}): the model does not see it`,
    remedy: LEFT_OUT_REMEDY,
  };
}

function linesOf(examples: RunData['train'], { files }: RunData): string {
  const lines = examples
    .slice(0, SHOWN)
    .map(({ file, line }) => (files.length === 1 ? line : `${path.basename(file)}:${line}`));
  return `${lines.join(', ')}${examples.length > SHOWN ? ', ...' : ''}`;
}
