// Run folders for the dashboard's pages: one that was really trained, and others whose events are written here.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ToDashboard } from '../../src/messages/dashboard';
import { readRatings } from '../../src/runs/folder/ratings';
import { createRandom } from '../../src/base/random';
import type { NewRunEvent } from '../../src/runs/folder/event-schema';
import { healthAdvice } from '../../src/train/health/health-advice';
import type { Run } from '../../src/runs/folder/run-schema';
import type { RunState } from '../../src/runs/folder/state-schema';
import { differencesOf, factsOf } from '../../src/editor/dashboard/present-run';
import { RunFollower, type FollowedRun } from '../../src/editor/dashboard/run-follower';
import { RunSender } from '../../src/editor/dashboard/run-sender';

/** A run of the example's model and data, made by the command line once. @returns its folder */
export function trainedRun(folder: string): string {
  const run = path.join(folder, 'trained');
  if (existsSync(path.join(run, 'evaluation.json'))) return run;
  rmSync(run, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const config = JSON.parse(readFileSync('examples/sft.config.json', 'utf8')) as object;
  const file = path.join(folder, 'sft.config.json');
  const paths = {
    model_name: path.resolve('examples/tiny-llama'),
    dataset: path.resolve('examples/nigeria-services.json'),
  };
  const values = { lora_alpha: 16, lora_dropout: 0, max_steps: 60, learning_rate: 2e-3, eval_steps: 6, save_steps: 20 };
  writeFileSync(file, JSON.stringify({ ...config, ...paths, ...values, sample_prompts: null }));
  const made = spawnSync(process.execPath, ['dist/sft.js', 'train', file, '--run', run, '--json'], {
    encoding: 'utf8',
  });
  if (made.status !== 0) throw new Error(`the example could not be trained: ${made.stderr}`);
  return run;
}

export interface WrittenRun {
  readonly name: string;
  readonly steps: number;
  readonly totalSteps: number;
  readonly status: RunState['status'];
  readonly message?: string;
  readonly learningRate?: number;
  readonly config?: Partial<Run['config']>;
  /** Loss by share of the run done, 0 to 1. */
  readonly loss?: (share: number) => number;
  readonly evalSteps?: number;
  readonly last?: NewRunEvent;
}

/** A run folder whose curves are made up: the same for the same description. @param like a real run, for all but its events */
export function writtenRun(folder: string, like: string, wanted: WrittenRun): string {
  const { name, steps, totalSteps, status, message, config, learningRate = 2e-4, last } = wanted;
  const loss = wanted.loss ?? ((share: number) => 1.1 + 2.4 * Math.exp(-4 * share));
  const run = describedRun(folder, like, name, { learning_rate: learningRate, ...config });
  const alive = status === 'running' || status === 'paused' || status === 'starting' || status === 'stopping';
  const state = {
    status,
    pid: alive ? process.pid : 1,
    pid_started: null,
    heartbeat: new Date().toISOString(),
    step: steps,
    total_steps: steps === 0 ? null : totalSteps,
    ...(message === undefined ? {} : { message }),
  };
  writeFileSync(path.join(run, 'state.json'), JSON.stringify(state));
  const random = createRandom(steps + name.length);
  const begin = Date.UTC(2026, 0, 2, 10, 15);
  const events: NewRunEvent[] = [];
  if (steps > 0)
    events.push({
      type: 'start',
      run,
      device: 'cpu: AVX-512, 2 threads',
      total_steps: totalSteps,
      train_examples: 4000,
    });
  const evalSteps = wanted.evalSteps ?? Math.max(1, Math.round(totalSteps / 12));
  for (let step = 1; step <= steps; step++) {
    const share = step / totalSteps;
    const time = new Date(begin + step * 210).toISOString();
    const noise = 1 + (random.nextFloat() - 0.5) * 0.24;
    events.push({
      type: 'step',
      time,
      step,
      loss: loss(share) * noise,
      learning_rate: learningRate * Math.min(1, (step * 20) / totalSteps) * (1 - share * 0.98),
      grad_norm: (0.4 + 1.8 * Math.exp(-5 * share)) * (0.7 + random.nextFloat() * 0.6),
      tokens: 900,
      tokens_per_second: 4200 + 500 * random.nextFloat() - (step % evalSteps === 0 ? 1500 : 0),
      trained_tokens: 300,
      epoch: share * 3,
      peak_memory: 620e6 + 90e6 * Math.min(1, share * 9),
    });
    if (step % evalSteps === 0) events.push({ type: 'evaluation', time, step, loss: loss(share) * 1.06, examples: 40 });
  }
  if (last !== undefined) events.push(last);
  writeFileSync(
    path.join(run, 'events.jsonl'),
    events.map((event) => `${JSON.stringify({ time: new Date(begin).toISOString(), ...event })}\n`).join(''),
  );
  return run;
}

/** A run folder with the curves of a real run that went wrong, as scripts/make-curves.mjs recorded them. @param like a real run */
export function recordedRun(folder: string, like: string, name: string): string {
  const recorded = JSON.parse(readFileSync(`src/train/health/testdata/${name}.json`, 'utf8')) as {
    readonly config: Partial<Run['config']>;
    readonly total_steps: number;
    readonly train_examples: number;
    readonly evaluations: readonly (readonly [step: number, loss: number])[];
  } & Readonly<Record<'loss' | 'learning_rate' | 'grad_norm', readonly number[]>>;
  const { total_steps: steps, train_examples, evaluations } = recorded;
  const run = describedRun(folder, like, name, recorded.config);
  const state = { status: 'done', pid: 1, pid_started: null, heartbeat: new Date().toISOString() };
  writeFileSync(path.join(run, 'state.json'), JSON.stringify({ ...state, step: steps, total_steps: steps }));
  const begin = Date.UTC(2026, 0, 2, 10, 15);
  const events: NewRunEvent[] = [{ type: 'start', run, device: 'cpu', total_steps: steps, train_examples }];
  for (const [at, loss] of recorded.loss.entries()) {
    const [step, time] = [at + 1, new Date(begin + at * 210).toISOString()];
    const learning_rate = recorded.learning_rate[at]!;
    const measured = { loss, learning_rate, grad_norm: recorded.grad_norm[at]!, tokens: 900, tokens_per_second: 4300 };
    events.push({ type: 'step', time, step, ...measured, peak_memory: 620e6 });
    for (const [evaluated, validation] of evaluations)
      if (evaluated === step) events.push({ type: 'evaluation', time, step, loss: validation });
  }
  events.push({ type: 'done', step: steps, adapter: path.join(run, 'adapter'), evaluation: null });
  writeFileSync(
    path.join(run, 'events.jsonl'),
    events.map((event) => `${JSON.stringify({ time: new Date(begin).toISOString(), ...event })}\n`).join(''),
  );
  return run;
}

/** A run folder with a run.json that differs from a real one's in name and configuration. */
function describedRun(folder: string, like: string, name: string, config: Partial<Run['config']>): string {
  const run = path.join(folder, name);
  mkdirSync(run, { recursive: true });
  const real = JSON.parse(readFileSync(path.join(like, 'run.json'), 'utf8')) as Run;
  const id = `20260102-101500-${name}`;
  writeFileSync(
    path.join(run, 'run.json'),
    JSON.stringify({ ...real, id, name, config: { ...real.config, ...config } }),
  );
  return run;
}

/** What the editor's side sends for these runs. */
export async function dashboardMessages(
  folders: readonly string[],
  sweep?: { readonly name: string; readonly tried: string[] },
): Promise<ToDashboard[]> {
  const followed = await Promise.all(folders.map(readOnce));
  const alone = folders.length === 1;
  const messages: ToDashboard[] = [];
  const post = (message: ToDashboard): void => {
    messages.push(message);
  };
  const runs = followed.map(({ run }, at) => factsOf(folders[at]!, run.name, run));
  post({ type: 'show', runs, differences: alone ? [] : differencesOf(followed.map(({ run }) => run)), sweep });
  for (const [run, one] of followed.entries()) {
    const sender = new RunSender({ run, alone, post, advise: healthAdvice });
    sender.send(one);
    sender.advise(one);
  }
  if (alone) post({ type: 'ratings', edit: 0, ratings: await readRatings(folders[0]!) });
  return messages;
}

/** A run as a follower reads it first. */
export function readOnce(folder: string): Promise<FollowedRun> {
  return new Promise((resolve, reject) => {
    const follower = new RunFollower(
      folder,
      (run) => {
        follower.dispose();
        resolve(run);
      },
      (reason) => {
        reject(new Error(reason));
      },
    );
    void follower.follow();
  });
}
