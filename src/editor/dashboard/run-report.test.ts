import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { parseConfig } from '../../config/parse-config';
import { createRun } from '../../runs/create-run';
import { foldEvents } from '../../runs/curves';
import type { RunEvent } from '../../runs/folder/event-schema';
import { durationText, lossText, progressOf } from '../../runs/progress';
import { progressText } from '../../runs/run-groups';
import { statusOf } from './present-run';
import { runReportHtml, type ReportedRun } from './run-report';

const folder = mkdtempSync(path.join(tmpdir(), 'sft-report-'));
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Losses that a smoothed curve is far from at its end; each step of 2 s, an hour between the last two. */
const events = [8, 4, 2, 1].map((loss, at): RunEvent => ({
  type: 'step',
  time: new Date(1000 * (2 * at + (at === 3 ? 3600 : 0))).toISOString(),
  step: at + 1,
  loss,
  learning_rate: 1e-4,
  grad_norm: 1,
  tokens: 100,
  tokens_per_second: 50,
}));

async function reported(state: Partial<ReportedRun['state']>): Promise<ReportedRun> {
  const dataset = path.join(folder, 'data.json');
  writeFileSync(dataset, '[{"question": "q", "answer": "a"}]');
  const configFile = path.join(folder, 'sft.config.json');
  const config = parseConfig(JSON.stringify({ model_name: 'model', dataset }), configFile);
  const run = await (await createRun({ config, configFile, now: new Date() })).readRun();
  const now = { pid: 1, pid_started: null, host: null, heartbeat: '2026-01-02T10:15:00.000Z', step: 4, total_steps: 9 };
  return {
    label: 'a',
    findings: [],
    run,
    state: { status: 'done', ...now, ...state },
    curves: foldEvents(events),
    device: undefined,
    sharedTokens: undefined,
    warnings: [],
    evaluation: undefined,
    predictions: [],
    worst: [],
  };
}

describe('what is said of a run', () => {
  it('has one loss, that of the last step; a smoothed one is called so', async () => {
    const run = await reported({});
    const html = runReportHtml([run]);
    assert.doesNotMatch(html, /NaN/, 'nobody measured its memory');
    assert.match(html, /<b>1\.0000<\/b>last training loss/);
    assert.match(html, />train, smoothed</);
    assert.match(html, /<b>8 s<\/b>training time/);
    assert.match(runReportHtml([run, { ...run, label: 'b' }]), />b, smoothed</);
    assert.equal(lossText(progressOf(events).loss!), '1.000');
  });

  it('calls losses on different data not comparable', async () => {
    const run = await reported({});
    assert.doesNotMatch(runReportHtml([run, { ...run, label: 'b' }]), /not comparable/);
    const other = { ...run.run, dataset: { ...run.run.dataset, sha256: 'f'.repeat(64) } };
    assert.match(runReportHtml([run, { ...run, run: other }]), /<h3>Loss, on different data: not comparable</);
  });

  it('has neither a band nor an interval of a handful of examples', async () => {
    const run = await reported({});
    const score = { precision: 0.5, recall: 0.5, f1: 0.5, low: 0.4, high: 0.6 };
    const of = (examples: number): string => {
      const model = {
        loss: 1,
        perplexity: 2.7,
        count: examples,
        rouge1: score,
        rouge2: score,
        rougeL: score,
        rougeLsum: score,
      };
      const taken = { examples, stemmer: true, unicode: false, max_new_tokens: 96, reference_words: 8 };
      const told = { ...model, cut: 0, answer_words: 7 };
      return runReportHtml([
        { ...run, evaluation: { ...taken, base: told, tuned: told, gain: null, retention: null } },
      ]);
    };
    assert.match(of(40), /0\.500 \(0\.400-0\.600\).*good/s);
    assert.doesNotMatch(of(6), /0\.400-0\.600|good|fair|poor/);
  });

  it('is the same in the dashboard, the status bar and the tree, whichever file is ahead', async () => {
    for (const step of [3, 4, 5]) {
      const { state, ...run } = await reported({ status: 'running', step, seconds_left: 300 });
      const shown = statusOf({ state, ...run });
      assert.equal(
        progressText(state, progressOf(events)),
        `step ${shown.step}/${shown.totalSteps} · loss 1.000 · ${durationText(shown.secondsLeft!)} left`,
      );
      assert.equal(shown.step, Math.max(4, step));
    }
  });
});
