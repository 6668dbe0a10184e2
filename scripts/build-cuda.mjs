// Compiles native/cuda to dist/cuda/sft_cuda.fatbin, for every graphics card that it serves, with the nvcc on PATH or one that it gets by
// pip (282 MB, into a cache outside the checkout). No graphics card is needed. Prints what each kernel takes of one, and its instructions.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { collect, filesIn, root } from './compile.mjs';
import { instructionsOf, instructionTable } from './cuda-instructions.mjs';

/** Compute capabilities: Turing; Ampere, data centre and GeForce; Ada; Hopper; Blackwell, data centre and GeForce. */
const CARDS = ['75', '80', '86', '89', '90', '100', '120'];
/** Whose instructions are counted. */
const COUNTED = '90';
/** What the driver compiles for cards that are none of these, which are newer. */
const PTX = '80';
/** Nothing is contracted but what is written fmaf, so that the emulation rounds alike. */
const FLAGS = ['-std=c++17', '-O3', '-fmad=false', '-Xptxas', '-v'];
const PACKAGES = [
  'nvidia-cuda-nvcc==13.5.37',
  'nvidia-nvvm==13.5.37',
  'nvidia-cuda-crt==13.5.37',
  'nvidia-cuda-cccl==13.3.5.0.6',
  'nvidia-cuda-runtime==13.5.37',
  'nvidia-cuda-nvdisasm==13.5.37',
];

const sources = path.join(root, 'native', 'cuda');

function fail(text) {
  console.error(`[cuda] ${text}`);
  process.exit(1);
}

function versionOf(nvcc) {
  const said = spawnSync(nvcc, ['--version'], { encoding: 'utf8' }).stdout ?? '';
  return /release (\d+\.\d+)/.exec(said)?.[1];
}

/** The folder of nvcc and what it calls. */
function compiler() {
  const found = spawnSync(process.platform === 'win32' ? 'where' : 'which', ['nvcc'], { encoding: 'utf8' });
  const onPath = found.status === 0 ? found.stdout.split('\n')[0].trim() : '';
  const version = onPath === '' ? undefined : versionOf(onPath);
  // The newest cards are known from 12.8 on.
  if (version !== undefined && Number.parseFloat(version) >= 12.8) return path.dirname(onPath);
  const cache = process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache');
  const home = path.join(cache, 'sft-workbench', `nvcc-${PACKAGES[0].split('==')[1]}-2`);
  if (!existsSync(home)) install(home);
  return path.join(home, 'nvidia', 'cu13', 'bin');
}

function install(home) {
  console.error('[cuda] getting nvcc by pip (282 MB)');
  mkdirSync(path.dirname(home), { recursive: true });
  const folder = mkdtempSync(`${home}-`);
  const python = process.env.SFT_PYTHON ?? 'python3';
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps', '--target', folder];
  const { status, error } = spawnSync(python, [...pip, ...PACKAGES], { stdio: 'inherit' });
  if (status !== 0) {
    rmSync(folder, { recursive: true, force: true });
    fail(`pip cannot get nvcc${error === undefined ? '' : ` (${error.message})`} - put one of 12.8 or newer on PATH`);
  }
  renameSync(folder, home);
}

/** A file that includes every kernel: they become one module. */
function writeUnit(folder) {
  const kernels = filesIn(path.join(sources, 'kernels'), '.cu');
  const unit = path.join(folder, 'sft_cuda.cu');
  writeFileSync(unit, kernels.map((file) => `#include "${path.basename(file)}"\n`).join(''));
  const hash = createHash('sha256').update(FLAGS.join(' '));
  for (const file of [...kernels, ...filesIn(sources, '.h')])
    hash.update(path.basename(file)).update(readFileSync(file));
  return { unit, hash };
}

/** What ptxas says of each kernel: registers, bytes spilt to memory, bytes of shared memory. */
function usage(text) {
  return [...text.matchAll(/Compiling entry function 'sft_(\w+)'[\s\S]*?(?=Compiling entry|$)/g)].map(
    ([said, kernel]) => {
      const number = (pattern) => Number(pattern.exec(said)?.[1] ?? 0);
      const spilt = number(/(\d+) bytes spill stores/) + number(/(\d+) bytes spill loads/);
      return { kernel, registers: number(/Used (\d+) registers/), spilt, shared: number(/(\d+) bytes smem/) };
    },
  );
}

const bin = compiler();
const folder = path.join(root, '.cache', 'cuda');
mkdirSync(folder, { recursive: true });
const { unit, hash } = writeUnit(folder);
hash.update(versionOf(path.join(bin, 'nvcc')));
const key = hash.digest('hex').slice(0, 16);

/** Compiles for one kind of card, unless that is done. @returns the file, and what ptxas said */
async function compile(kind, number) {
  const file = path.join(folder, `${kind}-${number}.${key}`);
  if (!existsSync(file)) {
    const out = kind === 'elf' ? ['-cubin', `-arch=sm_${number}`] : ['-ptx', `-arch=compute_${number}`];
    const args = [...FLAGS, ...out, '-I', path.join(sources, 'kernels'), '-o', `${file}.tmp`, unit];
    const { status, output } = await collect([path.join(bin, 'nvcc')], args);
    if (status !== 0) fail(`nvcc for ${number}:\n${output}`);
    writeFileSync(`${file}.txt`, output);
    renameSync(`${file}.tmp`, file);
  }
  return { kind, number, file, said: readFileSync(`${file}.txt`, 'utf8') };
}

const wanted = [...CARDS.map((number) => ['elf', number]), ['ptx', PTX]];
const parts = [];
const worker = async () => {
  for (let next = wanted.shift(); next !== undefined; next = wanted.shift()) {
    console.error(`[cuda] ${next.join(' ')}`);
    parts.push(await compile(...next));
  }
};
await Promise.all(Array.from({ length: os.availableParallelism() }, worker));
parts.sort((a, b) => Number(a.number) - Number(b.number));

const images = parts.map(({ kind, number, file }) => `--image3=kind=${kind},sm=${number},file=${file}`);
const fatbin = path.join(root, 'dist', 'cuda', 'sft_cuda.fatbin');
mkdirSync(path.dirname(fatbin), { recursive: true });
const { status, output } = await collect(
  [path.join(bin, 'fatbinary')],
  [`--create=${fatbin}.tmp`, '-64', '--compress-all', '--compress-mode=size', ...images],
);
if (status !== 0) fail(`fatbinary:\n${output}`);
renameSync(`${fatbin}.tmp`, fatbin);

const cards = parts.filter(({ kind }) => kind === 'elf').map(({ number, said }) => [number, usage(said)]);
const [, first] = cards[0];
console.log(
  `| kernel | registers, by card: ${cards.map(([number]) => `sm_${number}`).join(', ')} | shared memory |\n| --- | --- | ---: |`,
);
for (const { kernel } of first.toSorted((a, b) => a.kernel.localeCompare(b.kernel))) {
  const of = cards.map(([, kernels]) => kernels.find((one) => one.kernel === kernel));
  const shared = Math.max(...of.map((one) => one.shared));
  console.log(`| ${kernel} | ${of.map(({ registers }) => registers).join(', ')} | ${shared} |`);
}
const spilling = cards.flatMap(([number, kernels]) =>
  kernels.filter(({ spilt }) => spilt > 0).map(({ kernel, spilt }) => `${kernel} on sm_${number} (${spilt} bytes)`),
);
const { file: counted } = parts.find(({ kind, number }) => kind === 'elf' && number === COUNTED);
const kernels = instructionsOf(path.join(bin, 'nvdisasm'), counted);
const told =
  kernels === undefined ? ['Instructions are not counted: there is no nvdisasm.'] : instructionTable(kernels);
console.log(['', `Instructions on sm_${COUNTED}:`, '', ...told].join('\n'));
console.log(spilling.length === 0 ? '\nNo kernel spills registers.' : `\nSpilt: ${spilling.join(', ')}.`);
console.error(`[cuda] ${path.relative(root, fatbin)}`);
