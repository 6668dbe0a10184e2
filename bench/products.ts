import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

// npm run bench products [-- --isa avx512,avx2 --threads 1,2 --rows 306 --type f32 --seconds 0.3 --only "attention"]: the matrix products
// and the attention of a training step of SmolLM2-135M, each as a share of the peak of fused multiply-adds. Types: f32, bf16, f16, nf4.

/** The compiler's flags for the peak of each instruction set. */
const ISA_FLAGS: Readonly<Record<string, readonly string[]>> = {
  avx512: ['-mavx512f', '-mprefer-vector-width=512', '-mfma'],
  avx2: ['-mavx2', '-mfma'],
  neon: [],
  baseline: [],
};

function compile(isa: string, flags: readonly string[]): string {
  const folder = path.resolve('dist/native', `${process.platform}-${process.arch}`);
  const program = path.resolve('.cache/bench', `products-${isa}`);
  const common = ['-O3', '-std=c++17', '-ffp-contract=fast', '-pthread'];
  const link = [`-L${folder}`, '-lsft_cpu', `-Wl,-rpath,${folder}`];
  const args = [...common, ...flags, 'bench/native/products.cpp', '-o', program, ...link];
  const { status, stderr } = spawnSync('c++', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`c++ ${args.join(' ')}\n${stderr}`);
  return program;
}

function main(): void {
  const { values } = parseArgs({
    options: {
      isa: { type: 'string', default: 'avx512,avx2,neon' },
      threads: { type: 'string', default: '1,2' },
      rows: { type: 'string', default: '306' },
      type: { type: 'string', default: 'f32' },
      seconds: { type: 'string', default: '0.3' },
      only: { type: 'string', default: '' },
    },
  });
  mkdirSync('.cache/bench', { recursive: true });
  const sets = values.isa.split(',').filter((isa) => (isa === 'neon') === (process.arch === 'arm64'));
  for (const isa of sets) {
    const flags = ISA_FLAGS[isa];
    if (flags === undefined)
      throw new Error(`no instruction set ${isa}; there are ${Object.keys(ISA_FLAGS).join(', ')}`);
    const program = compile(isa, flags);
    for (const threads of values.threads.split(',')) {
      const args = [isa, threads, values.rows, values.type, values.seconds, values.only];
      const { status, signal, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
      if (status === 3) console.log(`\n${isa}: not on this processor`);
      else if (status !== 0) throw new Error(`${program} ended with ${signal ?? status ?? ''}\n${stderr}`);
      else report(isa, threads, stdout);
      if (status === 3) break;
    }
  }
}

function report(isa: string, threads: string, lines: string): void {
  console.log(`\n${isa}, ${threads} ${threads === '1' ? 'thread' : 'threads'}`);
  console.log(['share of peak', 'GFLOP/s', 'peak', 'microseconds', 'kernel'].join('\t'));
  for (const line of lines.trim().split('\n')) {
    const [name, rate, peak, time] = line.split('\t');
    const share = ((100 * Number(rate)) / Number(peak)).toFixed(0);
    console.log([`${share}%`.padEnd(13), rate, peak, time!.padEnd(12), name].join('\t'));
  }
}

main();
