import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { findDevice } from '../../src/compute/registry';
import type { ResolvedConfig } from '../../src/config/config-schema';
import { parseConfig } from '../../src/config/parse-config';
import { createCpuDevice } from '../../src/compute/cpu/cpu-device';
import { readModelFolder, type ModelFolder } from '../../src/generate/session';
import { forecastRun } from '../../src/runs/forecast/forecast-run';
import { measurePace, type MachinePace } from '../../src/runs/forecast/measure';
import { paceKey, parsePace } from '../../src/runs/forecast/known-pace';
import { shorterRuns } from '../../src/runs/forecast/remedies';
import { tellTime } from '../../src/runs/forecast/tell-time';
import { timeRows, timeText } from '../../src/runs/forecast/time-text';
import { modelOptions } from '../../src/runs/chat-options';
import { waitForTurn } from '../../src/runs/worker/device-queue';
import { prepareData, type RunData } from '../../src/runs/worker/prepare';
import { preflight } from '../../src/runs/preflight/preflight';
import { DATA, sft, smallConfig, temporaryFolder } from '../cli/sft';

interface Prepared {
  readonly config: ResolvedConfig;
  readonly folder: ModelFolder;
  readonly data: RunData;
}

async function prepared(values: Readonly<Record<string, unknown>> = {}): Promise<Prepared> {
  const file = smallConfig(temporaryFolder(), { dataset: DATA, ...values });
  const config = parseConfig(readFileSync(file, 'utf8'), file);
  const folder = await readModelFolder(config.model_name, modelOptions(config));
  return { config, folder, data: await prepareData(config, folder) };
}

const PACE: MachinePace = {
  training: 1e-9,
  update: 0.5,
  scoring: 4e-10,
  opening: 2,
  answers: { prompt: 0.001, step: 0.01, row: 0.005, lengths: [20] },
};
const ROOM = { memory: { peak: 1e8 }, available: 1e9, reading: 1 };

describe('the time that a run will take', () => {
  it('is the sum of what it does at the pace that was measured', async () => {
    // The general questions do not follow eval_examples.
    const values = { max_steps: 40, eval_steps: 10, save_steps: 20, retention: false };
    const { config, folder, data } = await prepared(values);
    const { traits } = await findDevice('cpu');
    const of = (values: Partial<ResolvedConfig>): ReturnType<typeof forecastRun> =>
      forecastRun({ ...config, ...values }, folder, data, traits, PACE, 1);
    const { seconds, parts } = of({});
    assert.ok(Math.abs(Object.values<number>({ ...parts }).reduce((sum, one) => sum + one, 0) - seconds) < 1e-9);
    assert.ok(parts.training > 40 * 0.5, 'an update beside its passes');
    const twice = of({ max_steps: 80 }).parts;
    assert.ok(Math.abs(twice.training / parts.training - 2) < 0.05);
    assert.ok(Math.abs(twice.validating / parts.validating - 2) < 1e-9);
    assert.equal(of({ eval_steps: null }).parts.validating * 4, parts.validating);
    assert.ok(of({ eval_examples: 4 }).parts.evaluating < parts.evaluating / 4);
    assert.ok(of({ max_seq_length: 32 }).parts.training <= parts.training);
  });

  it('names the general questions apart from the test questions, of which there may be none', async () => {
    const { config, folder, data } = await prepared({ max_steps: 4, retention: true });
    const { traits } = await findDevice('cpu');
    const named = (test: RunData['test']): string[] =>
      timeRows(forecastRun(config, folder, { ...data, test }, traits, PACE, 1)).map(({ name }) => name);
    assert.ok(named(data.test).includes('answering the test questions'));
    assert.ok(!named([]).includes('answering the test questions'));
    for (const test of [data.test, []]) assert.ok(named(test).includes('the loss on general questions'));
  });

  it('is told with what makes it shorter, computed', async () => {
    const { config, folder, data } = await prepared({ max_seq_length: 1024, max_steps: 400 });
    const { traits } = await findDevice('cpu');
    // A few examples are far longer than the others, which take most of the time.
    const { ids, trained } = data.train[0]!;
    const long = { ids: Int32Array.from({ length: 1000 }, () => 5), trained: [{ from: 20, to: 1000 }] };
    const parts = {
      ...data,
      train: [...Array.from({ length: 60 }, () => ({ ids, trained })), long, long, long],
      test: [],
      validation: [],
    };
    const foretell = (changed: ResolvedConfig, changedParts: Parameters<typeof forecastRun>[2]) =>
      forecastRun(changed, folder, changedParts, traits, { ...PACE, update: 0, opening: 0 }, 0);
    const now = foretell(config, parts);
    const [shorter, ...others] = shorterRuns(config, parts, now, foretell);
    assert.deepEqual(others, []);
    assert.deepEqual(Object.keys(shorter!.changes), ['max_seq_length']);
    const limit = Number(shorter!.changes['max_seq_length']);
    assert.match(shorter!.effect, / instead of .*, cuts off 3 examples$/);
    assert.ok(shorter!.seconds <= now.seconds / 2, `${shorter!.seconds} of ${now.seconds}`);
    const told = timeText(now, [shorter!]);
    assert.match(
      told,
      new RegExp(`^about .* on this machine \\(training .*\\); .* it.* with max_seq_length ${limit}: `),
    );
    // Where most examples would be cut, none is offered.
    const all = { ...parts, train: Array.from({ length: 60 }, () => long) };
    assert.deepEqual(shorterRuns(config, all, foretell(config, all), foretell), []);
  });

  it('names fewer test questions and epochs where these take the time', async () => {
    const { config, folder, data } = await prepared({ max_steps: null, num_train_epochs: 4 });
    const { traits } = await findDevice('cpu');
    const slow = { ...PACE, answers: { ...PACE.answers!, step: 1 } };
    const foretell = (changed: ResolvedConfig, parts: Parameters<typeof forecastRun>[2]) =>
      forecastRun(changed, folder, parts, traits, slow, 0);
    const keys = (parts: RunData): string[] =>
      shorterRuns(config, parts, foretell(config, parts), foretell).flatMap(({ changes }) => Object.keys(changes));
    assert.deepEqual(keys(data), ['num_train_epochs']);
    assert.equal(keys({ ...data, test: data.train })[0], 'eval_examples');
  });

  it('is measured on the device, of the run itself, and measured once for the same model', async () => {
    const { config, folder, data } = await prepared({ max_steps: 4 });
    const device = createCpuDevice({ threads: 1 });
    const pace = await measurePace(config, folder, data, device);
    assert.equal(device.allocatedBytes, 0, 'the memory is given back');
    for (const value of [pace.training, pace.update, pace.scoring, pace.opening]) assert.ok(value > 0, `${value}`);
    assert.ok(pace.scoring < pace.training, 'a pass forward takes less than one forward and backward');
    assert.ok(pace.answers!.step + pace.answers!.row > 0);

    const info = await findDevice('cpu');
    const key = paceKey(config, folder, info);
    assert.equal(paceKey({ ...config, max_steps: 9, max_seq_length: 64 }, folder, info), key);
    assert.notEqual(paceKey({ ...config, gradient_checkpointing: true }, folder, info), key);
    const known = parsePace(JSON.stringify({ key, ...PACE }))!;
    const told = await tellTime(config, folder, data, info, { ...ROOM, pace: known });
    assert.ok('forecast' in told);
    assert.deepEqual(told.forecast, forecastRun(config, folder, data, info.traits, PACE, 1));
    assert.equal(parsePace('{"key": 1}'), undefined);
  });

  it('is not measured where the run does not fit, or beside another run', async () => {
    const { config, folder, data } = await prepared();
    const info = await findDevice('cpu');
    const large = await tellTime(config, folder, data, info, { ...ROOM, available: 1e7 });
    assert.deepEqual(large, { unmeasured: 'the run does not fit into free memory' });
    const release = await waitForTurn(
      'cpu',
      { run: '/runs/one', name: 'faq' },
      { since: Date.now(), signal: new AbortController().signal, onWait: () => Promise.resolve() },
    );
    const busy = await tellTime(config, folder, data, info, ROOM);
    assert.deepEqual(busy, { unmeasured: 'faq is using the cpu device now' });
    await release!();
  });

  it('stands among the checks and in sft estimate, which leaves it out when asked to', async () => {
    const folder = temporaryFolder();
    const file = smallConfig(folder, { dataset: DATA });
    const report = await preflight(parseConfig(readFileSync(file, 'utf8'), file), { time: true });
    const time = report.checks.at(-1)!;
    assert.equal(time.id, 'time');
    assert.match(time.message, /^about \d+ (s|min|h).* on this machine \(/);
    assert.ok(report.seconds! > 0);
    const again = sft(['preflight', file, '--json', `--pace=${JSON.stringify(report.pace)}`]);
    assert.equal((JSON.parse(again.out) as { pace: { key: string } }).pace.key, report.pace!.key);
    const alone = JSON.parse(sft(['estimate', file, '--memory', '--json']).out) as Record<string, unknown>;
    assert.equal('time' in alone, false);
  });
});
