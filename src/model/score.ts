import { packBatch, packPrefix, type TokenSequence } from './batch';
import type { LlamaModel } from './llama';
import { evaluateLoss, holdPrefix, type HeldPrefix } from './loss-pass';
import { longestOf, planInOrder, type PassPlan } from './passes';
import { behindPrompt } from './virtual-tokens';

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
  const perExample = await scorePasses(model, planScoring(model, examples));
  const targets = perExample.reduce((n, e) => n + e.targets, 0);
  return { loss: perExample.reduce((n, e) => n + e.nll, 0) / targets, targets, perExample };
}

/** How examples are cut into passes to be scored. */
export function planScoring(model: LlamaModel, examples: readonly TokenSequence[]): PassPlan<TokenSequence> {
  return planInOrder(
    examples.map((example) => behindPrompt(model, example)),
    model.device.traits,
  );
}

/** The NLL of each example of the passes. */
export async function scorePasses(
  model: LlamaModel,
  { prefix, groups }: PassPlan<TokenSequence>,
): Promise<ExampleScore[]> {
  const { device, indices, workspace } = model;
  const perExample: ExampleScore[] = [];
  const mark = { indices: indices.mark(), workspace: workspace.mark() };
  let held: HeldPrefix | undefined;
  model.ropeFor(longestOf(groups));
  if (prefix.held) {
    const r = device.begin();
    held = holdPrefix(r, model, packPrefix(device, indices, groups[0]![0]!, prefix.length));
    device.submit(r);
  }
  for (const group of groups) {
    const inner = indices.mark();
    const batch = packBatch(device, indices, group, prefix);
    const nll = await evaluateLoss(model, batch, held);
    group.forEach((_, i) => {
      const [from, to] = [batch.targetOffsets[i]!, batch.targetOffsets[i + 1]!];
      let sum = 0;
      for (let t = from; t < to; t++) sum += nll[t]!;
      perExample.push({ nll: sum, targets: to - from });
    });
    indices.release(inner);
    // The kernels run on this thread: let signals and heartbeats through between passes.
    await new Promise((resolve) => setImmediate(resolve));
  }
  workspace.release(mark.workspace);
  indices.release(mark.indices);
  return perExample;
}
