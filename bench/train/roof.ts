import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { PROJECTIONS } from '../../src/config/config-schema';
import { countTargets } from '../../src/model/batch';
import type { LlamaConfig } from '../../src/model/llama-config';
import { projectionShape } from '../../src/model/projections';
import type { BenchExample } from './examples';
import { RANK } from './trainer';

/** Floating point operations that the examples need: frozen products forward and back to the input, the adapters, the head. */
export function operations(config: LlamaConfig, examples: readonly BenchExample[]): number {
  let perToken = 0;
  for (const name of PROJECTIONS) {
    const { out, in: inner } = projectionShape(config, name);
    perToken += config.layers * (4 * out * inner + 6 * RANK * (out + inner));
  }
  let total = 0;
  for (const { ids, trained } of examples) {
    const targets = countTargets({ trained });
    // Scores and values, forward and back (five products back), half of the square being causal.
    const attention = config.layers * config.heads * config.headDim * 7 * ids.length * ids.length;
    total += perToken * ids.length + attention + 4 * targets * config.vocabSize * config.hiddenSize;
  }
  return total;
}

/** fp32 GFLOP/s of fused multiply-adds on all threads, the roof; undefined without a compiler. */
export function measurePeak(threads: number): number | undefined {
  const program = path.resolve('.cache/bench/fma_peak');
  const flags = ['-O3', '-march=native', '-mprefer-vector-width=512', '-ffp-contract=fast', '-pthread'];
  if (spawnSync('c++', [...flags, 'bench/native/fma_peak.cpp', '-o', program]).status !== 0) return undefined;
  return Number(spawnSync(program, [String(threads)], { encoding: 'utf8' }).stdout);
}
