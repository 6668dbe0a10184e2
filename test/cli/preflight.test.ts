import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, it, type TestContext } from 'node:test';
import { checkConfigText } from '../../src/config/advise';
import { changeConfigText } from '../../src/config/change-config';
import { parseConfig } from '../../src/config/parse-config';
import { preflight } from '../../src/runs/preflight/preflight';
import type { PreflightCheck, PreflightId, PreflightReport } from '../../src/runs/preflight/report';
import type { MemoryEstimate } from '../../src/train/estimate';
import { mountSmallDisk, NO_SMALL_DISK, type SmallDisk } from '../small-disk';
import { DATA, follow, MODEL, sft, smallConfig, temporaryFolder } from './sft';

const all: Readonly<Record<string, unknown>> = { dataset: DATA };

async function look(file: string, available?: number): Promise<PreflightReport> {
  const config = parseConfig(readFileSync(file, 'utf8'), file);
  return preflight(config, available === undefined ? {} : { available });
}

function checkOf({ checks }: PreflightReport, id: PreflightId): PreflightCheck {
  const check = checks.find((candidate) => candidate.id === id);
  assert.ok(check !== undefined, `no check ${id} in ${JSON.stringify(checks)}`);
  return check;
}

/** Applies the first remedy of a check and looks again. */
async function mended(file: string, check: PreflightCheck, available?: number): Promise<PreflightReport> {
  const [remedy] = check.remedies;
  assert.ok(remedy !== undefined, 'has a remedy');
  writeFileSync(file, changeConfigText(readFileSync(file, 'utf8'), remedy.changes));
  return look(file, available);
}

/** Gives a test a small disk; skips it where there can be none. */
async function withDisk(
  t: TestContext,
  size: string,
  body: (folder: string, disk: SmallDisk) => Promise<void>,
): Promise<void> {
  const folder = path.join(temporaryFolder(), 'disk');
  const disk = mountSmallDisk(folder, size);
  if (disk === undefined) {
    t.skip(NO_SMALL_DISK);
    return;
  }
  try {
    await body(folder, disk);
  } finally {
    disk.unmount();
  }
}

describe('what is looked at before a run', () => {
  it('is all right for the example, and writes nothing', async () => {
    const folder = temporaryFolder();
    const report = await look(smallConfig(folder, all));
    assert.deepEqual(
      report.checks.map(({ id, status }) => [id, status]),
      ['model', 'data', 'template', 'answers', 'length', 'split', 'steps', 'device', 'memory', 'disk'].map((id) => [
        id,
        id === 'steps' ? 'warning' : 'ok',
      ]),
    );
    assert.ok(!existsSync(path.join(folder, 'runs')));
  });

  it('steps that never see all the data; the remedy does', async () => {
    const file = smallConfig(temporaryFolder(), all);
    const steps = checkOf(await look(file), 'steps');
    assert.match(steps.message, /ends after 96 of 411 training examples; .*set max_steps to 52 or more/);
    assert.notEqual(checkOf(await mended(file, steps), 'steps').status, 'warning');
  });

  it('says what the editor says of the same configuration, with the same remedies', async () => {
    const more = { learning_rate: 0.02, lora_alpha: 200, max_steps: 4, warmup_steps: undefined, eval_steps: null };
    const file = smallConfig(temporaryFolder(), { ...all, ...more, lora_r: 16 });
    const text = readFileSync(file, 'utf8');
    const examples = (JSON.parse(readFileSync(DATA, 'utf8')) as unknown[]).length;
    const inEditor = checkConfigText(text, file, { datasetExamples: examples });
    assert.ok(inEditor.length >= 4, JSON.stringify(inEditor));
    const { checks } = await look(file);
    const told = checks.filter(({ id }) => ['steps', 'schedule', 'values'].includes(id));
    assert.ok(
      told.some(({ message }) => /too short for the usual warm-up of 5 and has none/.test(message)),
      'a default that gives way is told',
    );
    assert.deepEqual(told.map(({ message }) => message).toSorted(), inEditor.map(({ message }) => message).toSorted());
    assert.deepEqual(
      told.flatMap(({ remedies }) => remedies.map(({ title }) => title)).toSorted(),
      inEditor.flatMap(({ fixes }) => fixes.map(({ title }) => title)).toSorted(),
    );
  });

  it('says what training says of the same configuration', async () => {
    const more = { learning_rate: 0.02, lora_alpha: 200, max_steps: 4, warmup_steps: undefined, eval_steps: null };
    const values = { ...more, save_steps: null, retention: false, loss_examples: 0, eval_examples: 1 };
    const file = smallConfig(temporaryFolder(), values);
    const { checks } = await look(file);
    const told = checks.filter(({ id }) => ['steps', 'schedule', 'values'].includes(id));
    assert.ok(told.length >= 4, JSON.stringify(told));
    const { lines, code, err } = await follow(['train', file], () => undefined);
    assert.equal(code, 0, err);
    const warnings = lines.flatMap(({ type, message, remedy }) =>
      type === 'warning' ? [`${String(message)}${typeof remedy === 'string' ? ` - ${remedy}` : ''}`] : [],
    );
    for (const { status, message } of told) {
      if (status !== 'ok') assert.ok(warnings.includes(message), `${message}\n${warnings.join('\n')}`);
    }
  });

  it('errors in the data, at their place', async () => {
    const folder = temporaryFolder();
    const dataset = path.join(folder, 'broken.json');
    writeFileSync(dataset, '[{"question":"a?","answer":"b"},{"question":"c?"}]');
    const data = checkOf(await look(smallConfig(folder, { dataset })), 'data');
    assert.equal(data.status, 'error');
    assert.match(data.message, /^broken\.json:1:33 "answer" is missing/);
    assert.deepEqual(data.inData, { count: 1, first: { file: dataset, line: 1, column: 33 } });
    const gone = checkOf(await look(smallConfig(folder, { dataset: path.join(folder, 'gone.json') })), 'data');
    assert.match(gone.message, /no such file/);
  });

  it('a table whose columns are called otherwise; a split of nothing is no way out of it', async () => {
    const folder = temporaryFolder();
    const dataset = path.join(folder, 'faq.csv');
    writeFileSync(dataset, 'Question,Reply\na?,b\n');
    const report = await look(smallConfig(folder, { dataset }));
    const remedy = 'rename the column that holds it, or name that one under "columns" in the configuration';
    assert.ok(checkOf(report, 'data').message.includes(`"answer" is missing - ${remedy}`));
    assert.deepEqual(checkOf(report, 'split').remedies, []);
    const named = await look(smallConfig(folder, { dataset, columns: { question: 'Question', answer: 'Reply' } }));
    assert.equal(checkOf(named, 'data').status, 'ok');
  });

  it('answers that are lost and examples that are cut; the remedy fits them', async () => {
    const file = smallConfig(temporaryFolder(), { ...all, max_seq_length: 24 });
    const report = await look(file);
    const answers = checkOf(report, 'answers');
    assert.equal(answers.status, 'error');
    assert.match(answers.message, /no token of \d+ answers fits within max_seq_length 24 \(lines \d+/);
    assert.equal(checkOf(report, 'length').status, 'warning');
    const after = await mended(file, answers);
    assert.equal(checkOf(after, 'answers').status, 'ok');
    assert.equal(checkOf(after, 'length').status, 'ok');
  });

  it('a split that leaves too little', async () => {
    const { checks } = await look(smallConfig(temporaryFolder()));
    assert.deepEqual(
      checks.flatMap(({ id, status, message }) => (id === 'split' ? [`${status} ${message}`] : [])),
      [
        'ok 48 to train on, 6 to validate, 6 to test',
        'warning the test part has 6 examples: too few to tell much - add examples, or look at each answer',
      ],
    );
    const folder = temporaryFolder();
    const dataset = path.join(folder, 'one.json');
    writeFileSync(dataset, '[{"question":"Where is it?","answer":"In Lagos."}]');
    const none = smallConfig(folder, { dataset, split: { train: 0.02, validation: 0, test: 0.98 } });
    const split = checkOf(await look(none), 'split');
    assert.equal(split.status, 'error');
    assert.notEqual(checkOf(await mended(none, split), 'split').status, 'error');
  });

  it('a model that does not open, and more tokens than it takes; the data is looked at all the same', async () => {
    const folder = temporaryFolder();
    const model = path.join(folder, 'model');
    cpSync(MODEL, model, { recursive: true });
    writeFileSync(
      path.join(model, 'model.safetensors'),
      readFileSync(path.join(MODEL, 'model.safetensors')).subarray(0, 1e5),
    );
    const report = await look(smallConfig(folder, { ...all, model_name: model }));
    assert.match(checkOf(report, 'model').message, /data bytes/);
    assert.equal(checkOf(report, 'data').status, 'ok');
    const long = smallConfig(folder, { ...all, max_seq_length: 4096 });
    const check = checkOf(await look(long), 'model');
    assert.match(check.message, /the model supports 1024/);
    assert.equal(checkOf(await mended(long, check), 'model').status, 'ok');
  });

  it('too little memory, with the remedies that help in their order, each with what is needed then', async () => {
    const file = smallConfig(temporaryFolder(), { ...all, training_type: 'full', lora_dropout: 0 });
    const memory = checkOf(await look(file, 200e6), 'memory');
    assert.equal(memory.status, 'error');
    assert.match(memory.message, /needs about \d+ MB, 200 MB are free/);
    assert.match(memory.remedies[0]?.title ?? '', /^Set training_type to lora: \d+ MB instead of \d+ MB$/);
    assert.deepEqual(memory.remedies.at(-1)?.changes, { gradient_checkpointing: true });
    assert.equal(checkOf(await mended(file, memory, 200e6), 'memory').status, 'ok');
    const dora = checkOf(await look(smallConfig(temporaryFolder(), { ...all, use_dora: true }), 50e6), 'memory');
    assert.ok(
      dora.remedies.some(({ changes }) => changes['use_dora'] === false),
      'what DoRA keeps of each projection is saved',
    );
  });

  it('a folder for runs that cannot be one', async () => {
    const folder = temporaryFolder();
    writeFileSync(path.join(folder, 'file'), '');
    const config = smallConfig(folder, { ...all, output_dir: path.join(folder, 'file', 'runs') });
    const disk = checkOf(await look(config), 'disk');
    assert.equal(disk.status, 'error');
    assert.match(disk.message, /is a file - choose another output_dir/);
  });
});

describe('the disk before a run', () => {
  it('is too small: with what is needed, and a remedy that fits as much as possible', (t) =>
    withDisk(t, '25m', async (folder) => {
      const file = smallConfig(temporaryFolder(), { ...all, output_dir: path.join(folder, 'runs') });
      const disk = checkOf(await look(file), 'disk');
      assert.equal(disk.status, 'error');
      assert.match(
        disk.message,
        /^the run writes about \d+ MB \(6 checkpoints of \d+ MB\), 26 MB are free - free some space, save less often/,
      );
      assert.match(disk.remedies[0]?.title ?? '', /^Set save_steps to \d+$/);
      assert.equal(checkOf(await mended(file, disk), 'disk').status, 'ok');
    }));

  it('has no room for one checkpoint: no setting mends that', (t) =>
    withDisk(t, '8m', async (folder) => {
      const file = smallConfig(temporaryFolder(), { ...all, output_dir: path.join(folder, 'runs') });
      const disk = checkOf(await look(file), 'disk');
      assert.equal(disk.status, 'error');
      assert.deepEqual(disk.remedies, []);
    }));

  it('is read-only', (t) =>
    withDisk(t, '64m', async (folder, disk) => {
      disk.setReadOnly(true);
      const file = smallConfig(temporaryFolder(), { ...all, output_dir: path.join(folder, 'runs') });
      const { status, message } = checkOf(await look(file), 'disk');
      assert.equal(status, 'error');
      assert.match(message, /you may not write in .* - choose another output_dir/);
    }));
});

describe('the graphics cards before a run', () => {
  const PATH = process.env['PATH'];
  afterEach(() => {
    process.env['PATH'] = PATH;
  });

  /** Puts a program in the place of the driver's tool: what is tested is how its words are read. */
  async function deviceWhere(script: string): Promise<string> {
    const folder = temporaryFolder();
    writeFileSync(path.join(folder, 'nvidia-smi'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    process.env['PATH'] = `${folder}${path.delimiter}${PATH ?? ''}`;
    const { status, message } = checkOf(await look(smallConfig(temporaryFolder(), all)), 'device');
    assert.equal(status, 'ok');
    return message;
  }

  it('are named with their memory, as nvidia-smi tells it', { skip: process.platform === 'win32' }, async () => {
    const two = 'NVIDIA H100 80GB HBM3, 81559 MiB\\nNVIDIA GeForce RTX 3060 Laptop GPU, 6144 MiB';
    assert.match(
      await deviceWhere(`[ "$*" = "--query-gpu=name,memory.total --format=csv,noheader" ] && printf '${two}\\n'`),
      /; NVIDIA H100 80GB HBM3 with 81559 MiB, NVIDIA GeForce RTX 3060 Laptop GPU with 6144 MiB found/,
    );
    assert.match(await deviceWhere("printf 'NVIDIA GB10, [N/A]\\n'"), /; NVIDIA GB10 found/);
  });

  it('are none where the driver is broken or absent', { skip: process.platform === 'win32' }, async () => {
    const broken = 'echo "NVIDIA-SMI has failed because it couldn\'t communicate with the NVIDIA driver."; exit 9';
    for (const script of [broken, 'exit 6', 'printf "\\n"']) assert.doesNotMatch(await deviceWhere(script), /found/);
  });
});

describe('sft preflight and sft estimate', () => {
  it('print the checks; exit code 1 where the run would fail', () => {
    const good = sft(['preflight', smallConfig(temporaryFolder(), all)]);
    assert.equal(good.code, 0, good.err);
    assert.match(good.out, /^ok +Model .*\n[^]*warning +Steps .*\n +- Set max_steps to 52\n/);
    const bad = sft(['preflight', smallConfig(temporaryFolder(), { ...all, max_seq_length: 12 }), '--json']);
    assert.equal(bad.code, 1);
    const report = JSON.parse(bad.out) as PreflightReport;
    assert.equal(checkOf(report, 'answers').status, 'error');
  });

  it('the background is refused what would fail there unseen', () => {
    const folder = temporaryFolder();
    const refused = sft(['train', smallConfig(folder, { max_seq_length: 12 }), '--detach']);
    assert.equal(refused.code, 1);
    assert.match(refused.err, /ERROR +Answers .*raise max_seq_length/);
    assert.ok(!existsSync(path.join(folder, 'runs')));
  });

  it('the estimate is the sum of its parts, and falls with what is asked for', () => {
    const estimate = (values: Readonly<Record<string, unknown>>): MemoryEstimate & { readonly available: number } => {
      const { code, out, err } = sft(['estimate', smallConfig(temporaryFolder(), { ...all, ...values }), '--json']);
      assert.equal(code, 0, err);
      return JSON.parse(out) as MemoryEstimate & { readonly available: number };
    };
    const lora = estimate({});
    assert.equal(
      Object.values<number>({ ...lora.parts }).reduce((sum, bytes) => sum + bytes, 0),
      lora.peak,
    );
    assert.ok(lora.available > 0);
    // Seven projections in five layers, r 16: the size of the adapter is known.
    assert.equal(lora.parts.optimizer, 2 * lora.parts.trained);
    assert.ok(estimate({ training_type: 'full', lora_dropout: 0 }).peak > lora.peak);
    assert.ok(estimate({ gradient_checkpointing: true }).parts.activations < lora.parts.activations);
    assert.equal(estimate({ lora_r: 8 }).parts.trained * 2, lora.parts.trained);
    const text = sft(['estimate', smallConfig(temporaryFolder(), all)]);
    assert.match(text.out, /in all +\d+ MB\n +free on this machine +\d+ MB/);
  });

  it('refuses a folder in place of a configuration', () => {
    const folder = temporaryFolder();
    mkdirSync(path.join(folder, 'x'));
    const { code, err } = sft(['estimate', path.join(folder, 'x')]);
    assert.equal(code, 2);
    assert.match(err, /is a folder/);
  });
});
