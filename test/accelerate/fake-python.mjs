// Stands where a Python would: speaks the contract of RUN/engine without weights. `fake.json`, whose path SFT_FAKE names, says how it is to
// behave; see Fake in fake.ts. A launcher starts its processes in sessions of their own, as torchrun does.
import { spawn } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

const fake = JSON.parse(readFileSync(process.env.SFT_FAKE, 'utf8'));
const words = process.argv.slice(2);
const rank = Number(process.env.RANK ?? 0);

function startOf(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return ['Z', 'X'].includes(fields[0]) ? null : Number(fields[19]);
  } catch {
    return null;
  }
}

/** @param name of the script in the words; what follows it is for the script */
function after(name) {
  return words.slice(words.findIndex((word) => word.endsWith(name)) + 1);
}

function probe() {
  const packages = {
    torch: '2.15.0',
    transformers: '5.24.0',
    peft: '0.21.2',
    accelerate: '1.15.0',
    safetensors: '0.8.0',
    bitsandbytes: '0.50.0',
    ...fake.packages,
  };
  if (fake.probe === 'broken') throw new Error('no module named encodings');
  const executable = '/fake/bin/python3';
  const found = { python: fake.python ?? '3.11.2', executable, packages, gpus: fake.gpus ?? [] };
  console.log(JSON.stringify({ ...found, ...(fake.broken === undefined ? {} : { broken: fake.broken }) }));
}

function launch() {
  const option = (name, otherwise) => (words.includes(name) ? Number(words[words.indexOf(name) + 1]) : otherwise);
  const count = option('--nproc-per-node');
  const first = option('--node-rank', 0) * count;
  const script = words.slice(words.findLastIndex((word) => word.endsWith('sft_accelerate.py')));
  let left = count;
  let failed = false;
  const children = [];
  const ends = [];
  for (let number = 0; number < count; number++) {
    const child = spawn(process.execPath, [process.argv[1], ...script], {
      env: { ...process.env, RANK: String(first + number), WORLD_SIZE: String(option('--nnodes', 1) * count) },
      stdio: ['ignore', 'inherit', 'inherit'],
      detached: true,
    });
    children.push(child);
    child.on('exit', (code, signal) => {
      failed ||= code !== 0;
      // As torchrun does: the others are asked to end. Those that are to fail together may not have begun yet.
      if (code !== 0 && fake.errors === undefined) for (const other of children) other.kill('SIGTERM');
      ends[number] = signal === 'SIGKILL' ? -9 : code;
      if ((left -= 1) > 0) return;
      ends.forEach((end, at) => {
        if (end !== 0) console.error(`  exitcode  : ${end} (pid: ${children[at].pid})`);
      });
      process.exit(failed ? 1 : 0);
    });
  }
}

const folder = after('sft_accelerate.py')[1];
const file = (name) => path.join(folder, name);
const write = (text) => {
  appendFileSync(file('events.jsonl'), text);
};
const say = (event) => {
  if (rank === 0) write(`${JSON.stringify(event)}\n`);
};

function save(job, step) {
  const target = path.join(job.checkpoints, `step-${step}`);
  const aside = `${target}.tmp-${process.pid}-${startOf(process.pid) ?? 'x'}-1`;
  mkdirSync(job.checkpoints, { recursive: true });
  cpSync(job.adapter_start, aside, { recursive: true });
  writeFileSync(path.join(aside, 'optimizer.pt'), '');
  const best = fake.bestAt === undefined ? null : { step: fake.bestAt, loss: 1 };
  writeFileSync(path.join(aside, 'trainer_state.json'), JSON.stringify({ step, best, evaluations_without_gain: 0 }));
  rmSync(target, { recursive: true, force: true });
  renameSync(aside, target);
  say({ type: 'checkpoint', step });
}

function fail({ code, message, remedy = 'do something', place = null }) {
  writeFileSync(
    file(`error-${rank}.json`),
    JSON.stringify({ time: Date.now() / 1000 + rank, rank, code, message, remedy, place }),
  );
  process.exit(11);
}

/** Processes that train together begin together, as soon as the last of them is there. */
async function all() {
  const count = Number(process.env.WORLD_SIZE ?? 1);
  const there = () => readdirSync(folder).filter((name) => /^rank-\d+\.json$/.test(name)).length;
  while (there() < count && !existsSync(file('stop'))) await new Promise((resolve) => setTimeout(resolve, 10));
}

async function train() {
  if (rank === 0) rmSync(file('fake-end'), { force: true });
  writeFileSync(
    file(`rank-${rank}.json`),
    JSON.stringify({ rank, pid: process.pid, started: startOf(process.pid), host: hostname() }),
  );
  const job = JSON.parse(readFileSync(file('job.json'), 'utf8'));
  const steps = readFileSync(file('steps.jsonl'), 'utf8').trim().split('\n').length;
  const parent = process.ppid;
  let asked = false;
  // Processes that fail together do so whatever the launcher asks of them.
  process.on('SIGTERM', () => {
    asked = fake.errors === undefined;
  });
  const isGone = () => asked || process.ppid !== parent || startOf(job.owner.pid) !== job.owner.started;
  const lost = { code: 'processes-lost', message: 'connection closed by peer' };
  if (fake.printed !== undefined) console.error(fake.printed);
  if (fake.dieAt === 0) process.exit(3);
  const from = words.includes('--from')
    ? Number(path.basename(words[words.indexOf('--from') + 1]).slice('step-'.length))
    : 0;
  await all();
  await new Promise((resolve) => setTimeout(resolve, fake.loading ?? 0));
  say({ type: 'ready', device: 'a fake', torch: '2.15.0', step: from });
  const answers = job.samples.map(({ ids }) => ({ ids: ids.slice(0, 3), stopped: true }));
  if (from === 0 && answers.length > 0) say({ type: 'samples', step: 0, answers });
  let step = from;
  while (step < steps) {
    if (existsSync(file('stop')) || isGone()) {
      if (fake.errors?.[rank] !== undefined) fail(fake.errors[rank]);
      if (fake.deaf) await new Promise(() => setInterval(() => undefined, 1000));
      if (rank === 0 && step > from) save(job, step);
      // Asked to end by the launcher: it has lost the one that died.
      if (asked) fail(lost);
      say({ type: 'halted', step });
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, fake.pace ?? 5));
    step += 1;
    const own = (fake.rank ?? 0) === rank;
    if (own && fake.dieAt === step) process.kill(process.pid, 'SIGKILL');
    if (own && fake.exitAt === step) process.exit(3);
    if (fake.errors?.[rank]?.at === step) fail(fake.errors[rank]);
    const event = { type: 'step', step, loss: 4 / step, grad_norm: 1 / step, seconds: 0.01, peak_memory: 1000 };
    if (fake.tornAt === step && rank === 0) {
      const text = `${JSON.stringify(event)}\n`;
      write(text.slice(0, 20));
      await new Promise((resolve) => setTimeout(resolve, 400));
      write(text.slice(20));
    } else if (fake.garbageAt === step && rank === 0) {
      write('{"type":"step","step":"three"}\n');
    } else {
      say(event);
    }
    const { eval_steps: evaluates, save_steps: saves } = job.config;
    if (step === steps || step % evaluates === 0) {
      say({ type: 'begins', what: 'validating' });
      say({ type: 'evaluation', step, loss: 3 / step, best: true });
    }
    if (rank === 0 && (step === steps || step % saves === 0)) save(job, step);
  }
  say({ type: 'finished', step });
  // As processes do that train together: none ends before the first has said that all is done.
  if (rank === 0) writeFileSync(file('fake-end'), '');
  else while (!existsSync(file('fake-end'))) await new Promise((resolve) => setTimeout(resolve, 10));
}

async function answer() {
  writeFileSync(
    file('rank-0.json'),
    JSON.stringify({ rank, pid: process.pid, started: startOf(process.pid), host: hostname() }),
  );
  if (fake.answer === 'error') fail({ code: 'gpu-memory', message: 'the memory of the GPU is full' });
  for await (const line of createInterface({ input: process.stdin })) {
    if (fake.answer === 'kill') process.kill(process.pid, 'SIGKILL');
    const { id, what, model, sequences, prompts } = JSON.parse(line);
    const given =
      what === 'score'
        ? sequences.map(({ ids }) => ids.length / (model === 'base' ? 10 : 20))
        : prompts.map(({ ids, room }) => ({ ids: ids.slice(0, Math.min(3, room)), stopped: model === 'tuned' }));
    console.log(fake.answer === 'garbage' ? 'what?' : JSON.stringify({ id, given }));
  }
}

if (words[0]?.endsWith('sft_probe.py')) probe();
else if (after('sft_accelerate.py')[0] === 'launch') launch();
else if (after('sft_accelerate.py')[0] === 'train') await train().then(() => process.exit(0));
else await answer();
