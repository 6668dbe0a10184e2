import type { DeviceBuffer } from '../compute/device';
import type { PackedBatch } from './batch';
import { headPass } from './head-pass';
import {
  backwardLayer,
  forwardLayer,
  takeLayerState,
  type BackwardDepth,
  type LayerState,
  type PassContext,
} from './layer-pass';
import type { Layer, LlamaModel } from './llama';
import type { DropoutSeed } from './projection-pass';
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
  const mark = workspace.mark();
  const context = contextOf(model, batch, undefined);
  const x = embed(model, batch);
  const nll = workspace.take(batch.targetCount);
  for (const layer of model.layers) {
    const inner = workspace.mark();
    forwardLayer(model, layer, takeLayerState(model, layer, x, batch.tokens, false), x, context);
    workspace.release(inner);
  }
  headPass(model, x, batch, undefined, 0, nll);
  const result = await device.readFloats(nll);
  workspace.release(mark);
  return result;
}

/**
 * Forward and backward over one packed batch: adds gradScale * d(sum NLL) to the gradients of what is trained.
 * @returns the NLL of every target, fp32 [targetCount]
 */
export async function trainPass(
  model: LlamaModel,
  batch: PackedBatch,
  options: TrainPassOptions,
): Promise<Float32Array> {
  const { device, workspace, config } = model;
  const mark = workspace.mark();
  const context = contextOf(model, batch, options.dropout);
  const lowest = lowestTrained(model);
  const size = batch.tokens * config.hiddenSize;
  const nll = workspace.take(batch.targetCount);
  const dx = workspace.take(size);
  const states: LayerState[] = [];
  let x = embed(model, batch);
  for (const layer of model.layers) {
    const save = !options.gradientCheckpointing && layer.index >= lowest.layer;
    // A layer below every trained one is never gone back through and needs no state of its own.
    const keep = layer.index >= lowest.layer;
    const out = keep ? workspace.take(size) : x;
    const outer = workspace.mark();
    const state = takeLayerState(model, layer, x, batch.tokens, save);
    if (keep && !save) device.copy(out, x);
    forwardLayer(model, layer, keep && !save ? { ...state, x: out, middle: out } : state, out, context);
    if (!save) workspace.release(outer);
    states.push(state);
    x = out;
  }
  headPass(model, x, batch, dx, options.gradScale, nll);
  for (let index = config.layers - 1; index >= lowest.layer; index--) {
    const layer = model.layers[index]!;
    const depth = index > lowest.layer ? 'input' : lowest.depth;
    if (options.gradientCheckpointing) {
      const inner = workspace.mark();
      const again = takeLayerState(model, layer, states[index]!.x, batch.tokens, true);
      forwardLayer(model, layer, again, workspace.take(size), context);
      backwardLayer(model, layer, again, dx, context, depth);
      workspace.release(inner);
    } else {
      backwardLayer(model, layer, states[index]!, dx, context, depth);
    }
  }
  if (model.embedding.gradient !== undefined) {
    device.scatterRows(model.embedding.gradient, dx, batch.ids, batch.tokens, config.hiddenSize, 1);
  }
  const result = await device.readFloats(nll);
  workspace.release(mark);
  return result;
}

function contextOf(model: LlamaModel, batch: PackedBatch, dropout: DropoutSeed | undefined): PassContext {
  return { batch, ...model.ropeFor(batch.longest), dropout };
}

/** Token embeddings, fp32 [T, C], from the workspace. */
export function embed(model: LlamaModel, batch: Pick<PackedBatch, 'ids' | 'tokens'>): DeviceBuffer {
  const x = model.workspace.take(batch.tokens * model.config.hiddenSize);
  model.device.gatherRows(x, model.embedding.matrix, batch.ids, batch.tokens);
  return x;
}

/** The lowest layer with something trained, and how deep backward goes in it. */
function lowestTrained(model: LlamaModel): { layer: number; depth: BackwardDepth } {
  if (model.full !== undefined) return { layer: 0, depth: 'input' };
  const layer = model.layers.find((l) => depthOf(l) !== undefined);
  return layer === undefined
    ? { layer: model.layers.length, depth: 'down' }
    : { layer: layer.index, depth: depthOf(layer)! };
}

function depthOf(layer: Layer): BackwardDepth | undefined {
  const has = (...names: ProjectionName[]): boolean => names.some((name) => layer.projections[name].lora !== undefined);
  if (has('q_proj', 'k_proj', 'v_proj')) return 'qkv';
  if (has('o_proj')) return 'output';
  if (has('gate_proj', 'up_proj')) return 'mlp';
  return has('down_proj') ? 'down' : undefined;
}
