import { PROJECTIONS } from '../config/config-schema';
import type { AttentionShape, DeviceBuffer } from '../compute/device';
import type { PackedBatch } from './batch';
import type { Layer, LlamaModel } from './llama';
import { project, projectBackward, type DropoutSeed } from './projection-pass';
import type { ProjectionName } from './projections';

/** What the passes over all layers share. */
export interface PassContext {
  readonly batch: Pick<PackedBatch, 'tokens' | 'positions' | 'sequences'>;
  readonly cos: DeviceBuffer;
  readonly sin: DeviceBuffer;
  /** Absent outside training. */
  readonly dropout: DropoutSeed | undefined;
}

/** What backward needs of one layer's forward pass; T tokens, C hidden, I intermediate, Q and K the widths of queries and keys. */
export interface LayerState {
  /** [T, C] the layer's input; without saving, also `middle` and the output. */
  readonly x: DeviceBuffer;
  /** [T, Q] and [T, K]: q and k before their norm, only with qkNorm. */
  readonly qRaw: DeviceBuffer | undefined;
  readonly kRaw: DeviceBuffer | undefined;
  /** After RoPE. */
  readonly q: DeviceBuffer;
  readonly k: DeviceBuffer;
  readonly v: DeviceBuffer;
  /** [T, Q] attention's output and [T, heads] its log sum exp. */
  readonly attention: DeviceBuffer;
  readonly lse: DeviceBuffer;
  /** [T, C] after attention's residual. */
  readonly middle: DeviceBuffer;
  /** [T, I] */
  readonly gate: DeviceBuffer;
  readonly up: DeviceBuffer;
  /** [T, r] per adapted projection: its input times Aᵀ. */
  readonly xa: ReadonlyMap<ProjectionName, DeviceBuffer>;
}

/** Keys and values of earlier tokens: fp32 [slots, K] each. `rows` are the slots of this pass's tokens. */
export interface LayerCache {
  readonly keys: DeviceBuffer;
  readonly values: DeviceBuffer;
  readonly rows: DeviceBuffer;
}

/** Takes a layer's state from the workspace. With `middle` not saved, x serves for it. */
export function takeLayerState(
  model: LlamaModel,
  layer: Layer,
  x: DeviceBuffer,
  tokens: number,
  save: boolean,
): LayerState {
  const { config, workspace } = model;
  const queries = config.heads * config.headDim;
  const keys = config.kvHeads * config.headDim;
  const xa = new Map<ProjectionName, DeviceBuffer>();
  if (save) {
    for (const name of PROJECTIONS) {
      const lora = layer.projections[name].lora;
      if (lora !== undefined) xa.set(name, workspace.take(tokens * lora.a.rows));
    }
  }
  const raw = config.qkNorm && save;
  return {
    x,
    qRaw: raw ? workspace.take(tokens * queries) : undefined,
    kRaw: raw ? workspace.take(tokens * keys) : undefined,
    q: workspace.take(tokens * queries),
    k: workspace.take(tokens * keys),
    v: workspace.take(tokens * keys),
    attention: workspace.take(tokens * queries),
    lse: workspace.take(tokens * config.heads),
    middle: save ? workspace.take(tokens * config.hiddenSize) : x,
    gate: workspace.take(tokens * config.intermediateSize),
    up: workspace.take(tokens * config.intermediateSize),
    xa,
  };
}

function attentionShape(model: LlamaModel, layer: Layer): AttentionShape {
  const { heads, kvHeads, headDim } = model.config;
  return { heads, kvHeads, headDim, scale: 1 / Math.sqrt(headDim), window: layer.window };
}

/** One block: `out` [T, C] from `state.x`; fills the state. `out` may be `state.middle`. */
export function forwardLayer(
  model: LlamaModel,
  layer: Layer,
  state: LayerState,
  out: DeviceBuffer,
  context: PassContext,
  cache?: LayerCache,
): void {
  const { device, config, workspace } = model;
  const { tokens, positions, sequences } = context.batch;
  const { hiddenSize, heads, kvHeads, headDim, rmsNormEps: eps } = config;
  const run = (name: ProjectionName, y: DeviceBuffer, x: DeviceBuffer, beta: 0 | 1): void => {
    project(device, workspace, layer.projections[name], y, x, tokens, beta, context.dropout, state.xa.get(name));
  };
  const mark = workspace.mark();

  const normed = workspace.take(tokens * hiddenSize);
  device.rmsNorm(normed, state.x, layer.inputNorm.weight, tokens, hiddenSize, eps);
  run('q_proj', state.qRaw ?? state.q, normed, 0);
  run('k_proj', state.kRaw ?? state.k, normed, 0);
  run('v_proj', state.v, normed, 0);
  if (layer.qNorm !== undefined && layer.kNorm !== undefined) {
    device.rmsNorm(state.q, state.qRaw ?? state.q, layer.qNorm.weight, tokens * heads, headDim, eps);
    device.rmsNorm(state.k, state.kRaw ?? state.k, layer.kNorm.weight, tokens * kvHeads, headDim, eps);
  }
  device.rope(state.q, context.cos, context.sin, positions, tokens, heads, headDim);
  device.rope(state.k, context.cos, context.sin, positions, tokens, kvHeads, headDim);
  if (cache !== undefined) {
    device.scatterRows(cache.keys, state.k, cache.rows, tokens, kvHeads * headDim, 0);
    device.scatterRows(cache.values, state.v, cache.rows, tokens, kvHeads * headDim, 0);
  }
  device.attention(
    state.attention,
    state.lse,
    state.q,
    cache?.keys ?? state.k,
    cache?.values ?? state.v,
    sequences,
    attentionShape(model, layer),
  );
  if (state.middle !== state.x) device.copy(state.middle, state.x);
  run('o_proj', state.middle, state.attention, 1);

  device.rmsNorm(normed, state.middle, layer.postAttentionNorm.weight, tokens, hiddenSize, eps);
  run('gate_proj', state.gate, normed, 0);
  run('up_proj', state.up, normed, 0);
  const hidden = workspace.take(tokens * config.intermediateSize);
  device.swiglu(hidden, state.gate, state.up);
  if (out !== state.middle) device.copy(out, state.middle);
  run('down_proj', out, hidden, 1);
  workspace.release(mark);
}

/** How far down the gradient of a layer is wanted. Each stage includes those before it. */
export type BackwardDepth = 'down' | 'mlp' | 'output' | 'qkv' | 'input';
const DEPTHS: readonly BackwardDepth[] = ['down', 'mlp', 'output', 'qkv', 'input'];

/**
 * Backward of `forwardLayer`. `dx` holds the gradient of the output and, where depth is `input`, becomes that of the input; gate and
 * up of the state are overwritten.
 * @param depth the lowest stage in which something is trained, `input` where something below the layer is
 */
export function backwardLayer(
  model: LlamaModel,
  layer: Layer,
  state: LayerState,
  dx: DeviceBuffer,
  context: PassContext,
  depth: BackwardDepth,
): void {
  const { device, config, workspace } = model;
  const { tokens, positions, sequences } = context.batch;
  const { hiddenSize, intermediateSize, heads, kvHeads, headDim, rmsNormEps: eps } = config;
  const reaches = (stage: BackwardDepth): boolean => DEPTHS.indexOf(depth) >= DEPTHS.indexOf(stage);
  const run = (
    name: ProjectionName,
    dInput: DeviceBuffer | undefined,
    dy: DeviceBuffer,
    input: DeviceBuffer,
    beta: 0 | 1,
  ): void => {
    const xa = state.xa.get(name);
    projectBackward(device, workspace, layer.projections[name], dInput, dy, input, tokens, beta, context.dropout, xa);
  };
  const mark = workspace.mark();

  // h = silu(gate) * up is made again rather than kept: it is as large as gate and costs little.
  const hidden = workspace.take(tokens * intermediateSize);
  device.swiglu(hidden, state.gate, state.up);
  if (!reaches('mlp')) {
    run('down_proj', undefined, dx, hidden, 0);
    workspace.release(mark);
    return;
  }
  const dHidden = workspace.take(tokens * intermediateSize);
  run('down_proj', dHidden, dx, hidden, 0);
  device.swigluBackward(state.gate, state.up, dHidden, state.gate, state.up);
  const normed = workspace.take(tokens * hiddenSize);
  const dNormed = reaches('output') ? workspace.take(tokens * hiddenSize) : undefined;
  device.rmsNorm(normed, state.middle, layer.postAttentionNorm.weight, tokens, hiddenSize, eps);
  run('gate_proj', dNormed, state.gate, normed, 0);
  run('up_proj', dNormed, state.up, normed, 1);
  if (dNormed === undefined) {
    workspace.release(mark);
    return;
  }
  const { postAttentionNorm, inputNorm } = layer;
  device.rmsNormBackward(
    dx,
    dNormed,
    state.middle,
    postAttentionNorm.weight,
    tokens,
    hiddenSize,
    eps,
    normOptions(1, postAttentionNorm.gradient),
  );
  workspace.release(mark);

  const dAttention = reaches('qkv') ? workspace.take(tokens * heads * headDim) : undefined;
  run('o_proj', dAttention, dx, state.attention, 0);
  if (dAttention === undefined) {
    workspace.release(mark);
    return;
  }
  const dq = workspace.take(tokens * heads * headDim);
  const dk = workspace.take(tokens * kvHeads * headDim);
  const dv = workspace.take(tokens * kvHeads * headDim);
  device.attentionBackward(
    dq,
    dk,
    dv,
    dAttention,
    state.q,
    state.k,
    state.v,
    state.attention,
    state.lse,
    sequences,
    attentionShape(model, layer),
  );
  device.rope(dq, context.cos, context.sin, positions, tokens, heads, headDim, true);
  device.rope(dk, context.cos, context.sin, positions, tokens, kvHeads, headDim, true);
  if (layer.qNorm !== undefined && layer.kNorm !== undefined && state.qRaw !== undefined && state.kRaw !== undefined) {
    const { qNorm, kNorm } = layer;
    const qOptions = normOptions(0, qNorm.gradient);
    const kOptions = normOptions(0, kNorm.gradient);
    device.rmsNormBackward(dq, dq, state.qRaw, qNorm.weight, tokens * heads, headDim, eps, qOptions);
    device.rmsNormBackward(dk, dk, state.kRaw, kNorm.weight, tokens * kvHeads, headDim, eps, kOptions);
  }
  const normedInput = workspace.take(tokens * hiddenSize);
  device.rmsNorm(normedInput, state.x, inputNorm.weight, tokens, hiddenSize, eps);
  const dNormedInput = reaches('input') ? workspace.take(tokens * hiddenSize) : undefined;
  run('q_proj', dNormedInput, dq, normedInput, 0);
  run('k_proj', dNormedInput, dk, normedInput, 1);
  run('v_proj', dNormedInput, dv, normedInput, 1);
  if (dNormedInput !== undefined) {
    device.rmsNormBackward(
      dx,
      dNormedInput,
      state.x,
      inputNorm.weight,
      tokens,
      hiddenSize,
      eps,
      normOptions(1, inputNorm.gradient),
    );
  }
  workspace.release(mark);
}

function normOptions(beta: 0 | 1, gradient: DeviceBuffer | undefined): { beta: 0 | 1; dweight?: DeviceBuffer } {
  return gradient === undefined ? { beta } : { beta, dweight: gradient };
}
