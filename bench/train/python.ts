import { spawnSync } from 'node:child_process';

/** A Python that has what the benchmarks compare with: SFT_BENCH_PYTHON, or the one on PATH. */
export function pythonWithPeft(): string | undefined {
  for (const candidate of [process.env['SFT_BENCH_PYTHON'], 'python3', 'python']) {
    if (candidate === undefined || candidate === '') continue;
    if (spawnSync(candidate, ['-c', 'import torch, transformers, peft']).status === 0) return candidate;
  }
  return undefined;
}
