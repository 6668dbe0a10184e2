import type { RunCurves } from './finding';
import { errorOfMedian, median, noiseOf } from './robust';

/** Steps that a block has at least: fewer say nothing about a noisy curve. */
const BLOCK = 5;
const MOST_BLOCKS = 120;

/** Some neighbouring steps and the medians over them. */
export interface Block {
  /** Indices of its steps: [from, to). */
  readonly from: number;
  readonly to: number;
  readonly loss: number;
  readonly gradNorm: number;
}

/** The curve of the training loss without its noise. */
export interface Trend {
  readonly steps: RunCurves['steps'];
  /** Number of steps. */
  readonly length: number;
  /** In order, all of the same length but for the last, which may be up to twice as long. */
  readonly blocks: readonly Block[];
  /** Standard deviation of the loss of one step around the trend. */
  readonly noise: number;
  /** Standard error of a block's loss. */
  readonly blockError: number;
  /** The loss before training had an effect: the lowest of the first three. */
  readonly start: number;
}

export function trendOf(steps: RunCurves['steps']): Trend {
  const length = steps.loss.length;
  const size = Math.max(BLOCK, Math.ceil(length / MOST_BLOCKS));
  const blocks: Block[] = [];
  for (let from = 0; from + size <= length; from += size) {
    const to = length - from < 2 * size ? length : from + size;
    blocks.push({ from, to, loss: median(steps.loss, from, to), gradNorm: median(steps.grad_norm, from, to) });
  }
  const noise = noiseOf(steps.loss);
  const start = Math.min(...Array.from({ length: Math.min(3, length) }, (_, i) => steps.loss[i]!));
  return { steps, length, blocks, noise, blockError: errorOfMedian(noise, size), start };
}

/** How far the loss fell from the first third of the steps to the last, and how sure that is. */
export function fallOf(trend: Trend): { readonly from: number; readonly to: number; readonly error: number } {
  const { steps, length, noise } = trend;
  const third = Math.floor(length / 3);
  const error = Math.SQRT2 * errorOfMedian(noise, third);
  return { from: median(steps.loss, 0, third), to: median(steps.loss, length - third, length), error };
}

/** The median training loss around a step: over a block's length of steps up to it. */
export function lossNear(trend: Trend, step: number): number {
  const { steps, length, blocks } = trend;
  const size = blocks[0] === undefined ? BLOCK : blocks[0].to - blocks[0].from;
  let end = length;
  while (end > 0 && steps.step[end - 1]! > step) end -= 1;
  return median(steps.loss, Math.max(0, end - size), end);
}
