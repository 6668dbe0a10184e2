import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { SftError, formatError } from '../../../src/base/errors';
import { parseConfig } from '../../../src/config/parse-config';
import { Curves } from '../../../src/runs/curves';
import { createRun } from '../../../src/runs/create-run';
import { readRatings } from '../../../src/runs/folder/ratings';
import type { RunFolder } from '../../../src/runs/folder/run-folder';
import { listRuns } from '../../../src/runs/read-runs';
import { damageFile } from '../damaged-files';
import type { FuzzCase, FuzzKind } from '../kind';
import { oneIn, pick } from '../mutations';

const FILES: readonly string[] = [
  'run.json',
  'run.json',
  'run.json',
  'state.json',
  'state.json',
  'events.jsonl',
  'events.jsonl',
  'evaluation.json',
  'predictions.jsonl',
  'ratings.json',
  'control.json',
  'label.json',
];

/** A run of which one or two files are damaged: listed, read as the editor reads it, and resumed. */
export const runFolders: FuzzKind = {
  name: 'run-folders',
  async run(fuzz) {
    const run = await wholeRun(fuzz);
    damageFile(fuzz.random, path.join(run.path, pick(fuzz.random, FILES)));
    if (oneIn(fuzz.random, 4)) damageFile(fuzz.random, path.join(run.path, pick(fuzz.random, FILES)));
    const { runs, damaged } = await listRuns(path.dirname(run.path));
    for (const { reason } of damaged) fuzz.seen('the list of runs', reason);
    const read = runs[0];
    if (read !== undefined) {
      const curves = new Curves();
      for (const event of await read.folder.readEvents()) curves.add(event);
      await told(fuzz, read.artifacts.readEvaluation());
      await told(fuzz, read.artifacts.readPredictions());
      await told(fuzz, readRatings(run.path));
    }
    // Its data are gone: what is wrong with the run is told before that, and nothing is trained.
    await fuzz.sft('train', '--run', run.path, '--resume');
  },
};

/** Whatever a reader throws must be for a person. */
async function told(fuzz: FuzzCase, reading: Promise<unknown>): Promise<void> {
  try {
    await reading;
  } catch (error) {
    if (error instanceof SftError) fuzz.seen('a reader of the run', formatError(error));
    else if (!(error instanceof Error && 'syscall' in error)) throw error;
  }
}

async function wholeRun(fuzz: FuzzCase): Promise<RunFolder> {
  const dataset = path.join(fuzz.folder, 'data.json');
  writeFileSync(dataset, '[{"question": "q", "answer": "a"}]');
  const configFile = path.join(fuzz.folder, 'sft.config.json');
  const values = { model_name: fuzz.base('model'), dataset, max_steps: 3, warmup_steps: 1 };
  const config = parseConfig(JSON.stringify(values), configFile);
  const run = await createRun({ config, configFile, now: new Date(), outputDir: path.join(fuzz.folder, 'runs') });
  rmSync(dataset);
  await run.writeState({ status: 'stopped', step: 2, total_steps: 3, message: 'stopped' });
  run.appendEvent({ type: 'start', run: run.path, device: 'cpu', total_steps: 3, train_examples: 1 });
  for (const step of [1, 2]) {
    const measured = { loss: 2 / step, learning_rate: 1e-4, grad_norm: 1, tokens: 9, tokens_per_second: 90 };
    run.appendEvent({ type: 'step', step, ...measured, trained_tokens: 3, epoch: step });
  }
  run.appendEvent({ type: 'evaluation', step: 2, loss: 1, examples: 1, best: true });
  run.appendEvent({ type: 'warning', message: 'told', code: 'truncated', remedy: 'shorten them' });
  run.appendEvent({ type: 'stopped', step: 2 });
  run.close();
  const rouge = { precision: 1, recall: 1, f1: 1, low: null, high: 1 };
  const scores = { rouge1: rouge, rouge2: rouge, rougeL: rouge, rougeLsum: rouge, count: 1, loss: 1, perplexity: 2.7 };
  const answer = { answer: 'a', rouge1: 1, rouge2: 1, rougeL: 1, nll: 1, trained: 2 };
  const write = (name: string, value: object): void => {
    writeFileSync(path.join(run.path, name), `${JSON.stringify(value)}\n`);
  };
  write('evaluation.json', { examples: 1, stemmer: false, max_new_tokens: 8, base: scores, tuned: scores });
  write('predictions.jsonl', { index: 0, line: 1, question: 'q', reference: 'a', base: answer, tuned: answer });
  write('ratings.json', { ratings: [{ index: 0, rating: 4 }] });
  write('label.json', { label: 'mine' });
  return run;
}
