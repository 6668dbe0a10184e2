import type { Trainer } from '../../src/train/trainer';

/** What so many steps came to, after a first one in which memory is laid out and kernels are loaded. */
export async function timedSteps(
  trainer: Trainer,
  steps: number,
): Promise<{ tokens: number; trained: number; seconds: number; losses: readonly number[] }> {
  await trainer.trainStep();
  const started = performance.now();
  let tokens = 0;
  let trained = 0;
  const losses: number[] = [];
  for (let i = 0; i < steps; i++) {
    const result = await trainer.trainStep();
    tokens += result.tokens;
    trained += result.trained_tokens;
    losses.push(result.loss);
  }
  return { tokens, trained, seconds: (performance.now() - started) / 1000, losses };
}
