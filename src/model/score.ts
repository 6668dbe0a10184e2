import { packBatch, type TokenSequence } from './batch';
import type { LlamaModel } from './llama';
import { evaluateLoss } from './loss-pass';
import { groupByTokens } from './passes';

export interface ExampleScore {
  /** Sum over the example's trained tokens. */
  readonly nll: number;
  /** Trained tokens; the first token of a sequence has nothing before it and is never one. */
  readonly targets: number;
}

/** Mean NLL over all trained tokens of the examples (NaN where there is none), and the NLL of each. */
export async function scoreExamples(
  model: LlamaModel,
  examples: readonly TokenSequence[],
): Promise<{ loss: number; targets: number; perExample: ExampleScore[] }> {
  const perExample: ExampleScore[] = [];
  const { device, indices } = model;
  for (const group of groupByTokens(examples, device.traits)) {
    const mark = indices.mark();
    const batch = packBatch(device, indices, group);
    const nll = await evaluateLoss(model, batch);
    group.forEach((_, i) => {
      const [from, to] = [batch.targetOffsets[i]!, batch.targetOffsets[i + 1]!];
      let sum = 0;
      for (let t = from; t < to; t++) sum += nll[t]!;
      perExample.push({ nll: sum, targets: to - from });
    });
    indices.release(mark);
    // The kernels run on this thread: let signals and heartbeats through between passes.
    await new Promise((resolve) => setImmediate(resolve));
  }
  const targets = perExample.reduce((n, e) => n + e.targets, 0);
  return { loss: perExample.reduce((n, e) => n + e.nll, 0) / targets, targets, perExample };
}
