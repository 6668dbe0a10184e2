import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { writeRandomShards } from './qlora/random-shards';
import { statusOf } from './export/status-of';
import { SHAPES, type ShapeName } from './train/shapes';

// npm run bench export [-- --shape llama-3.1-8b --threads 2 --folder DIR]: a folder of random bf16 shards (16 GB for 8B) is made and removed again;
// a process of its own merges a LoRA into it (r 16, all projections, made beforehand) and writes the model; then cp copies the very files of the base.
// Both read files that the system's cache has been told to drop, and both end with what they wrote on the disk (sync -f). Memory is counted as
// Linux does: the process's own (RssAnon), and pages of the mapped base model (RssFile), which the system may take back, apart.

interface Merged {
  readonly seconds: number;
  readonly processor: number;
  readonly own: number;
  readonly mapped: number;
}

/** Makes the system forget what it holds of the files. */
function dropFromCache(folder: string): void {
  run('sync', ['-f', folder]);
  for (const name of readdirSync(folder)) run('dd', [`if=${path.join(folder, name)}`, 'iflag=nocache', 'count=0']);
}

function run(program: string, args: readonly string[]): void {
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
}

async function merge(model: string, out: string, threads: string): Promise<Merged> {
  mkdirSync(out);
  const script = path.resolve(__dirname, 'export/merge.js');
  const child = spawn(process.execPath, [script, '--model', model, '--out', out, '--threads', threads], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let [own, mapped, said] = [0, 0, ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  const sample = setInterval(() => {
    own = Math.max(own, statusOf(child.pid!, 'RssAnon'));
    mapped = Math.max(mapped, statusOf(child.pid!, 'RssFile'));
  }, 50);
  const code = await new Promise((resolve) => child.once('close', resolve));
  clearInterval(sample);
  if (code !== 0) throw new Error(`the merge ended with code ${String(code)}`);
  const started = performance.now();
  run('sync', ['-f', out]);
  const synced = (performance.now() - started) / 1000;
  const { seconds, processor } = JSON.parse(said) as Pick<Merged, 'seconds' | 'processor'>;
  return { seconds: seconds + synced, processor, own, mapped };
}

function copy(from: string, to: string): number {
  const started = performance.now();
  run('cp', ['-r', from, to]);
  run('sync', ['-f', to]);
  return (performance.now() - started) / 1000;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      shape: { type: 'string', default: 'llama-3.1-8b' },
      threads: { type: 'string', default: '2' },
      folder: { type: 'string', default: path.join(tmpdir(), `sft-bench-export-${process.pid}`) },
    },
  });
  if (!(values.shape in SHAPES))
    throw new Error(`no shape ${values.shape}; there are ${Object.keys(SHAPES).join(', ')}`);
  mkdirSync(values.folder);
  const place = (name: string): string => path.join(values.folder, name);
  const [model, merged, copied] = [place('base'), place('merged'), place('copied')];
  try {
    await writeRandomShards(values.shape as ShapeName, model);
    for (const name of ['tokenizer.json', 'tokenizer_config.json'])
      copyFileSync(path.join('examples/tiny-llama', name), path.join(model, name));
    const bytes = readdirSync(model).reduce((sum, name) => sum + statSync(path.join(model, name)).size, 0);
    dropFromCache(model);
    const found = await merge(model, merged, values.threads);
    rmSync(merged, { recursive: true });
    dropFromCache(model);
    const seconds = copy(model, copied);
    const gb = (count: number): string => `${(count / 1e9).toFixed(2)} GB`;
    console.log(`${values.shape}, ${gb(bytes)} read and written, ${values.threads} threads`);
    console.log(`merged in ${found.seconds.toFixed(1)} s (${found.processor.toFixed(1)} s of the processor)`);
    console.log(`  ${gb(found.own)} own at most, mapped ${gb(found.mapped)} at most`);
    console.log(
      `cp of the same files in ${seconds.toFixed(1)} s; the merge took ${(found.seconds / seconds).toFixed(2)} of that`,
    );
  } finally {
    rmSync(values.folder, { recursive: true, force: true });
  }
}

void main();
