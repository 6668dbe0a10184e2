import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { readRun } from '../../src/runs/read-runs';
import { sft, smallConfig, temporaryFolder, type Line } from '../cli/sft';
import { behave, useFakePython } from './fake';
import { processesWith } from './processes-of';

const SKIP = process.platform === 'win32' ? 'jobs are scripts of a shell' : false;
const folder = temporaryFolder();
const config = smallConfig(folder, { engine: 'accelerate', lora_dropout: 0, retention: false, sample_prompts: [] });
let number = 0;

interface Written {
  readonly folder: string;
  readonly run: string;
}

function exportTo(form: string, ...more: readonly string[]): Written {
  const out = path.join(folder, `job-${++number}`);
  const { code, out: text, err } = sft(['export', config, '--to', form, '--out', out, ...more, '--json']);
  assert.equal(code, 0, err);
  return JSON.parse(text) as Written;
}

const refused = (...words: readonly string[]): string => {
  const { code, err } = sft(['export', ...words, '--out', path.join(folder, 'none')]);
  assert.equal(code, 2, err);
  return err;
};

/** Programs that stand in for those of a cluster. */
function useCommands(commands: Readonly<Record<string, string>>): void {
  const bin = path.join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  for (const [name, script] of Object.entries(commands)) {
    writeFileSync(path.join(bin, name), `#!/bin/sh\n${script}\n`);
    chmodSync(path.join(bin, name), 0o755);
  }
  process.env['PATH'] = `${bin}:${PATH}`;
}

const PATH = process.env['PATH']!;

/** Starts a program. @returns its exit code, once it has ended */
function start(program: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  let told = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (told += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (told += text));
  const ended = new Promise<{ readonly code: number | null; readonly told: string }>((resolve) => {
    child.on('close', (code) => {
      resolve({ code, told });
    });
  });
  return { child, ended };
}

function eventsOf(run: string): Line[] {
  const text = readFileSync(path.join(run, 'events.jsonl'), 'utf8').trim();
  return text.split('\n').map((line) => JSON.parse(line) as Line);
}

const stepsOf = (run: string): unknown[] =>
  eventsOf(run).flatMap((event) => (event.type === 'step' ? [event['step']] : []));
const upTo = (last: number): number[] => Array.from({ length: last }, (_, i) => i + 1);

async function until(what: () => boolean): Promise<void> {
  while (!what()) await new Promise((resolve) => setTimeout(resolve, 20));
}

const ask = (run: string, command: string): void => {
  writeFileSync(path.join(run, 'control.json'), JSON.stringify({ command }));
};

describe('a run that is exported as a job', { skip: SKIP }, () => {
  beforeEach(() => {
    useFakePython(folder);
    for (const name of ['SFT_PROCESSES', 'SFT_NODE', 'SFT_NODES', 'SFT_ADDRESS'])
      Reflect.deleteProperty(process.env, name);
  });
  afterEach(() => {
    process.env['PATH'] = PATH;
  });

  it('waits to be started, and says how', async () => {
    const { folder: out, run } = exportTo('torchrun', '--nodes', '2');
    const { state } = await readRun(run);
    assert.equal(state.status, 'stopped');
    assert.match(state.message!, /^is ready to be started elsewhere: sh start\.sh 0 HOST:29500/);
    assert.ok(state.message!.endsWith(out));
    assert.match(readFileSync(path.join(out, 'README.md'), 'utf8'), /2 nodes, one process on each/);
  });

  it('is trained by several machines that join it, each again after a pause, and ends on all of them', async () => {
    const { folder: out, run } = exportTo('torchrun', '--nodes', '3');
    behave(folder, { pace: 100 });
    const script = path.join(out, 'start.sh');
    const address = '127.0.0.1:29500';
    // The first comes after others that wait for it.
    const others = [1, 2].map((node) => start('sh', [script, String(node), address]));
    const first = start('sh', [script, '0', address]);
    const events = path.join(run, 'events.jsonl');
    const told = (type: string): boolean =>
      spawnSync('grep', ['-q', `"type":"${type}"`, events], { stdio: 'ignore' }).status === 0;
    await until(() => told('step'));
    assert.equal((await readRun(run)).state.host, hostname());
    ask(run, 'pause');
    await until(() => told('paused'));
    assert.deepEqual(processesWith('train', path.join(run, 'engine')), []);
    ask(run, 'resume');
    const ends = await Promise.all([first, ...others].map(({ ended }) => ended));
    assert.deepEqual(
      ends.map(({ code }) => code),
      [0, 0, 0],
      ends.map((end) => end.told).join('\n'),
    );
    assert.deepEqual(stepsOf(run), upTo(12));
    for (const { told: text } of ends.slice(1)) assert.equal(text.match(/ joins /g)?.length, 2, text);
    assert.equal((await readRun(run)).state.status, 'done');
  });

  it('ends on the others where the first fails or is stopped, and goes on when all are started again', async () => {
    const { folder: out, run } = exportTo('torchrun', '--nodes', '2');
    const script = path.join(out, 'start.sh');
    const all = async (): Promise<(number | null)[]> => {
      const nodes = ['0', '1'].map((node) => start('sh', [script, node, '127.0.0.1:29500']).ended);
      return (await Promise.all(nodes)).map(({ code }) => code);
    };
    behave(folder, { pace: 30, errors: { 1: { at: 5, code: 'gpu-memory', message: 'full' } } });
    assert.deepEqual(await all(), [1, 1]);
    behave(folder, { pace: 30 });
    assert.deepEqual(await all(), [0, 0]);
    assert.deepEqual([...new Set(stepsOf(run))], upTo(12));
  });

  it('is not written with the name of a GPU that is no word, or for more machines than there may be', () => {
    const refused = (...words: string[]): string => {
      const { code, err } = sft(['export', config, '--to', 'slurm', '--out', path.join(folder, 'refused'), ...words]);
      assert.equal(code, 2, err);
      return err;
    };
    for (const gpu of ['a\nb', '', 'A B;$(x)', 'H100:4']) {
      assert.match(
        refused('--gpu', gpu),
        /--gpu .* is not the name of a GPU - give one word, .*--processes says how many/s,
      );
    }
    assert.match(refused('--nodes', '4097'), /--nodes .* 4,?096/);
  });

  it('is led by the first node of a Slurm job, which the other one finds by its name', async () => {
    const { folder: out, run } = exportTo('slurm', '--nodes', '2', '--processes', '2', '--gpu', 'h100');
    const job = path.join(out, 'job.sbatch');
    const script = readFileSync(job, 'utf8');
    assert.match(script, /^#SBATCH --nodes=2$/m);
    assert.match(script, /^#SBATCH --gpus-per-node=h100:2$/m);
    useCommands({
      scontrol: '[ "$1 $2 $3" = "show hostnames node[7-8]" ] && printf "node7\\nnode8\\n"',
      // One task for each node, as srun starts them; whoever fails is told by the last.
      srun: [
        '[ "$1" = --cpus-per-task=8 ] || exit 9',
        'while [ "${1#--}" != "$1" ]; do shift; done',
        'SLURM_NODEID=1 "$@" & other=$!',
        'SLURM_NODEID=0 "$@" && wait $other',
      ].join('\n'),
    });
    const facts = {
      SLURM_CPUS_PER_TASK: '8',
      SLURM_NNODES: '2',
      SLURM_JOB_NODELIST: 'node[7-8]',
      SLURM_JOB_ID: '4711',
    };
    const { code, told } = await start('bash', [job], facts).ended;
    assert.equal(code, 0, told);
    assert.deepEqual(stepsOf(run), upTo(12));
    const warned = eventsOf(run).find(({ type }) => type === 'warning');
    assert.equal(warned?.['message'], '2 machines train together and find each other at node7:24711');
    const { processes } = JSON.parse(readFileSync(path.join(run, 'engine', 'job.json'), 'utf8')) as {
      processes: number;
    };
    assert.equal(processes, 1, 'the two models are examined by one');
  });

  it('is copied by SkyPilot with all that it reads, and set up where it arrives', () => {
    const { folder: out, run } = exportTo('skypilot', '--processes', '4', '--gpu', 'H100');
    const task = readFileSync(path.join(out, 'task.yaml'), 'utf8');
    assert.match(task, /^ {2}accelerators: \["H100:4"\]$/m);
    for (const place of [
      run,
      path.resolve('examples/tiny-llama'),
      path.join(folder, 'data.json'),
      path.resolve('python'),
    ])
      assert.ok(task.includes(`  ${JSON.stringify(place)}: ${JSON.stringify(place)}\n`), `${place} is not in ${task}`);
    assert.match(
      task,
      /python setup --yes\nrun: \|\n {2}export SFT_MACHINE=\S+machine\.json\n.* train --run \S+ --resume\n$/,
    );
    assert.match(
      refused(config, '--to', 'skypilot', '--nodes', '2'),
      /share no folder, and 2 are requested - use --nodes 1/,
    );
  });

  it('is refused where it cannot be trained so, before there is a run', () => {
    const before = sft(['runs', config, '--json']).out;
    assert.match(
      refused(config, '--to', 'slurm', '--nodes', '2', '--engine', 'builtin'),
      /builtin engine trains in one process, and 2/,
    );
    assert.match(refused(config, '--to', 'slurm', '--nodes', '0'), /--nodes is "0", not a whole number/);
    assert.equal(sft(['runs', config, '--json']).out, before);
    const { run } = exportTo('torchrun');
    writeFileSync(
      path.join(run, 'state.json'),
      readFileSync(path.join(run, 'state.json'), 'utf8').replace('stopped', 'done'),
    );
    const { code, err } = sft(['export', run, '--to', 'slurm', '--out', path.join(folder, 'none')]);
    assert.equal(code, 1);
    assert.match(err, /already complete/);
  });
});

describe(
  'a run that trains where its folder is not seen',
  { skip: spawnSync('rsync', ['--version']).error !== undefined && 'there is no rsync' },
  () => {
    it('is copied back as it goes on, and stopped, paused and resumed from here', async () => {
      useFakePython(folder, { pace: 150 });
      const { folder: out, run } = exportTo('torchrun');
      const here = path.join(folder, 'here');
      // What ssh would run there.
      useCommands({ 'fake-ssh': 'shift\nexec sh -c "$*"', sleep: 'exec /bin/sleep 0.1' });
      const training = start('sh', [path.join(out, 'start.sh')]);
      const following = start('sh', [path.join(out, 'follow.sh'), 'there', here], { RSYNC_RSH: 'fake-ssh' });
      const status = async (): Promise<string | undefined> =>
        readRun(here).then(
          ({ state }) => state.status,
          () => undefined,
        );
      const seen = async (wanted: string): Promise<void> => {
        while ((await status()) !== wanted) await new Promise((resolve) => setTimeout(resolve, 50));
      };
      await seen('running');
      ask(here, 'pause');
      await seen('paused');
      ask(here, 'resume');
      const [trained, followed] = await Promise.all([training.ended, following.ended]);
      assert.deepEqual([trained.code, followed.code], [0, 0], `${trained.told}${followed.told}`);
      assert.equal(await status(), 'done');
      assert.deepEqual(stepsOf(here), upTo(12));
      assert.deepEqual(readdirSync(path.join(here, 'checkpoints')), readdirSync(path.join(run, 'checkpoints')));
      const weights = path.join('adapter', 'adapter_model.safetensors');
      assert.deepEqual(readFileSync(path.join(here, weights)), readFileSync(path.join(run, weights)));
      process.env['PATH'] = PATH;
      rmSync(here, { recursive: true });
    });

    it('ends where the run is stopped, with the checkpoint that it goes on from', async () => {
      useFakePython(folder, { pace: 150 });
      const { folder: out, run } = exportTo('torchrun');
      const here = path.join(folder, 'stopped-here');
      useCommands({ 'fake-ssh': 'shift\nexec sh -c "$*"', sleep: 'exec /bin/sleep 0.1' });
      // Before it is started there it waits, which is no end.
      const following = start('sh', [path.join(out, 'follow.sh'), 'there', here], { RSYNC_RSH: 'fake-ssh' });
      const training = start('sh', [path.join(out, 'start.sh')]);
      while (!existsSync(path.join(here, 'events.jsonl'))) await new Promise((resolve) => setTimeout(resolve, 50));
      ask(here, 'stop');
      const [trained, followed] = await Promise.all([training.ended, following.ended]);
      assert.deepEqual([trained.code, followed.code], [0, 0], `${trained.told}${followed.told}`);
      assert.match(followed.told, /the run is stopped, and all its files are here/);
      assert.deepEqual(readdirSync(path.join(here, 'checkpoints')), readdirSync(path.join(run, 'checkpoints')));
      process.env['PATH'] = PATH;
      rmSync(here, { recursive: true });
    });
  },
);
