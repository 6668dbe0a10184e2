import assert from 'node:assert/strict';
import { appendFile, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { problemOf } from '../../base/shapes';
import { parseConfig } from '../../config/parse-config';
import { toDashboard, type ToDashboard } from '../../messages/dashboard';
import { createRun } from '../../runs/create-run';
import { healthAdvice } from '../../train/health/health-advice';
import { RunFollower, type FollowedRun } from './run-follower';
import { RunSender } from './run-sender';

const time = '2026-01-02T10:15:00.000Z';
const start = { type: 'start', time, run: '', device: 'cpu', total_steps: 9 };
const step = (at: number): object => ({
  type: 'step',
  time,
  step: at,
  loss: 10 - at,
  learning_rate: 2e-4,
  grad_norm: 1,
  tokens: 64,
  tokens_per_second: 100,
});
const validation = (at: number): object => ({ type: 'evaluation', time, step: at, loss: 11 - at });
const samples = (at: number): object => ({
  type: 'samples',
  time,
  step: at,
  answers: [{ question: 'Q?', answer: `after ${at}`, cut: false, reference: 'A.' }],
});
const estimate = { precision: 0.3, recall: 0.3, f1: 0.3, low: 0.2, high: 0.4 };
const model = {
  count: 1,
  loss: 2,
  perplexity: null,
  rouge1: estimate,
  rouge2: estimate,
  rougeL: estimate,
  rougeLsum: estimate,
};
const answer = { answer: 'Yes.', rouge1: 0.3, rouge2: 0.1, rougeL: 0.2, nll: 6, trained: 3 };

describe('what a dashboard is told of a run', () => {
  let folder: string;
  let changed: ((run: FollowedRun) => boolean) | undefined;
  let follower: RunFollower;
  let following: Promise<void>;
  const messages: ToDashboard[] = [];
  const sender = new RunSender({
    run: 0,
    alone: true,
    post: (message) => messages.push(message),
    advise: healthAdvice,
  });

  /** Resolves when the run has been sent as it is when `wanted` holds; the messages since the last call. */
  async function sentWhen(wanted: (run: FollowedRun) => boolean, change: () => Promise<void>): Promise<ToDashboard[]> {
    messages.length = 0;
    const seen = new Promise<void>((resolve) => {
      changed = (run) => {
        if (!wanted(run)) return false;
        resolve();
        return true;
      };
    });
    await change();
    await seen;
    return messages.map((message) => {
      assert.equal(problemOf(toDashboard, message, 'message'), undefined);
      return message;
    });
  }
  const write = (...events: readonly object[]): Promise<void> =>
    appendFile(path.join(folder, 'events.jsonl'), events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  const stepsOf = (sent: readonly ToDashboard[]): unknown[] =>
    sent.flatMap((message) => (message.type === 'steps' ? [[message.kept, ...message.columns.step]] : []));

  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'sft-follow-'));
    const state = { status: 'running', pid: process.pid, pid_started: null, heartbeat: time, step: 0, total_steps: 9 };
    const dataset = path.join(folder, 'data.json');
    await writeFile(dataset, '[{"question": "q", "answer": "a"}]');
    const configFile = path.join(folder, 'sft.config.json');
    const config = parseConfig(JSON.stringify({ model_name: 'model', dataset }), configFile);
    await createRun({ config, configFile, now: new Date(time), folder });
    await writeFile(path.join(folder, 'state.json'), JSON.stringify(state));
    follower = new RunFollower(
      folder,
      (run) => {
        sender.send(run);
        sender.advise(run);
        if (changed?.(run) === true) changed = undefined;
      },
      (reason) => {
        assert.fail(reason);
      },
    );
  });
  after(async () => {
    follower.dispose();
    await following;
    await rm(folder, { recursive: true });
  });

  it('is all of it first', async () => {
    await write({ ...start, shared_tokens: 24 }, samples(0), step(1), step(2), validation(2), samples(2), step(3));
    const sent = await sentWhen(
      ({ curves }) => curves.length === 3,
      () => {
        following = follower.follow();
        return Promise.resolve();
      },
    );
    assert.deepEqual(stepsOf(sent), [[0, 1, 2, 3]]);
    const status = sent.find((message) => message.type === 'status');
    assert.equal(status?.status.step, 3);
    assert.equal(status.status.device, 'cpu');
    assert.equal(status.status.sharedTokens, 24);
    const answers = sent.find((message) => message.type === 'samples');
    assert.deepEqual([answers?.from, answers?.items.map((one) => one.step)], [0, [0, 2]]);
    assert.equal(answers?.items[1]?.answers[0]?.answer, 'after 2');
  });

  it('is only what is new then', async () => {
    const sent = await sentWhen(
      ({ curves }) => curves.length === 5,
      () => write(step(4), step(5), validation(4), samples(4)),
    );
    assert.deepEqual(stepsOf(sent).flat().slice(1), [4, 5]);
    const losses = sent.find((message) => message.type === 'validation');
    assert.deepEqual(losses?.loss, Float64Array.of(9, 7));
    const answers = sent.filter((message) => message.type === 'samples');
    assert.deepEqual(
      answers.map(({ from, items }) => [from, items.map((one) => one.step)]),
      [[2, [4]]],
    );
  });

  it('is all of it again when steps are done again', async () => {
    const sent = await sentWhen(
      ({ curves }) => curves.length === 4 && curves.revision === 1,
      () => write({ ...start, resumed_from: 3 }, step(4)),
    );
    assert.deepEqual(stepsOf(sent).at(-1), [0, 1, 2, 3, 4]);
    const losses = sent.find((message) => message.type === 'validation');
    assert.deepEqual(losses?.step, Float64Array.of(2));
    const answers = sent.find((message) => message.type === 'samples');
    assert.deepEqual([answers?.from, answers?.items.map((one) => one.step)], [0, [0, 2]]);
  });

  it('has the evaluation with its predictions when it is there', async () => {
    const prediction = { index: 7, line: 42, question: 'Q?', reference: 'A.', base: answer, tuned: answer };
    const sent = await sentWhen(
      ({ evaluation }) => evaluation !== undefined,
      async () => {
        await writeFile(path.join(folder, 'predictions.jsonl'), `${JSON.stringify(prediction)}\n`);
        const evaluation = { examples: 1, stemmer: false, max_new_tokens: 9, base: model, tuned: model };
        await writeFile(path.join(folder, 'evaluation.json.tmp'), JSON.stringify(evaluation));
        await rename(path.join(folder, 'evaluation.json.tmp'), path.join(folder, 'evaluation.json'));
      },
    );
    const told = sent.find((message) => message.type === 'predictions');
    assert.equal(told?.items[0]?.line, 42);
    assert.equal(told.items[0].tuned.loss, 2);
    const result = sent.find((message) => message.type === 'evaluation');
    assert.equal(result?.result?.tuned.rougeL.f1, 0.3);
    assert.equal(result.result.tuned.rougeL.high, undefined, 'a handful of answers has no interval');
    assert.equal(result.result.tuned.perplexity, undefined);
  });

  it('says that the evaluation is damaged, and goes on with the curves', async () => {
    const sent = await sentWhen(
      ({ evaluation, curves }) => evaluation === undefined && curves.length === 5,
      async () => {
        await writeFile(path.join(folder, 'evaluation.json.tmp'), '{"examples": 1}');
        await rename(path.join(folder, 'evaluation.json.tmp'), path.join(folder, 'evaluation.json'));
        await write(step(5));
      },
    );
    const result = sent.findLast((message) => message.type === 'evaluation');
    assert.equal(result?.result, undefined);
    const status = sent.findLast((message) => message.type === 'status');
    assert.match(
      status?.status.warnings.at(-1) ?? '',
      /evaluation\.json is damaged: .*`sft evaluate RUN` creates it again/,
    );
  });
});
