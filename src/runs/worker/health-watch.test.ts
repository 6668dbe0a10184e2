import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { parseConfig } from '../../config/parse-config';
import type { NewRunEvent, RunEvent } from '../folder/event-schema';
import { HealthWatch } from './health-watch';

interface Recorded {
  readonly total_steps: number;
  readonly evaluations: readonly (readonly [number, number])[];
  readonly loss: readonly number[];
  readonly learning_rate: readonly number[];
  readonly grad_norm: readonly number[];
}

const config = parseConfig('{"model_name": "m", "dataset": "d", "training_type": "full"}', 'sft.config.json');
const time = '2026-01-01T00:00:00.000Z';

function eventsOf(name: string): RunEvent[] {
  const run = JSON.parse(readFileSync(`src/train/health/testdata/${name}.json`, 'utf8')) as Recorded;
  const events: RunEvent[] = [{ type: 'start', time, run: 'r', device: 'cpu', total_steps: run.total_steps }];
  for (const [i, loss] of run.loss.entries()) {
    const step = i + 1;
    const [learning_rate, grad_norm] = [run.learning_rate[i]!, run.grad_norm[i]!];
    events.push({ type: 'step', time, step, loss, learning_rate, grad_norm, tokens: 1, tokens_per_second: 1 });
    const evaluation = run.evaluations.find(([at]) => at === step);
    if (evaluation !== undefined) events.push({ type: 'evaluation', time, step, loss: evaluation[1] });
  }
  return [...events, { type: 'done', time, adapter: 'a', evaluation: null }];
}

describe('HealthWatch', () => {
  it('says each finding once, when it first shows', () => {
    const watch = new HealthWatch(config);
    const said: [after: number, NewRunEvent][] = [];
    let step = 0;
    for (const event of eventsOf('overfitting-full')) {
      if (event.type === 'step') step = event.step;
      for (const warning of watch.add(event)) said.push([step, warning]);
    }
    const codes = said.map(([, warning]) => (warning.type === 'warning' ? warning.code : warning.type));
    assert.equal(new Set(codes).size, codes.length, codes.join(', '));
    const [after, warning] = said.find(([, one]) => one.type === 'warning' && one.code === 'overfitting')!;
    assert.ok(after <= 70, `after step ${after}`);
    assert.ok(warning.type === 'warning' && warning.step === 40);
    assert.match(warning.message, /memorising.*validation loss has risen from 5\.13 to/);
    assert.match(warning.remedy ?? '', /early_stopping_patience 3; or /);
  });

  it('does not say again, after a resume, what was said before it', () => {
    const first = new HealthWatch(config);
    const past: RunEvent[] = [];
    const events = eventsOf('overfitting-full');
    for (const event of events.slice(0, 150)) {
      past.push(event);
      for (const warning of first.add(event)) past.push({ time, ...warning });
    }
    const said = new Set(past.flatMap((event) => (event.type === 'warning' ? [event.code] : [])));
    assert.ok(said.has('overfitting'));
    const second = new HealthWatch(config, past);
    const resumed: RunEvent = { type: 'start', time, run: 'r', device: 'cpu', total_steps: 180, resumed_from: 120 };
    const again = [resumed, ...events.filter((event) => event.type === 'step' && event.step > 120), events.at(-1)!]
      .flatMap((event) => second.add(event))
      .filter((warning) => warning.type === 'warning' && said.has(warning.code));
    assert.deepEqual(again, []);
  });

  it('is silent on a healthy run', () => {
    const lora = parseConfig('{"model_name": "m", "dataset": "d"}', 'sft.config.json');
    const watch = new HealthWatch(lora);
    assert.deepEqual(
      eventsOf('healthy-demo').flatMap((event) => watch.add(event)),
      [],
    );
  });
});
