import type { DeviceBuffer } from '../compute/memory';
import type { Indices } from '../compute/indices';
import type { Recorder } from '../compute/recorder';
import type { PackedBatch } from './batch';
import type { DropoutSeed } from './dropout';
import { lossOf } from './head';
import {
  backwardLayer,
  forwardLayer,
  takeLayerState,
  type BackwardDepth,
  type LayerState,
  type PassContext,
} from './layer-pass';
import type { Layer, LlamaModel } from './llama';
import type { ProjectionName } from './projections';

export interface TrainPassOptions {
  /** d(loss)/d(sum of NLL): 1 / trained tokens of the whole accumulation window. */
  readonly gradScale: number;
  readonly dropout: DropoutSeed;
  /** Keep only each layer's input and run its forward again in backward. */
  readonly gradientCheckpointing: boolean;
}

/** NLL of every target of the batch, fp32 [targetCount], without gradients. */
export async function evaluateLoss(model: LlamaModel, batch: PackedBatch): Promise<Float32Array> {
  const { device, workspace } = model;
  workspace.layOut(batch.tokens, true);
  const mark = workspace.mark();
  const r = device.begin();
  const context = contextOf(model, batch, undefined);
  const nll = workspace.take(batch.targetCount);
  const x = embed(r, model, batch);
  for (const layer of model.layers.slice(0, -1)) {
    const inner = workspace.mark();
    forwardLayer(r, model, layer, takeLayerState(model, layer, x, batch.tokens, false), x, context);
    workspace.release(inner);
  }
  const last = model.layers.at(-1)!;
  const needed = batch.targetRows;
  const state = takeLayerState(model, last, x, batch.tokens, false, needed);
  forwardLayer(r, model, last, state, state.middle, context, { needed });
  lossOf(r, model, state.middle, batch, nll);
  device.submit(r);
  const result = await device.readFloats(nll);
  workspace.release(mark);
  return result;
}

/**
 * Forward and backward over one packed batch: adds gradScale * d(sum NLL) to the gradients of what is trained.
 * @param sums fp32 [sequences, 2] receives the NLL of each sequence, as `sumRanges` writes it
 */
export function trainPass(
  r: Recorder,
  model: LlamaModel,
  batch: PackedBatch,
  sums: DeviceBuffer,
  options: TrainPassOptions,
): void {
  const { workspace, config } = model;
  workspace.layOut(batch.tokens, true);
  const mark = workspace.mark();
  const context = contextOf(model, batch, options.dropout);
  const lowest = lowestTrained(model);
  const { targetRows, targetCount } = batch;
  const take = (rows: number): DeviceBuffer => workspace.take(rows, config.hiddenSize);
  const isLast = (layer: Layer): boolean => layer.index === config.layers - 1;
  // Of the last layer's output, the targets need their own rows and no others.
  const neededOf = (layer: Layer): { needed?: Indices } => (isLast(layer) ? { needed: targetRows } : {});
  const nll = workspace.take(targetCount);
  const dx = take(batch.tokens);
  const dOut = take(targetCount);
  const states: LayerState[] = [];
  let x = embed(r, model, batch);
  for (const layer of model.layers) {
    // A layer below every trained one is never gone back through: it needs no state, and no output of its own.
    const trained = layer.index >= lowest.layer;
    const save = trained && !options.gradientCheckpointing;
    const out = isLast(layer) ? take(targetCount) : trained ? take(batch.tokens) : x;
    const outer = workspace.mark();
    const state = takeLayerState(model, layer, x, batch.tokens, save, neededOf(layer).needed);
    const inOutput = trained && !save && !isLast(layer);
    if (inOutput) r.copy(out, x);
    forwardLayer(r, model, layer, inOutput ? { ...state, x: out, middle: out } : state, out, context, neededOf(layer));
    if (!save) workspace.release(outer);
    states.push(state);
    x = out;
  }
  lossOf(r, model, x, batch, nll, { dx: dOut, gradScale: options.gradScale });
  r.sumRanges(sums, nll, batch.offsets);
  for (const layer of model.layers.slice(lowest.layer).toReversed()) {
    const depth = layer.index > lowest.layer ? 'input' : lowest.depth;
    const narrow = isLast(layer) ? { needed: targetRows, dOut } : undefined;
    const inner = workspace.mark();
    let state = states[layer.index]!;
    if (options.gradientCheckpointing) {
      state = takeLayerState(model, layer, state.x, batch.tokens, true, narrow?.needed);
      const again = take(narrow === undefined ? batch.tokens : targetCount);
      forwardLayer(r, model, layer, state, again, context, neededOf(layer));
    }
    backwardLayer(r, model, layer, state, dx, context, depth, narrow);
    workspace.release(inner);
  }
  if (model.embedding.gradient !== undefined) {
    r.scatterRows(model.embedding.gradient, dx, batch.ids, batch.tokens, config.hiddenSize, 1);
  }
  workspace.release(mark);
}

function contextOf(model: LlamaModel, batch: PackedBatch, dropout: DropoutSeed | undefined): PassContext {
  return { batch, ...model.ropeFor(batch.longest), dropout };
}

/** Token embeddings, fp32 [T, C], from the workspace. */
export function embed(r: Recorder, model: LlamaModel, batch: Pick<PackedBatch, 'ids' | 'tokens'>): DeviceBuffer {
  const x = model.workspace.take(batch.tokens, model.config.hiddenSize);
  r.gatherRows(x, model.embedding.matrix, batch.ids, batch.tokens);
  return x;
}

/** The lowest layer with something trained, and how deep backward goes in it. */
function lowestTrained(model: LlamaModel): { layer: number; depth: BackwardDepth } {
  if (model.embedding.gradient !== undefined) return { layer: 0, depth: 'input' };
  const layer = model.layers.find((l) => depthOf(l) !== undefined);
  return layer === undefined
    ? { layer: model.layers.length, depth: 'down' }
    : { layer: layer.index, depth: depthOf(layer)! };
}

function depthOf({ projections, inputNorm, postAttentionNorm, qNorm, kNorm }: Layer): BackwardDepth | undefined {
  const trained = (...names: ProjectionName[]): boolean =>
    names.some((name) => {
      const { delta, gradWeight, gradBias } = projections[name];
      return delta !== undefined || gradWeight !== undefined || gradBias !== undefined;
    });
  // A norm's own gradient comes with that of its input.
  if (inputNorm.gradient !== undefined) return 'input';
  if (trained('q_proj', 'k_proj', 'v_proj') || qNorm?.gradient !== undefined || kNorm?.gradient !== undefined) {
    return 'qkv';
  }
  if (trained('o_proj') || postAttentionNorm.gradient !== undefined) return 'output';
  if (trained('gate_proj', 'up_proj')) return 'mlp';
  return trained('down_proj') ? 'down' : undefined;
}
