import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { checkConfigText } from '../../src/config/advise';
import { loadConfig } from '../../src/config/parse-config';
import { createRun } from '../../src/runs/create-run';
import { preflight } from '../../src/runs/preflight/preflight';
import type { Prediction } from '../../src/runs/folder/evaluation-schema';
import { DATA, follow, MODEL, sft, smallConfig, temporaryFolder, type Line } from './sft';

const ALL = JSON.parse(readFileSync(DATA, 'utf8')) as readonly Readonly<Record<string, string>>[];

/** Examples of the sample data as a file, one a line. */
function linesFile(folder: string, name: string, examples: readonly unknown[]): string {
  const file = path.join(folder, name);
  writeFileSync(file, examples.map((example) => `${JSON.stringify(example)}\n`).join(''));
  return file;
}

interface Files {
  readonly folder: string;
  readonly config: string;
  readonly held: string;
}

/** A configuration whose parts are three files. */
function threeFiles(values: Readonly<Record<string, unknown>> = {}, alsoTested: readonly unknown[] = []): Files {
  const folder = temporaryFolder();
  linesFile(folder, 'learned.jsonl', ALL.slice(0, 40));
  linesFile(folder, 'watched.jsonl', ALL.slice(100, 112));
  const held = linesFile(folder, 'held.jsonl', [...ALL.slice(200, 206), ...alsoTested]);
  const config = smallConfig(folder, {
    dataset: 'learned.jsonl',
    validation_dataset: 'watched.jsonl',
    test_dataset: 'held.jsonl',
    max_steps: 2,
    warmup_steps: 0,
    eval_steps: 1,
    save_steps: null,
    ...values,
  });
  return { folder, config, held };
}

async function checksOf(config: string): Promise<string[]> {
  const { checks } = await preflight(await loadConfig(config, []));
  return checks.map(({ id, status, message }) => `${id} ${status} ${message}`);
}

describe('parts of the data in files of their own', () => {
  it('are trained on, validated on and tested with as they are; split divides nothing off', async () => {
    const { config, folder } = threeFiles();
    const checks = await checksOf(config);
    assert.ok(
      checks.includes('split ok 40 to train on, 12 to validate (watched.jsonl), 6 to test (held.jsonl)'),
      checks.join('\n'),
    );
    assert.ok(checks.some((check) => check.startsWith('data ok watched.jsonl: 12 examples')));
    const run = path.join(folder, 'run');
    const { code, lines, err } = await follow(['train', config, '--run', run], () => undefined);
    assert.equal(code, 0, err);
    const start = lines.find(({ type }) => type === 'start')!;
    assert.deepEqual([start['train_examples'], start['validation_examples'], start['test_examples']], [40, 12, 6]);
    const predictions = readFileSync(path.join(run, 'predictions.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Prediction);
    assert.deepEqual(
      predictions.map(({ line, question }) => [line, question]),
      ALL.slice(200, 206).map(({ question }, i) => [i + 1, question]),
    );
    const evaluated = sft(['evaluate', run]);
    assert.equal(evaluated.code, 0, evaluated.err);
    assert.match(evaluated.out, new RegExp(`held\\.jsonl:1 ${ALL[200]!['question']!.slice(0, 20)}`));
    const counted = JSON.parse(sft(['count', '--config', config, '--json']).out) as {
      examples: unknown[];
      validation_dataset: { examples: unknown[] };
      test_dataset: { examples: unknown[] };
    };
    assert.deepEqual(
      [counted.examples.length, counted.validation_dataset.examples.length, counted.test_dataset.examples.length],
      [40, 12, 6],
    );
  });

  it('one of them alone takes its share from nowhere: what split had for it is learned from', async () => {
    const { config } = threeFiles({ validation_dataset: null });
    const checks = await checksOf(config);
    assert.ok(
      checks.some((check) => check.includes('36 to train on, 4 to validate, 6 to test (held.jsonl)')),
      checks.join('\n'),
    );
  });

  it('are refused once they changed, each by its name', async () => {
    const { config: configFile, folder, held } = threeFiles();
    const config = await loadConfig(configFile, []);
    const run = await createRun({ config, configFile, now: new Date(), folder: path.join(folder, 'run') });
    writeFileSync(held, readFileSync(held, 'utf8').replace('"answer":"', '"answer":"Well, '));
    const started = sft(['train', '--run', run.path, '--resume']);
    assert.equal(started.code, 1);
    assert.match(started.err, /held\.jsonl the dataset was changed after the run was created/);
  });

  it('tell what stands in two of them, before training and in it', async () => {
    const { config, folder } = threeFiles({}, [ALL[3], { ...ALL[5], answer: `${ALL[5]!['answer']!} Thank you.` }]);
    const told = /2 of 8 examples of held\.jsonl are also in another file.*line 7 is line 4 of learned\.jsonl/;
    const checks = await checksOf(config);
    assert.ok(
      checks.some((check) => check.startsWith('overlap warning') && told.test(check)),
      checks.join('\n'),
    );
    const { lines } = await follow(['train', config, '--run', path.join(folder, 'run')], () => undefined);
    assert.ok(lines.some(({ type, message }) => type === 'warning' && told.test(String(message))));
  });

  it('that are the same file, or not there, are refused at their key', () => {
    const { config } = threeFiles({ test_dataset: './learned.jsonl', validation_dataset: 'nowhere.jsonl' });
    const { code, err } = sft(['preflight', config]);
    assert.equal(code, 2);
    assert.match(err, /validation_dataset: .*nowhere\.jsonl does not exist/);
  });

  it('as sft split wrote them, with the keys that it names', () => {
    const folder = temporaryFolder();
    const all = linesFile(folder, 'all.jsonl', ALL.slice(0, 50));
    const { code, err } = sft(['split', all, '--out', path.join(folder, 'parts')]);
    assert.equal(code, 0, err);
    const keys = JSON.parse(`{${/in sft\.config\.json: (.*)/.exec(err)![1]!}}`) as Record<string, string>;
    const config = path.join(folder, 'sft.config.json');
    writeFileSync(config, JSON.stringify({ model_name: MODEL, ...keys, max_steps: 5 }));
    assert.match(sft(['preflight', config]).out, /40 to train on, 5 to validate \(validation\.jsonl\), 5 to test/);
  });
});

describe('what cannot act in a run', () => {
  const three = ALL.slice(0, 3);

  async function everywhere(values: Readonly<Record<string, unknown>>, told: RegExp): Promise<void> {
    const folder = temporaryFolder();
    linesFile(folder, 'q3.jsonl', three);
    const config = smallConfig(folder, { dataset: 'q3.jsonl', save_steps: null, ...values });
    const checks = await checksOf(config);
    assert.ok(
      checks.some((check) => check.startsWith('schedule warning') && told.test(check)),
      checks.join('\n'),
    );
    const text = readFileSync(config, 'utf8');
    const findings = checkConfigText(text, config, { datasetExamples: three.length });
    assert.ok(
      findings.some(({ message }) => told.test(message)),
      findings.map(({ message }) => message).join('\n'),
    );
    const { lines, code, err } = await follow(['train', config], () => undefined);
    assert.equal(code, 0, err);
    const whole = ({ message, remedy }: Line): string => `${String(message)} - ${String(remedy)}`;
    assert.ok(lines.some((line) => line.type === 'warning' && told.test(whole(line))));
  }

  it('early stopping where the share of validation comes to no example', async () => {
    const told = /early_stopping_patience has no effect: the validation part has no examples - add examples/;
    await everywhere({ max_steps: 4, warmup_steps: 0, early_stopping_patience: 1, eval_steps: 1 }, told);
  });

  it('early stopping where the run ends before it is measured', async () => {
    const told =
      /early_stopping_patience has no effect: eval_steps is 20, and the run ends after 4 updates - set eval_steps to 1/;
    await everywhere(
      {
        max_steps: 4,
        warmup_steps: 0,
        early_stopping_patience: 1,
        eval_steps: 20,
        split: { train: 0.6, validation: 0.4 },
      },
      told,
    );
  });

  it('a warm-up that is longer than the steps that the epochs give', async () => {
    const told = /rises for 5 updates and the run has only 3: it never reaches learning_rate - set warmup_steps to 0/;
    await everywhere({ max_steps: null, num_train_epochs: 3, warmup_steps: 5, split: { train: 1 } }, told);
  });
});
