import type { DeviceBuffer } from '../compute/memory';
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
  for (const layer of model.layers) {
    const inner = workspace.mark();
    forwardLayer(r, model, layer, takeLayerState(model, layer, x, batch.tokens, false), x, context);
    workspace.release(inner);
  }
  lossOf(r, model, x, batch, nll);
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
  const nll = workspace.take(batch.targetCount);
  const takeState = (): DeviceBuffer => workspace.take(batch.tokens, config.hiddenSize);
  const dx = takeState();
  const states: LayerState[] = [];
  let x = embed(r, model, batch);
  for (const layer of model.layers) {
    const save = !options.gradientCheckpointing && layer.index >= lowest.layer;
    // A layer below every trained one is never gone back through and needs no state of its own.
    const keep = layer.index >= lowest.layer;
    const out = keep ? takeState() : x;
    const outer = workspace.mark();
    const state = takeLayerState(model, layer, x, batch.tokens, save);
    if (keep && !save) r.copy(out, x);
    forwardLayer(r, model, layer, keep && !save ? { ...state, x: out, middle: out } : state, out, context);
    if (!save) workspace.release(outer);
    states.push(state);
    x = out;
  }
  lossOf(r, model, x, batch, nll, { dx, gradScale: options.gradScale });
  r.sumRanges(sums, nll, batch.offsets);
  for (let index = config.layers - 1; index >= lowest.layer; index--) {
    const layer = model.layers[index]!;
    const depth = index > lowest.layer ? 'input' : lowest.depth;
    if (options.gradientCheckpointing) {
      const inner = workspace.mark();
      const again = takeLayerState(model, layer, states[index]!.x, batch.tokens, true);
      forwardLayer(r, model, layer, again, takeState(), context);
      backwardLayer(r, model, layer, again, dx, context, depth);
      workspace.release(inner);
    } else {
      backwardLayer(r, model, layer, states[index]!, dx, context, depth);
    }
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
