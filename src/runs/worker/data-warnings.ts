import path from 'node:path';
import { adviceOn } from '../../config/advice';
import type { ResolvedConfig } from '../../config/config-schema';
import { overlapText } from '../../train/overlaps';
import { warmupLength } from '../../train/schedule';
import type { NewRunEvent } from '../folder/event-schema';
import type { RunData } from './prepare';

/** Lines that are named. */
const SHOWN = 5;

type Warning = Extract<NewRunEvent, { readonly type: 'warning' }>;

/** What is to be said of the data of a run and of what it makes of the configuration, before the first step. */
export function dataWarnings(data: RunData, config: ResolvedConfig, steps: number): Warning[] {
  const cut = truncation(data, config.max_seq_length);
  const overlaps = data.overlaps.map((overlap) => ({ code: 'overlap', ...overlapText(overlap) }));
  const warmup = warmupLength(steps, config.warmup_steps, config.warmup_ratio);
  const batch = config.per_device_batch_size * config.gradient_accumulation_steps;
  const plan = {
    effectiveBatch: batch,
    trainExamples: data.train.length,
    validationExamples: data.validation.length,
    testExamples: data.test.length,
    steps,
    epochs: (steps * batch) / data.train.length,
    warmup,
  };
  return [...(cut === undefined ? [] : [cut]), ...overlaps, ...adviceOn(config, plan, {})].map(
    ({ code, reason, remedy }) => ({
      type: 'warning',
      code,
      message: reason,
      remedy,
    }),
  );
}

function truncation(
  data: RunData,
  maxSeqLength: number,
): { readonly code: string; readonly reason: string; readonly remedy: string } | undefined {
  const all = [...data.train, ...data.validation, ...data.test];
  const cut = all.filter((example) => example.truncatedTokens > 0);
  if (cut.length === 0) return undefined;
  const oneFile = data.files.length === 1;
  const lines = cut.slice(0, SHOWN).map(({ file, line }) => (oneFile ? line : `${path.basename(file)}:${line}`));
  const shown = `${lines.join(', ')}${cut.length > SHOWN ? ', ...' : ''}`;
  return {
    code: 'truncated',
    reason: `${cut.length} of ${all.length} examples are longer than max_seq_length ${maxSeqLength} and are cut (lines ${shown})`,
    remedy: 'raise max_seq_length, or shorten them',
  };
}
