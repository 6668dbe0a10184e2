import type { DeviceBuffer } from '../compute/memory';
import type { Recorder } from '../compute/recorder';
import { PROJECTIONS } from '../config/config-schema';
import { packBatch, packPrefix, type TokenSequence } from './batch';
import type { InputNoise } from './input-noise';
import type { LlamaModel } from './llama';
import { holdPrefix, trainPass, type TrainPassOptions } from './loss-pass';
import { longestOf, planEvenly, type PassPlan } from './passes';
import { behindPrompt, virtualIds } from './virtual-tokens';

/** A sequence of an update. */
export interface WindowSequence extends TokenSequence {
  /** Which of all noises of the run it draws, where there is noise. */
  readonly draw?: number;
}

export interface WindowOptions extends Omit<TrainPassOptions, 'noise'> {
  /** Noise on the input, for which the window was planned. */
  readonly noise?: Omit<InputNoise, 'draws'> | undefined;
}

/** How the examples of an update are cut into passes. @param noisy whether they are trained with noise on the input */
export function planWindow<T extends WindowSequence>(
  model: LlamaModel,
  window: readonly T[],
  noisy = false,
): PassPlan<T> {
  const most = dropsOut(model) ? 0 : noisy ? virtualIds(model).length : Infinity;
  return planEvenly(
    window.map((sequence) => behindPrompt(model, sequence)),
    model.device.traits,
    most,
  );
}

/** Whether each row of a pass draws a mask of its own: then a beginning that is alike is not computed alike. */
function dropsOut({ layers }: LlamaModel): boolean {
  return layers.some(({ projections }) => PROJECTIONS.some((name) => (projections[name].delta?.dropout ?? 0) > 0));
}

/**
 * Records the passes of an update, one at each turn: adds gradScale * d(sum NLL) to the gradients of what is trained.
 * @param sums fp32 [examples, 2] receives the NLL of each example, as `sumRanges` writes it
 * @param options of the passes; `pass` of the first one's dropout
 */
export function* trainWindow(
  r: Recorder,
  model: LlamaModel,
  { prefix, groups }: PassPlan<WindowSequence>,
  sums: DeviceBuffer,
  { noise, ...options }: WindowOptions,
): Generator<void, void, void> {
  const { indices, workspace, device } = model;
  const mark = workspace.mark();
  // Tables made anew for a longer pass would be freed under the passes before it.
  model.ropeFor(longestOf(groups));
  const first = groups[0]?.[0];
  const held =
    prefix.held && first !== undefined
      ? holdPrefix(r, model, packPrefix(device, indices, first, prefix.length), options)
      : undefined;
  let seen = 0;
  for (const [index, group] of groups.entries()) {
    const batch = packBatch(device, indices, group, prefix);
    const { seed, pass } = options.dropout;
    const ofPass = {
      ...options,
      dropout: { seed, pass: pass + index },
      noise: noise && { ...noise, draws: group.map(({ draw = 0 }) => draw) },
    };
    trainPass(r, model, batch, sums.slice(2 * seen, 2 * group.length), ofPass, held);
    seen += group.length;
    yield;
  }
  held?.backward();
  workspace.release(mark);
}
