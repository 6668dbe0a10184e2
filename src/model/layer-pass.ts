import { PROJECTIONS } from '../config/config-schema';
import type { DeviceBuffer } from '../compute/memory';
import type { Indices } from '../compute/indices';
import type { AttentionShape } from '../compute/kernels';
import type { ProjectAll, ProjectAllBackward, Projected, Recorder } from '../compute/recorder';
import type { PackedBatch } from './batch';
import { maskOf, type DropoutSeed } from './dropout';
import type { Layer, LlamaModel, Projection } from './llama';
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
  readonly rows: Indices;
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
      const placed = layer.projections[name].delta;
      if (placed !== undefined) xa.set(name, workspace.take(tokens, placed.delta.a.rows));
    }
  }
  const raw = config.qkNorm && save;
  return {
    x,
    qRaw: raw ? workspace.take(tokens, queries) : undefined,
    kRaw: raw ? workspace.take(tokens, keys) : undefined,
    q: workspace.take(tokens, queries),
    k: workspace.take(tokens, keys),
    v: workspace.take(tokens, keys),
    attention: workspace.take(tokens, queries),
    lse: workspace.take(tokens, config.heads),
    middle: save ? workspace.take(tokens, config.hiddenSize) : x,
    gate: workspace.take(tokens, config.intermediateSize),
    up: workspace.take(tokens, config.intermediateSize),
    xa,
  };
}

function attentionShape(model: LlamaModel, layer: Layer): AttentionShape {
  const { heads, kvHeads, headDim } = model.config;
  return { heads, kvHeads, headDim, scale: 1 / Math.sqrt(headDim), window: layer.window };
}

/** One block: `out` [T, C] from `state.x`; fills the state. `out` may be `state.middle`. */
export function forwardLayer(
  r: Recorder,
  model: LlamaModel,
  layer: Layer,
  state: LayerState,
  out: DeviceBuffer,
  context: PassContext,
  cache?: LayerCache,
): void {
  const { config, workspace } = model;
  const { tokens: rows, positions, sequences } = context.batch;
  const { heads, kvHeads, headDim, rmsNormEps: eps } = config;
  const part = (name: ProjectionName, y: DeviceBuffer, beta: 0 | 1): ProjectAll['parts'][number] => {
    return { ...projected(layer.projections[name], state.xa.get(name), context.dropout), y, beta };
  };

  r.projectAll(workspace, {
    rows,
    x: state.x,
    norm: { ...layer.inputNorm, eps },
    parts: [
      part('q_proj', state.qRaw ?? state.q, 0),
      part('k_proj', state.kRaw ?? state.k, 0),
      part('v_proj', state.v, 0),
    ],
  });
  if (layer.qNorm !== undefined && layer.kNorm !== undefined) {
    r.rmsNorm(state.q, state.qRaw ?? state.q, layer.qNorm.weight, rows * heads, headDim, eps);
    r.rmsNorm(state.k, state.kRaw ?? state.k, layer.kNorm.weight, rows * kvHeads, headDim, eps);
  }
  r.rope(state.q, context.cos, context.sin, positions, rows, heads, headDim);
  r.rope(state.k, context.cos, context.sin, positions, rows, kvHeads, headDim);
  if (cache !== undefined) {
    r.scatterRows(cache.keys, state.k, cache.rows, rows, kvHeads * headDim, 0);
    r.scatterRows(cache.values, state.v, cache.rows, rows, kvHeads * headDim, 0);
  }
  r.attention(
    state.attention,
    state.lse,
    state.q,
    cache?.keys ?? state.k,
    cache?.values ?? state.v,
    sequences,
    attentionShape(model, layer),
  );
  if (state.middle !== state.x) r.copy(state.middle, state.x);
  r.projectAll(workspace, { rows, x: state.attention, parts: [part('o_proj', state.middle, 1)] });

  const mark = workspace.mark();
  const mlp = [part('gate_proj', state.gate, 0), part('up_proj', state.up, 0)];
  r.projectAll(workspace, { rows, x: state.middle, norm: { ...layer.postAttentionNorm, eps }, parts: mlp });
  const hidden = workspace.take(rows, config.intermediateSize);
  r.swiglu(hidden, state.gate, state.up);
  if (out !== state.middle) r.copy(out, state.middle);
  r.projectAll(workspace, { rows, x: hidden, parts: [part('down_proj', out, 1)] });
  workspace.release(mark);
}

/** A projection as the kernels take it, in one pass. */
function projected(
  { delta: placed, ...projection }: Projection,
  xa: DeviceBuffer | undefined,
  dropout: DropoutSeed | undefined,
): Projected {
  const delta = placed && { delta: placed.delta, xa, dropout: dropout && maskOf(placed, dropout) };
  return { ...projection, delta };
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
  r: Recorder,
  model: LlamaModel,
  layer: Layer,
  state: LayerState,
  dx: DeviceBuffer,
  context: PassContext,
  depth: BackwardDepth,
): void {
  const { config, workspace } = model;
  const { tokens: rows, positions, sequences } = context.batch;
  const { intermediateSize, heads, kvHeads, headDim, rmsNormEps: eps } = config;
  const reaches = (stage: BackwardDepth): boolean => DEPTHS.indexOf(depth) >= DEPTHS.indexOf(stage);
  const part = (name: ProjectionName, dy: DeviceBuffer): ProjectAllBackward['parts'][number] => {
    return { ...projected(layer.projections[name], state.xa.get(name), context.dropout), dy };
  };
  const mark = workspace.mark();

  // h = silu(gate) * up is made again rather than kept: it is as large as gate and costs little.
  const hidden = workspace.take(rows, intermediateSize);
  r.swiglu(hidden, state.gate, state.up);
  const dHidden = reaches('mlp') ? workspace.take(rows, intermediateSize) : undefined;
  r.projectAllBackward(workspace, { rows, x: hidden, parts: [part('down_proj', dx)], dx: dHidden });
  if (dHidden !== undefined) {
    r.swigluBackward(state.gate, state.up, dHidden, state.gate, state.up);
    r.projectAllBackward(workspace, {
      rows,
      x: state.middle,
      norm: { ...layer.postAttentionNorm, eps },
      parts: [part('gate_proj', state.gate), part('up_proj', state.up)],
      dx: reaches('output') ? dx : undefined,
    });
  }
  workspace.release(mark);
  if (!reaches('output')) return;

  const dAttention = reaches('qkv') ? workspace.take(rows, heads * headDim) : undefined;
  r.projectAllBackward(workspace, { rows, x: state.attention, parts: [part('o_proj', dx)], dx: dAttention });
  if (dAttention !== undefined) {
    const dq = workspace.take(rows, heads * headDim);
    const dk = workspace.take(rows, kvHeads * headDim);
    const dv = workspace.take(rows, kvHeads * headDim);
    const { q, k, v, attention, lse } = state;
    r.attentionBackward(dq, dk, dv, dAttention, q, k, v, attention, lse, sequences, attentionShape(model, layer));
    r.rope(dq, context.cos, context.sin, positions, rows, heads, headDim, true);
    r.rope(dk, context.cos, context.sin, positions, rows, kvHeads, headDim, true);
    const norms = [
      [dq, state.qRaw, layer.qNorm, heads],
      [dk, state.kRaw, layer.kNorm, kvHeads],
    ] as const;
    for (const [gradient, raw, norm, count] of norms) {
      if (raw === undefined || norm === undefined) continue;
      r.rmsNormBackward(gradient, gradient, raw, norm.weight, rows * count, headDim, eps, {
        beta: 0,
        ...(norm.gradient === undefined ? {} : { dweight: norm.gradient }),
      });
    }
    r.projectAllBackward(workspace, {
      rows,
      x: state.x,
      norm: { ...layer.inputNorm, eps },
      parts: [part('q_proj', dq), part('k_proj', dk), part('v_proj', dv)],
      dx: reaches('input') ? dx : undefined,
    });
  }
  workspace.release(mark);
}
