import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, it } from 'node:test';
import { readRun } from '../../src/runs/read-runs';
import { follow, sft, smallConfig, temporaryFolder, type Line } from '../cli/sft';
import { behave, useFakePython, writeProgram, type Fake } from './fake';
import { joinsBy } from './joins';
import { goneWithin, processesWith } from './processes-of';
import { useMachine } from './with-python';

const SKIP = process.platform === 'win32' ? 'the fake Python is a script of a shell' : false;
const folder = temporaryFolder();
const config = smallConfig(folder, { engine: 'accelerate', lora_dropout: 0, retention: false, loss_examples: 5 });
let number = 0;

/** A run folder that is not there yet. */
function newRun(): string {
  return path.join(folder, `run-${++number}`);
}

function train(
  run: string,
  fake: Fake,
  onLine: (line: Line, kill: (name: NodeJS.Signals) => void) => void = () => undefined,
) {
  behave(folder, fake);
  return follow(['train', config, '--run', run], onLine);
}

function resume(run: string, fake: Fake = {}) {
  behave(folder, fake);
  return follow(['train', '--run', run, '--resume'], () => undefined);
}

const stepsOf = (lines: readonly Line[]): number[] =>
  lines.filter(({ type }) => type === 'step').map((line) => line['step'] as number);
const upTo = (last: number): number[] => Array.from({ length: last }, (_, i) => i + 1);

describe('a run on another engine', { skip: SKIP }, () => {
  beforeEach(() => {
    useFakePython(folder);
    delete process.env['SFT_PROCESSES'];
  });

  it('is told, scored and kept as one of this process', async () => {
    const run = newRun();
    const { code, lines, err } = await train(run, {});
    assert.equal(code, 0, err);
    assert.deepEqual(stepsOf(lines), upTo(12));
    const [start] = lines;
    assert.equal(start?.['device'], 'accelerate: a fake (PyTorch 2.15.0)');
    assert.equal(start['trainable_parameters'], 299008);
    const step = lines.find(({ type }) => type === 'step')!;
    assert.equal(step['learning_rate'], 0);
    assert.ok((step['tokens'] as number) > 0 && (step['trained_tokens'] as number) > 0);
    assert.equal(step['epoch'], 1 / 6);
    const samples = lines.find(({ type }) => type === 'samples')!;
    assert.equal((samples['answers'] as readonly unknown[]).length, 3);
    const done = lines.at(-1)!;
    assert.equal(done.type, 'done');
    const evaluation = done['evaluation'] as Record<string, { cut: number; loss: number }>;
    assert.equal(evaluation['tuned']!.cut, 0);
    assert.equal(evaluation['base']!.cut, 6);
    assert.ok(Math.abs(evaluation['base']!.loss / evaluation['tuned']!.loss - 2) < 1e-9);
    assert.ok(existsSync(path.join(run, 'predictions.jsonl')) && existsSync(path.join(run, 'losses.jsonl')));
    assert.equal(sft(['chat', run, '--max-new-tokens', '2'], 'Hello?\n').code, 0);
  });

  it('hands over what the builtin engine would train, number for number', async () => {
    const run = newRun();
    await train(run, {});
    const engine = path.join(run, 'engine');
    const own = path.join(folder, 'own');
    sft(['train', config, '--engine', 'builtin', '--run', own]);
    const steps = readFileSync(path.join(own, 'events.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Line)
      .filter(({ type }) => type === 'step');
    const handed = readFileSync(path.join(engine, 'steps.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { learning_rate: number; targets: number; sequences: number[] });
    const train_ = readFileSync(path.join(engine, 'train.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { ids: number[] });
    assert.deepEqual(
      handed.map(({ learning_rate, targets }) => [learning_rate, targets]),
      steps.map((step) => [step['learning_rate'], step['trained_tokens']]),
    );
    assert.deepEqual(
      handed.map(({ sequences }) => sequences.reduce((sum, at) => sum + train_[at]!.ids.length, 0)),
      steps.map((step) => step['tokens']),
    );
  });

  it('waits for the rest of a line that is half-written', async () => {
    const { code, lines } = await train(newRun(), { tornAt: 5 });
    assert.equal(code, 0);
    assert.deepEqual(stepsOf(lines), upTo(12));
  });

  it('saves and ends when it is asked to stop, and resumes from there', async () => {
    const run = newRun();
    const stopped = await train(run, { pace: 150 }, (line, kill) => {
      if (line['step'] === 5 && line.type === 'step') kill('SIGINT');
    });
    assert.equal(stopped.code, 0, stopped.err);
    const last = stopped.lines.at(-1)!;
    assert.equal(last.type, 'stopped');
    assert.deepEqual(processesWith(run), []);
    const resumed = await resume(run);
    assert.equal(resumed.code, 0, resumed.err);
    assert.equal(resumed.lines[0]!['resumed_from'], last['step']);
    assert.deepEqual(stepsOf([...stopped.lines, ...resumed.lines]), upTo(12));
  });

  it('gives Python up in a pause and goes on after it', async () => {
    const run = newRun();
    let left: number[] | undefined;
    const control = (command: string): void => {
      writeFileSync(path.join(run, 'control.json'), JSON.stringify({ command }));
    };
    const { code, lines, err } = await train(run, { pace: 150 }, (line) => {
      if (line.type === 'step' && line['step'] === 4) control('pause');
      if (line.type !== 'paused') return;
      left = processesWith('train', path.join(run, 'engine'));
      control('resume');
    });
    assert.equal(code, 0, err);
    assert.deepEqual(left, []);
    assert.deepEqual(stepsOf(lines), upTo(12));
    assert.equal(lines.filter(({ type }) => type === 'start').length, 1);
  });

  it('stops while Python is still loading the model', async () => {
    const run = newRun();
    const running = train(run, { loading: 60_000 });
    const file = path.join(run, 'engine', 'rank-0.json');
    while (!existsSync(file)) await new Promise((resolve) => setTimeout(resolve, 20));
    writeFileSync(path.join(run, 'control.json'), JSON.stringify({ command: 'stop' }));
    const { code, lines } = await running;
    assert.equal(code, 0);
    assert.equal(lines.at(-1)!.type, 'stopped');
    assert.deepEqual(processesWith(run), []);
  });

  for (const [what, fake, processes, expected] of [
    ['the process', { dieAt: 5 }, 1, 'process-killed'],
    ['one of two', { dieAt: 5, rank: 1, pace: 50 }, 2, 'process-killed'],
    ['a process that cannot end', { dieAt: 5, rank: 1, pace: 50, deaf: true }, 2, 'process-killed'],
    ['a process without a word', { exitAt: 4 }, 1, 'engine-ended'],
    ['a process that loads', { dieAt: 0, printed: 'a library is missing' }, 1, 'engine-ended'],
  ] as const) {
    it(`tells that ${what} has ended, leaves nothing running, and resumes`, async () => {
      const run = newRun();
      process.env['SFT_PROCESSES'] = String(processes);
      const { code, lines } = await train(run, fake);
      assert.equal(code, 1);
      const failed = lines.at(-1)!;
      assert.equal(failed.type, 'failed');
      assert.equal(failed['code'], expected, String(failed['message']));
      if ('printed' in fake) assert.match(String(failed['message']), /a library is missing/);
      assert.deepEqual(processesWith(run), []);
      const resumed = await resume(run);
      assert.equal(resumed.code, 0, resumed.err);
      assert.deepEqual([...new Set(stepsOf([...lines, ...resumed.lines]))], upTo(12));
    });
  }

  it('lets the others save when one of them has died', async () => {
    const run = newRun();
    process.env['SFT_PROCESSES'] = '2';
    await train(run, { dieAt: 5, rank: 1, pace: 50 });
    const resumed = await resume(run);
    assert.ok((resumed.lines[0]!['resumed_from'] as number) >= 4);
  });

  it('trains with another machine, which joins it by a script', async () => {
    const run = newRun();
    useMachine(folder, { nodes: 2, processes: 1, address: '127.0.0.1:29555' });
    const other = joinsBy();
    const { code, lines, err } = await train(run, { pace: 50, loading: 500 }, other.onLine);
    rmSync(path.join(folder, '.sft'), { recursive: true });
    assert.equal(code, 0, err);
    assert.deepEqual(stepsOf(lines), upTo(12));
    assert.equal(await other.code, 0);
  });

  it('leaves nothing running where its worker is killed, and nothing of what was done is lost', async () => {
    const run = newRun();
    process.env['SFT_PROCESSES'] = '2';
    const { signal } = await train(run, { pace: 100 }, (line, kill) => {
      if (line.type === 'step' && line['step'] === 5) kill('SIGKILL');
    });
    assert.equal(signal, 'SIGKILL');
    assert.deepEqual(await goneWithin(5, path.join(run, 'engine')), []);
    assert.equal((await readRun(run)).state.status, 'interrupted');
    const resumed = await resume(run);
    assert.equal(resumed.code, 0, resumed.err);
    const told = readFileSync(path.join(run, 'events.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
    assert.deepEqual([...new Set(stepsOf(told))], upTo(12));
    assert.ok((resumed.lines.find(({ type }) => type === 'start')!['resumed_from'] as number) >= 5);
  });

  it('ends what an earlier worker left running before it begins', async () => {
    const run = newRun();
    await train(run, { pace: 100, deaf: true }, (line, kill) => {
      if (line.type === 'step' && line['step'] === 5) kill('SIGKILL');
    });
    const before = processesWith(path.join(run, 'engine'));
    assert.equal(before.length, 1);
    const resumed = await resume(run);
    assert.equal(resumed.code, 0, resumed.err);
    assert.deepEqual(processesWith(path.join(run, 'engine')), []);
  });

  for (const code of [
    'gpu-memory',
    'memory',
    'package-missing',
    'disk-full',
    'gpu-driver',
    'no-gpu',
    'processes-lost',
    'not-finite',
    'engine-error',
  ]) {
    it(`tells of ${code} with its cause and remedy`, async () => {
      const {
        code: exit,
        lines,
        err,
      } = await train(newRun(), {
        errors: { 0: { at: 3, code, message: 'this is why', remedy: 'this may help' } },
      });
      assert.equal(exit, 1);
      const failed = lines.at(-1)!;
      assert.equal(failed['code'], code);
      assert.match(String(failed['message']), /this is why - this may help/);
      assert.doesNotMatch(err, /bug/);
    });
  }

  it('names the cause among what several processes say: not that they lost each other, and the example where one knows it', async () => {
    process.env['SFT_PROCESSES'] = '2';
    const lost = { at: 3, code: 'processes-lost', message: 'connection closed by peer' };
    const first = await train(newRun(), { errors: { 0: lost, 1: { at: 3, code: 'gpu-memory', message: 'full' } } });
    assert.equal(first.lines.at(-1)!['code'], 'gpu-memory');
    const where = { at: 3, code: 'not-finite', message: 'the loss of this example is NaN', place: 'train.json:41' };
    const second = await train(newRun(), {
      errors: { 0: { at: 3, code: 'not-finite', message: 'the loss is NaN' }, 1: where },
    });
    assert.match(String(second.lines.at(-1)!['message']), /^train\.json:41 the loss of this example is NaN/);
  });

  it('refuses what it cannot read', async () => {
    const { lines } = await train(newRun(), { garbageAt: 3 });
    assert.equal(lines.at(-1)!['code'], 'engine-contract');
  });

  for (const [answer, code] of [
    ['error', 'gpu-memory'],
    ['kill', 'process-killed'],
    ['garbage', 'engine-contract'],
  ] as const) {
    it(`fails by ${code} where Python does so while it answers, and keeps what was trained`, async () => {
      const run = newRun();
      const failed = await train(run, { answer });
      assert.equal(failed.lines.at(-1)!['code'], code);
      assert.ok(existsSync(path.join(run, 'adapter', 'adapter_model.safetensors')));
      const resumed = await resume(run);
      assert.equal(resumed.lines.at(-1)!.type, 'done');
    });
  }
});

describe('a Python that cannot train', { skip: SKIP }, () => {
  for (const [fake, message] of [
    [{ python: '3.6.9' }, /Python 3\.6\.9 .* is too old - choose one of 3\.10 or later/],
    [{ packages: { peft: null } }, /peft is not installed .* - .*pip install "peft>=/],
    [
      { packages: { torch: null, transformers: null, peft: null } },
      /torch, transformers and peft are not installed in .* - .*pip install "torch>=\S+" "transformers>=\S+" "peft>=\S+", or .* sft python setup/,
    ],
    [{ packages: { transformers: '4.30.0' } }, /transformers 4\.30\.0 .* has to be .* - .*pip install/],
    [{ packages: { accelerate: '2.1.0' } }, /accelerate 2\.1\.0 .* before 2 - /],
    [{ broken: 'libcudart.so.13: cannot open' }, /torch .* cannot be imported: libcudart/],
    [{ probe: 'broken' }, /does not report what it has: .* - set SFT_PYTHON/],
  ] as const) {
    it(`is refused before there is a run: ${String(message)}`, () => {
      useFakePython(folder, fake);
      const run = newRun();
      const { code, err } = sft(['train', config, '--run', run]);
      assert.equal(code, 2, err);
      assert.match(err, message);
      assert.ok(!existsSync(run));
    });
  }

  it('is told by name where it is not there', () => {
    process.env['SFT_PYTHON'] = '/nowhere/python3';
    const { code, err } = sft(['train', config, '--run', newRun()]);
    assert.equal(code, 2);
    assert.match(err, /\/nowhere\/python3 cannot be started - set SFT_PYTHON/);
  });

  it('is refused where it sees fewer GPUs than are to train', () => {
    useFakePython(folder, { gpus: [{ name: 'NVIDIA L4', memory: 23e9 }] });
    process.env['SFT_PROCESSES'] = '4';
    assert.match(
      sft(['train', config, '--run', newRun()]).err,
      /4 processes were requested, but there are only 1 GPUs - set "processes"/,
    );
  });

  it('is refused where a GPU is asked for and it sees none', () => {
    useFakePython(folder);
    delete process.env['SFT_PROCESSES'];
    const cuda = path.join(folder, 'cuda.config.json');
    writeFileSync(cuda, JSON.stringify({ ...(JSON.parse(readFileSync(config, 'utf8')) as object), device: 'cuda' }));
    assert.match(sft(['train', cuda, '--run', newRun()]).err, /sees no GPU - check the driver/);
  });

  it('is refused for bitsandbytes only where the run needs it', () => {
    useFakePython(folder, { packages: { bitsandbytes: null } });
    const in4bit = path.join(folder, 'in4bit.config.json');
    const values = JSON.parse(readFileSync(config, 'utf8')) as object;
    writeFileSync(in4bit, JSON.stringify({ ...values, optim: 'adamw_8bit' }));
    assert.match(sft(['train', in4bit, '--run', newRun()]).err, /bitsandbytes is not installed/);
    assert.equal(sft(['train', config, '--run', newRun()]).code, 0);
  });

  it('is told by sft python check, with what is missing by name', () => {
    useFakePython(folder, { gpus: [{ name: 'NVIDIA L4', memory: 23e9 }], packages: { bitsandbytes: null } });
    const fine = sft(['python', 'check', config]);
    assert.equal(fine.code, 0, fine.err);
    assert.match(fine.out, /Python 3\.11\.2\npackages: torch 2\.15\.0, .*\nGPUs: NVIDIA L4, 23\.0 GB\n/);
    assert.match(fine.out, /for load_in_4bit and adamw_8bit only: bitsandbytes is not installed/);
    behave(folder, { packages: { peft: null, torch: '1.13.1' } });
    const missing = sft(['python', 'check', config, '--json']);
    assert.equal(missing.code, 1);
    const { problems } = JSON.parse(missing.out) as { problems: { code: string }[] };
    assert.deepEqual(
      problems.map(({ code }) => code),
      ['package-missing', 'package-version'],
    );
  });

  it('is the one of .sft/machine.json where no variable names one', () => {
    useFakePython(folder);
    const program = process.env['SFT_PYTHON']!;
    delete process.env['SFT_PYTHON'];
    mkdirSync(path.join(folder, '.sft'), { recursive: true });
    const file = path.join(folder, '.sft', 'machine.json');
    writeFileSync(file, JSON.stringify({ python: './python3' }));
    assert.match(sft(['python', 'check', config]).out, /it can train/);
    writeFileSync(file, JSON.stringify({ python: program, prozesses: 2 }));
    const { code, err } = sft(['python', 'check', config]);
    assert.equal(code, 2);
    assert.match(err, /machine\.json.*prozesses.* is unknown - correct it/);
    writeFileSync(file, '[]');
    assert.match(sft(['python', 'check', config]).err, /machine\.json is not an object - write/);
    rmSync(file);
  });

  for (const [name, value, message] of [
    ['SFT_NODES', '2', /machine\.json address is missing: 2 nodes need an address to find each other/],
    ['SFT_NODES', 'two', /SFT_NODES is "two", not a whole number from 1 to 4096 - set it/],
    ['SFT_ADDRESS', 'node7', /SFT_ADDRESS is "node7", not a name and a port - set it to the first machine/],
    ['SFT_NODE', 'first', /SFT_NODE is "first", not a whole number from 0/],
    ['SFT_NODE', '1', /SFT_NODE is 1: only the first machine starts a run - add --run DIR --resume/],
  ] as const) {
    it(`is refused before there is a run where a scheduler says ${name}=${value}`, () => {
      useFakePython(folder);
      process.env[name] = value;
      const run = newRun();
      const { code, err } = sft(['train', config, '--run', run]);
      Reflect.deleteProperty(process.env, name);
      assert.equal(code, 2, err);
      assert.match(err, message);
      assert.ok(!existsSync(run));
    });
  }

  for (const [facts, values, message] of [
    [{ nodes: 2 }, {}, /address is missing: 2 nodes need an address to find each other - write "address"/],
    [{ nodes: 2, address: 'here' }, {}, /address is not a name and a port, such as/],
    [{ nodes: 2, address: 'here:65536' }, {}, /address is not a name and a port, such as .* - correct it/],
    [[], {}, /machine\.json is not an object - write/],
    [
      { sharding: 'fsdp' },
      {},
      /sharding "fsdp" spreads weights over several processes, but there is only one - set "processes"/,
    ],
    [{ sharding: 'zero1', processes: 2 }, {}, /sharding is not one of none, fsdp, zero2, zero3/],
    [{ sharding: 'zero3', processes: 2, offload: true }, {}, /offload works only with "sharding": "fsdp" - set that/],
    [{ sharding: 'zero2', processes: 2 }, {}, /deepspeed is not installed .* - .*pip install "deepspeed>=/],
    [{ processes: 2, offload: true }, {}, /offload works only with "sharding": "fsdp" - set that/],
    [
      { processes: 2, sharding: 'fsdp', offload: true },
      {},
      /"offload": true on the processor cannot be combined with "sharding": "fsdp"/,
    ],
    [
      { processes: 2, sharding: 'fsdp' },
      { optim: 'adamw_8bit' },
      /"optim": "adamw_8bit" cannot be combined with .* - set "optim": "adamw"/,
    ],
  ] as const) {
    it(`is refused before there is a run where the facts of the machine are wrong: ${String(message)}`, () => {
      useFakePython(folder);
      useMachine(folder, facts);
      const file = path.join(folder, 'facts.config.json');
      writeFileSync(file, JSON.stringify({ ...(JSON.parse(readFileSync(config, 'utf8')) as object), ...values }));
      const run = newRun();
      const { code, err } = sft(['train', file, '--run', run]);
      rmSync(path.join(folder, '.sft'), { recursive: true });
      assert.equal(code, 2, err);
      assert.match(err, message);
      assert.ok(!existsSync(run));
    });
  }

  it('is refused where SFT_MACHINE names a file that is not there, or SFT_PROCESSES too many', () => {
    useFakePython(folder);
    for (const [name, value, message] of [
      ['SFT_MACHINE', path.join(folder, 'nowhere.json'), /nowhere\.json there is no such file - correct SFT_MACHINE/],
      ['SFT_PROCESSES', '4097', /SFT_PROCESSES is "4097", not a whole number from 1 to 4096/],
    ] as const) {
      process.env[name] = value;
      const { out, err } = sft(['preflight', config]);
      Reflect.deleteProperty(process.env, name);
      assert.match(out + err, message);
    }
  });

  it('is refused where DeepSpeed is to distribute weights in 4 bits, which FSDP does', () => {
    useFakePython(folder, { packages: { deepspeed: '0.19.8' } });
    const place = path.join(folder, 'zero');
    mkdirSync(place);
    const in4bit = smallConfig(place, { engine: 'accelerate', load_in_4bit: true });
    const refused = (sharding: string): string => {
      useMachine(place, { processes: 2, sharding });
      const { code, out, err } = sft(['preflight', in4bit]);
      assert.equal(code, sharding === 'fsdp' ? 0 : 1, out + err);
      return out + err;
    };
    assert.match(
      refused('zero3'),
      /"load_in_4bit": true cannot be combined with .*"zero3".* - set .*"sharding": "fsdp"/,
    );
    refused('fsdp');
  });

  it('is the one chosen in the editor where nobody names one, and before .venv; as a program or as an environment', () => {
    useFakePython(folder);
    const place = path.join(folder, 'beside');
    const named = process.env['SFT_PYTHON']!;
    delete process.env['SFT_PYTHON'];
    const bin = path.join(place, '.venv', 'bin');
    mkdirSync(bin, { recursive: true });
    writeProgram(path.join(bin, 'python3'), 'fake-python.mjs');
    const other = path.join(place, 'sft.config.json');
    const checked = (): string => sft(['python', 'check', other]).out;
    assert.match(checked(), /by \.venv next to the configuration: /);
    for (const chosen of [named, path.join(place, '.venv')]) {
      process.env['SFT_EDITOR_PYTHON'] = chosen;
      assert.match(checked(), /by VS Code's Python extension: /);
    }
    process.env['SFT_EDITOR_PYTHON'] = '/nowhere/python3';
    assert.match(checked(), /by \.venv next to the configuration: /);
    delete process.env['SFT_EDITOR_PYTHON'];
  });
});
