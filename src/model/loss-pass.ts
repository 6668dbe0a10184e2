import type { DeviceBuffer } from '../compute/memory';
import type { Indices } from '../compute/indices';
import type { Recorder } from '../compute/recorder';
import type { PackedBatch } from './batch';
import type { DropoutSeed } from './dropout';
import { lossOf } from './head';
import { addInputNoise, type InputNoise } from './input-noise';
import { promptRows, putRows, rowGradients, tokenRows } from './input-rows';
import { backwardLayer, forwardLayer, type BackwardDepth } from './layer-pass';
import { takeLayerState, type HeldKeys, type LayerState, type PassContext } from './layer-state';
import type { Layer, LlamaModel } from './llama';
import type { ProjectionName } from './modules';

export interface TrainPassOptions {
  /** d(loss)/d(sum of NLL): 1 / trained tokens of the whole accumulation window. */
  readonly gradScale: number;
  readonly dropout: DropoutSeed;
  /** Keep only each layer's input and run its forward again in backward. */
  readonly gradientCheckpointing: boolean;
  readonly noise?: InputNoise | undefined;
}

/** NLL of every target of the batch, fp32 [targetCount], without gradients. @param prefix that the batch was packed behind */
export async function evaluateLoss(model: LlamaModel, batch: PackedBatch, prefix?: HeldPrefix): Promise<Float32Array> {
  const { device, workspace } = model;
  workspace.layOut(batch.tokens, true);
  const mark = workspace.mark();
  const r = device.begin();
  const nll = workspace.take(batch.targetCount);
  lossOf(r, model, forwardOnly(r, model, batch, contextOf(model, batch, { held: prefix?.layers })), batch, nll);
  device.submit(r);
  const result = await device.readFloats(nll);
  workspace.release(mark);
  return result;
}

/**
 * Forward and backward over one packed batch: adds gradScale * d(sum NLL) to the gradients of what is trained.
 * @param sums fp32 [sequences, 2] receives the NLL of each sequence, as `sumRanges` writes it
 * @param prefix that the batch was packed behind; its gradients are added to
 */
export function trainPass(
  r: Recorder,
  model: LlamaModel,
  batch: PackedBatch,
  sums: DeviceBuffer,
  options: TrainPassOptions,
  prefix?: HeldPrefix,
): void {
  const { workspace, config } = model;
  workspace.layOut(batch.tokens, true);
  const mark = workspace.mark();
  const nll = workspace.take(batch.targetCount);
  const dOut = workspace.take(batch.targetCount, config.hiddenSize);
  const context = contextOf(model, batch, { dropout: options.dropout, held: prefix?.layers });
  const x = embed(r, model, batch, options.noise);
  const forward = forwardLayers(r, model, batch, x, context, options.gradientCheckpointing);
  lossOf(r, model, forward.out, batch, nll, { dx: dOut, gradScale: options.gradScale });
  r.sumRanges(sums, nll, batch.offsets);
  backwardLayers(r, model, batch, context, forward, dOut);
  workspace.release(mark);
}

/**
 * A common prefix that several passes share: its keys and values, and in training what its own backward needs. It lies in the workspace
 * until the mark that was set before is released.
 */
export interface HeldPrefix {
  readonly layers: readonly HeldKeys[];
  /** Once all passes behind it have added to its gradients: adds to those of what is trained. */
  backward(): void;
}

/**
 * Computes a common prefix before the passes that share it.
 * @param batch packed from its tokens alone, without targets
 * @param training as the passes behind it; unless they only evaluate
 */
export function holdPrefix(
  r: Recorder,
  model: LlamaModel,
  batch: PackedBatch,
  training?: Pick<TrainPassOptions, 'gradientCheckpointing'>,
): HeldPrefix {
  const { workspace, config } = model;
  const cols = config.kvHeads * config.headDim;
  workspace.layOut(batch.tokens, false);
  const take = (): DeviceBuffer => workspace.take(batch.tokens, cols);
  const zeros = (): DeviceBuffer => {
    const buffer = take();
    r.fill(buffer, 0);
    return buffer;
  };
  const layers = model.layers.map((): HeldKeys => {
    const gradients = training && { keys: zeros(), values: zeros() };
    return { keys: take(), values: take(), gradients };
  });
  const context = contextOf(model, batch, { kept: layers });
  if (training === undefined) {
    forwardOnly(r, model, batch, context);
    return { layers, backward: () => undefined };
  }
  const x = embed(r, model, batch);
  const forward = forwardLayers(r, model, batch, x, context, training.gradientCheckpointing);
  const dOut = workspace.take(0, config.hiddenSize);
  const backward = (): void => {
    workspace.layOut(batch.tokens, false);
    backwardLayers(r, model, batch, context, forward, dOut);
  };
  return { layers, backward };
}

/** The states of the layers for their backward, and the output of the last one [targetCount, C]. */
interface Forward {
  readonly states: readonly LayerState[];
  readonly out: DeviceBuffer;
  readonly checkpointing: boolean;
}

/** Of the last layer's output, the targets need their own rows and no others. */
function neededOf(model: LlamaModel, layer: Layer, { targetRows }: PackedBatch): Indices | undefined {
  return layer.index === model.config.layers - 1 ? targetRows : undefined;
}

/** The output of the last layer [targetCount, C], without anything that backward would need. */
function forwardOnly(r: Recorder, model: LlamaModel, batch: PackedBatch, context: PassContext): DeviceBuffer {
  const { workspace } = model;
  const x = embed(r, model, batch);
  for (const layer of model.layers.slice(0, -1)) {
    const inner = workspace.mark();
    forwardLayer(r, model, layer, takeLayerState(model, layer, x, batch, false), x, context);
    workspace.release(inner);
  }
  const last = model.layers.at(-1)!;
  const needed = batch.targetRows;
  const state = takeLayerState(model, last, x, batch, false, needed);
  forwardLayer(r, model, last, state, state.middle, context, needed);
  return state.middle;
}

/** @param input of the first layer [T, C] */
function forwardLayers(
  r: Recorder,
  model: LlamaModel,
  batch: PackedBatch,
  input: DeviceBuffer,
  context: PassContext,
  checkpointing: boolean,
): Forward {
  const { workspace, config } = model;
  const { layer: lowest } = lowestTrained(model);
  const states: LayerState[] = [];
  let x = input;
  for (const layer of model.layers) {
    // A layer below every trained one is never gone back through: it needs no state, and no output of its own.
    const trained = layer.index >= lowest;
    const save = trained && !checkpointing;
    const needed = neededOf(model, layer, batch);
    const rows = needed?.length ?? (trained ? batch.tokens : undefined);
    const out = rows === undefined ? x : workspace.take(rows, config.hiddenSize);
    const outer = workspace.mark();
    const state = takeLayerState(model, layer, x, batch, save, needed);
    const inOutput = trained && !save && needed === undefined;
    if (inOutput) r.copy(out, x);
    forwardLayer(r, model, layer, inOutput ? { ...state, x: out, middle: out } : state, out, context, needed);
    if (!save) workspace.release(outer);
    states.push(state);
    x = out;
  }
  return { states, out: x, checkpointing };
}

/** @param dOut [targetCount, C] the gradient of the last layer's output, which is overwritten */
function backwardLayers(
  r: Recorder,
  model: LlamaModel,
  batch: PackedBatch,
  context: PassContext,
  { states, checkpointing }: Forward,
  dOut: DeviceBuffer,
): void {
  const { workspace, config } = model;
  const lowest = lowestTrained(model);
  const mark = workspace.mark();
  const dx = workspace.take(batch.tokens, config.hiddenSize);
  for (const layer of model.layers.slice(lowest.layer).toReversed()) {
    const depth = layer.index > lowest.layer ? 'input' : lowest.depth;
    const needed = neededOf(model, layer, batch);
    const inner = workspace.mark();
    let state = states[layer.index]!;
    if (checkpointing) {
      state = takeLayerState(model, layer, state.x, batch, true, needed);
      const again = workspace.take(needed?.length ?? batch.tokens, config.hiddenSize);
      forwardLayer(r, model, layer, state, again, context, needed);
    }
    backwardLayer(r, model, layer, state, dx, context, depth, needed && { needed, dOut });
    workspace.release(inner);
  }
  if (trainsInput(model)) embedBackward(r, model, batch, dx);
  workspace.release(mark);
}

/** Whether something is trained below the first layer. */
function trainsInput({ embedding, prompt }: LlamaModel): boolean {
  return (embedding.gradient ?? embedding.rows ?? prompt) !== undefined;
}

/** Backward of `embed`: dx [T, C] is the gradient of the first layer's input, and is overwritten. */
function embedBackward(r: Recorder, model: LlamaModel, batch: PackedBatch, dx: DeviceBuffer): void {
  const { embedding, config } = model;
  if (config.inputScale !== 1) r.scale(dx, config.inputScale);
  const virtual = promptRows(model, batch.tokenIds);
  if (virtual !== undefined) rowGradients(r, model, dx, virtual);
  if (config.embeddingScale !== 1) r.scale(dx, config.embeddingScale);
  const trained = tokenRows(model, batch.tokenIds);
  if (trained !== undefined) rowGradients(r, model, dx, trained);
  if (embedding.gradient !== undefined) {
    r.scatterRows(embedding.gradient, dx, batch.ids, batch.tokens, config.hiddenSize, 1);
  }
}

function contextOf(
  model: LlamaModel,
  batch: PackedBatch,
  others: Pick<PassContext, 'dropout' | 'held' | 'kept'>,
): PassContext {
  return { batch, ...model.ropeFor(batch.longest), ...others };
}

/** The input of the first layer, fp32 [T, C], from the workspace. */
export function embed(
  r: Recorder,
  model: LlamaModel,
  batch: Pick<PackedBatch, 'ids' | 'tokenIds' | 'tokens' | 'own'>,
  noise?: InputNoise,
): DeviceBuffer {
  const { hiddenSize, embeddingScale, inputScale } = model.config;
  const x = model.workspace.take(batch.tokens, hiddenSize);
  r.gatherRows(x, model.embedding.matrix, batch.ids, batch.tokens);
  const trained = tokenRows(model, batch.tokenIds);
  if (trained !== undefined) putRows(r, model, x, trained);
  if (embeddingScale !== 1) r.scale(x, embeddingScale);
  const virtual = promptRows(model, batch.tokenIds);
  if (virtual !== undefined) putRows(r, model, x, virtual);
  if (noise !== undefined) addInputNoise(r, x, hiddenSize, batch, noise);
  if (inputScale !== 1) r.scale(x, inputScale);
  return x;
}

/** The lowest layer with something trained, and how deep backward goes in it. */
function lowestTrained(model: LlamaModel): { layer: number; depth: BackwardDepth } {
  if (trainsInput(model)) return { layer: 0, depth: 'input' };
  const layer = model.layers.find((l) => depthOf(l) !== undefined);
  return layer === undefined
    ? { layer: model.layers.length, depth: 'down' }
    : { layer: layer.index, depth: depthOf(layer)! };
}

function depthOf(layer: Layer): BackwardDepth | undefined {
  const { projections, inputNorm, mlpNorm, qNorm, kNorm } = layer;
  const trained = (...names: ProjectionName[]): boolean =>
    names.some((name) => {
      const { delta, gradWeight, gradBias } = projections[name];
      return delta !== undefined || gradWeight !== undefined || gradBias !== undefined;
    });
  // A norm's own gradient comes with that of its input.
  if (inputNorm?.gradient !== undefined) return 'input';
  if (trained('q_proj', 'k_proj', 'v_proj') || qNorm?.gradient !== undefined || kNorm?.gradient !== undefined) {
    return 'qkv';
  }
  if (trained('o_proj') || (layer.attentionOutputNorm ?? mlpNorm)?.gradient !== undefined) return 'output';
  if (trained('gate_proj', 'up_proj')) return 'mlp';
  return trained('down_proj') || layer.mlpOutputNorm?.gradient !== undefined ? 'down' : undefined;
}
