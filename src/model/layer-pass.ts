import type { Arena } from '../compute/arena';
import type { DeviceBuffer } from '../compute/memory';
import type { Indices } from '../compute/indices';
import type { AttentionShape } from '../compute/kernels';
import type { Gate, ProjectAll, ProjectAllBackward, Projected, Recorder } from '../compute/recorder';
import type { SharedKeys } from './batch';
import { maskOf, type DropoutSeed } from './dropout';
import type { KeptDelta, LayerCache, LayerState, PassContext } from './layer-state';
import type { Layer, LlamaModel, Norm } from './llama';
import type { Projection } from './module-parts';
import type { ProjectionName } from './modules';
import { qkNormDims } from './projections';
import { addedGradient, addToStream, type Addition } from './residual';

function attentionShape(model: LlamaModel, layer: Layer): AttentionShape {
  const { heads, kvHeads, headDim, attentionScale: scale } = model.config;
  return { heads, kvHeads, headDim, scale, window: layer.window };
}

/** What attention, and then the feed-forward part, add to the stream. */
function additions(layer: Layer, state: LayerState, rows: number): readonly [Addition, Addition] {
  return [
    { rows, norm: layer.attentionOutputNorm, raw: state.attentionAdded },
    { rows, norm: layer.mlpOutputNorm, raw: state.mlpAdded },
  ];
}

/**
 * One block: `out` [R, C] from `state.x`; fills the state. `out` may be `state.middle`.
 * @param needed as the state was taken for
 */
export function forwardLayer(
  r: Recorder,
  model: LlamaModel,
  layer: Layer,
  state: LayerState,
  out: DeviceBuffer,
  context: PassContext,
  needed?: Indices,
  cache?: LayerCache,
): void {
  const { config, workspace } = model;
  const { tokens, sequences, shared } = context.batch;
  const { hiddenSize, heads, kvHeads, headDim, rmsNormEps: eps } = config;
  const passed = (name: ProjectionName): Projected =>
    projected(layer.projections[name], state.deltas.get(name), context.dropout);
  const part = (name: ProjectionName, y: DeviceBuffer): ProjectAll['parts'][number] => {
    return { ...passed(name), y };
  };

  r.projectAll(workspace, {
    rows: tokens,
    x: state.x,
    norm: layer.inputNorm && { ...layer.inputNorm, eps },
    parts: [part('q_proj', state.qRaw ?? state.q), part('k_proj', state.kRaw ?? state.k), part('v_proj', state.v)],
  });
  if (layer.qNorm !== undefined && layer.kNorm !== undefined) {
    const { queries, keys } = qkNormDims(config);
    const { qNorm, kNorm } = layer;
    const [qRows, kRows] = [state.q.length / queries, state.k.length / keys];
    r.rmsNorm(state.q, state.qRaw ?? state.q, qNorm.weight, qRows, queries, eps, qNorm.offset);
    r.rmsNorm(state.k, state.kRaw ?? state.k, kNorm.weight, kRows, keys, eps, kNorm.offset);
  }
  rotate(r, model, layer, state.q, state.k, context, false);
  if (cache !== undefined) {
    r.scatterRows(cache.keys, state.k, cache.rows, tokens, kvHeads * headDim, 0);
    r.scatterRows(cache.values, state.v, cache.rows, tokens, kvHeads * headDim, 0);
  }
  const held = context.held?.[layer.index];
  if (held !== undefined) {
    r.copy(state.keys.slice(0, held.keys.length), held.keys);
    r.copy(state.values.slice(0, held.values.length), held.values);
  }
  const kept = context.kept?.[layer.index];
  if (kept !== undefined) {
    r.copy(kept.keys, state.k);
    r.copy(kept.values, state.v);
  }
  const before = workspace.mark();
  const { keys, values } = cache ?? seenBy(r, workspace, shared, state, kvHeads * headDim);
  r.attention(state.attention, state.lse, state.q, keys, values, sequences, attentionShape(model, layer));
  workspace.release(before);

  const rows = needed?.length ?? tokens;
  if (needed !== undefined) {
    chooseRows(r, state.attended, state.attention, needed, heads * headDim);
    chooseRows(r, state.middle, state.x, needed, hiddenSize);
  }
  const [ofAttention, ofMlp] = additions(layer, state, rows);
  const toMiddle = { stream: state.middle, base: needed === undefined ? state.x : state.middle };
  addToStream(r, model, toMiddle, { x: state.attended }, passed('o_proj'), ofAttention);

  const mlp = [part('gate_proj', state.gate), part('up_proj', state.up)];
  const { mlpNorm } = layer;
  r.projectAll(workspace, { rows, x: state.middle, norm: mlpNorm && { ...mlpNorm, eps }, parts: mlp });
  const toOut = { stream: out, base: state.middle };
  addToStream(r, model, toOut, { x: state.gate, gate: gateOf(model, state) }, passed('down_proj'), ofMlp);
}

function gateOf({ config }: LlamaModel, { up }: LayerState): Gate {
  return { activation: config.activation, up };
}

/** Turns queries and keys to their positions, or with `inverse` their gradients back, where the layer encodes positions. */
function rotate(
  r: Recorder,
  model: LlamaModel,
  layer: Layer,
  q: DeviceBuffer,
  k: DeviceBuffer,
  { ropes, batch: { positions, tokens } }: PassContext,
  inverse: boolean,
): void {
  const { heads, kvHeads, headDim } = model.config;
  const table = layer.rope && ropes[layer.rope];
  if (table === undefined) return;
  const turned = [
    { x: q, heads },
    { x: k, heads: kvHeads },
  ];
  r.rope(turned, table.cos, table.sin, positions, tokens, headDim, inverse, table.rotated);
}

/** The keys and values that attention sees, sequence after sequence: those of a common prefix again before each. */
function seenBy(
  r: Recorder,
  workspace: Arena,
  shared: SharedKeys | undefined,
  state: Pick<LayerState, 'keys' | 'values'>,
  cols: number,
): Pick<LayerState, 'keys' | 'values'> {
  if (shared === undefined) return state;
  const seen = { keys: workspace.take(shared.rows.length, cols), values: workspace.take(shared.rows.length, cols) };
  chooseRows(r, seen.keys, state.keys, shared.rows, cols);
  chooseRows(r, seen.values, state.values, shared.rows, cols);
  return seen;
}

/** y [needed, cols] = the needed rows of x. */
function chooseRows(r: Recorder, y: DeviceBuffer, x: DeviceBuffer, needed: Indices, cols: number): void {
  r.gatherRows(y, { kind: 'dense', data: x, rows: x.length / cols, cols }, needed, needed.length);
}

/** A projection as the kernels take it, in one pass. */
function projected(
  { delta: placed, ...projection }: Projection,
  kept: KeptDelta | undefined,
  dropout: DropoutSeed | undefined,
): Projected {
  const delta = placed && { delta: placed.delta, ...kept, dropout: dropout && maskOf(placed, dropout) };
  return { ...projection, delta };
}

/** How far down the gradient of a layer is wanted. Each stage includes those before it. */
export type BackwardDepth = 'down' | 'mlp' | 'output' | 'qkv' | 'input';
const DEPTHS: readonly BackwardDepth[] = ['down', 'mlp', 'output', 'qkv', 'input'];

/**
 * Backward of `forwardLayer`. `dx` [T, C] holds the gradient of the output and, where depth is `input`, becomes that of the input; gate
 * and up of the state are overwritten.
 * @param narrow of a layer of which some rows were needed: these rows, and the gradient of the output [R, C], which is overwritten; what dx
 *   held is lost
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
  narrow?: { readonly needed: Indices; readonly dOut: DeviceBuffer },
): void {
  const { config, workspace } = model;
  const { tokens } = context.batch;
  const { hiddenSize, heads, headDim, rmsNormEps: eps } = config;
  const rows = narrow?.needed.length ?? tokens;
  const dOut = narrow?.dOut ?? dx;
  const reaches = (stage: BackwardDepth): boolean => DEPTHS.indexOf(depth) >= DEPTHS.indexOf(stage);
  const part = (name: ProjectionName, dy: DeviceBuffer): ProjectAllBackward['parts'][number] => {
    return { ...projected(layer.projections[name], state.deltas.get(name), context.dropout), dy };
  };
  const mark = workspace.mark();

  const [ofAttention, ofMlp] = additions(layer, state, rows);
  const dDown = addedGradient(r, model, dOut, ofMlp);
  // act(gate) up is made again rather than kept: it is as large as gate and costs little.
  r.projectAllBackward(workspace, {
    rows,
    x: state.gate,
    gate: gateOf(model, state),
    parts: [part('down_proj', dDown)],
    dx: reaches('mlp') ? state.gate : undefined,
  });
  if (reaches('mlp')) {
    backwardToStream(r, model, layer.mlpNorm, {
      rows,
      x: state.middle,
      parts: [part('gate_proj', state.gate), part('up_proj', state.up)],
      dx: reaches('output') ? dOut : undefined,
    });
  }
  workspace.release(mark);
  if (!reaches('output')) return;

  const dAttended = reaches('qkv') ? workspace.take(rows, heads * headDim) : undefined;
  const dO = addedGradient(r, model, dOut, ofAttention);
  r.projectAllBackward(workspace, { rows, x: state.attended, parts: [part('o_proj', dO)], dx: dAttended });
  if (dAttended !== undefined) {
    let dAttention = dAttended;
    if (narrow !== undefined) {
      // The other rows of the layer's output have no gradient.
      dAttention = workspace.take(tokens, heads * headDim);
      spreadRows(r, dAttention, dAttended, narrow.needed, heads * headDim);
      spreadRows(r, dx, dOut, narrow.needed, hiddenSize);
    }
    const dq = workspace.take(tokens, heads * headDim);
    const { dk, dv } = attentionBackward(r, model, layer, state, dq, dAttention, context);
    const fromOthers = context.kept?.[layer.index]?.gradients;
    if (fromOthers !== undefined) {
      r.add(dk, fromOthers.keys);
      r.add(dv, fromOthers.values);
    }
    rotate(r, model, layer, dq, dk, context, true);
    const { queries, keys } = qkNormDims(config);
    const norms = [
      [dq, state.qRaw, layer.qNorm, queries],
      [dk, state.kRaw, layer.kNorm, keys],
    ] as const;
    for (const [gradient, raw, norm, dim] of norms) {
      if (raw === undefined || norm === undefined) continue;
      const options = { beta: 0, dweight: norm.gradient, offset: norm.offset } as const;
      r.rmsNormBackward(gradient, gradient, raw, norm.weight, raw.length / dim, dim, eps, options);
    }
    backwardToStream(r, model, layer.inputNorm, {
      rows: tokens,
      x: state.x,
      parts: [part('q_proj', dq), part('k_proj', dk), part('v_proj', dv)],
      dx: reaches('input') ? dx : undefined,
    });
  }
  workspace.release(mark);
}

/** Backward of projections of the stream, through their norm where they have one: adds to the gradient of the stream where it is wanted. */
function backwardToStream(
  r: Recorder,
  { workspace, config }: LlamaModel,
  norm: Norm | undefined,
  projection: ProjectAllBackward,
): void {
  const { rows, dx } = projection;
  if (norm !== undefined || dx === undefined || rows === 0) {
    r.projectAllBackward(workspace, { ...projection, norm: norm && { ...norm, eps: config.rmsNormEps } });
    return;
  }
  const mark = workspace.mark();
  const added = workspace.take(rows, config.hiddenSize);
  r.projectAllBackward(workspace, { ...projection, dx: added });
  r.add(dx, added);
  workspace.release(mark);
}

/** Overwrites dq and gives the gradients of k and v, from the workspace; those of a held prefix are added to its own. */
function attentionBackward(
  r: Recorder,
  model: LlamaModel,
  layer: Layer,
  state: LayerState,
  dq: DeviceBuffer,
  dAttention: DeviceBuffer,
  { batch: { sequences, shared }, held }: PassContext,
): { readonly dk: DeviceBuffer; readonly dv: DeviceBuffer } {
  const { workspace, config } = model;
  const cols = config.kvHeads * config.headDim;
  const take = (rows: number): DeviceBuffer => workspace.take(rows, cols);
  const own = state.k.length / cols;
  const table = state.keys.length / cols;
  const gradients = [take(table), take(table)] as const;
  const inner = workspace.mark();
  const seen = seenBy(r, workspace, shared, state, cols);
  const ofSeen = shared === undefined ? gradients : ([take(shared.rows.length), take(shared.rows.length)] as const);
  const { q, attention, lse } = state;
  const shape = attentionShape(model, layer);
  r.attentionBackward(dq, ...ofSeen, dAttention, q, seen.keys, seen.values, attention, lse, sequences, shape);
  if (shared !== undefined) {
    gradients.forEach((gradient, i) => {
      r.fill(gradient, 0);
      r.scatterRows(gradient, ofSeen[i]!, shared.rows, shared.rows.length, cols, 1);
    });
    const prefix = held?.[layer.index]?.gradients;
    if (prefix !== undefined) {
      r.add(prefix.keys, gradients[0].slice(0, prefix.keys.length));
      r.add(prefix.values, gradients[1].slice(0, prefix.values.length));
    }
  }
  workspace.release(inner);
  const [dk, dv] = gradients.map((gradient) => gradient.slice((table - own) * cols, own * cols)) as [
    DeviceBuffer,
    DeviceBuffer,
  ];
  return { dk, dv };
}

/** y [T, cols] = x [needed, cols] at the needed rows, 0 elsewhere. */
function spreadRows(r: Recorder, y: DeviceBuffer, x: DeviceBuffer, needed: Indices, cols: number): void {
  r.fill(y, 0);
  r.scatterRows(y, x, needed, needed.length, cols, 0);
}
