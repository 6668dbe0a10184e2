import { PROJECTIONS } from '../config/config-schema';
import type { DenseMatrix, DeviceBuffer } from '../compute/memory';
import type { Indices } from '../compute/indices';
import type { DeltaPass } from '../compute/recorder';
import type { PackedBatch } from './batch';
import type { DropoutSeed } from './dropout';
import type { RopeName } from './families/family';
import type { Layer, LlamaModel, Norm, RopeTable } from './llama';
import type { ProjectionName } from './modules';

/** What the passes over all layers share. */
export interface PassContext {
  readonly batch: Pick<PackedBatch, 'tokens' | 'positions' | 'sequences' | 'shared'>;
  readonly ropes: Readonly<Partial<Record<RopeName, RopeTable>>>;
  /** Absent outside training. */
  readonly dropout?: DropoutSeed | undefined;
  /** By layer, keys and values of a prefix that the batch was packed behind. */
  readonly held?: readonly HeldKeys[] | undefined;
  /** By layer, where the batch's own keys and values are kept: it is a prefix for others. */
  readonly kept?: readonly HeldKeys[] | undefined;
}

/** Keys and values of a common prefix in one layer, fp32 [P, K], and their gradients, which the passes behind it add to. */
export interface HeldKeys {
  readonly keys: DeviceBuffer;
  readonly values: DeviceBuffer;
  readonly gradients?: { readonly keys: DeviceBuffer; readonly values: DeviceBuffer } | undefined;
}

/** What backward needs of a delta's forward pass. */
export type KeptDelta = Pick<DeltaPass, 'xa' | 'product'>;

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
  /** [H + T, K]: k and v behind the H rows of a prefix that is held. */
  readonly keys: DeviceBuffer;
  readonly values: DeviceBuffer;
  /** [T, Q] attention's output and [T, heads] its log sum exp. */
  readonly attention: DeviceBuffer;
  readonly lse: DeviceBuffer;
  /** From here on R rows: all T, or of the last layer those that a target needs. [R, Q] attention's output. */
  readonly attended: DeviceBuffer;
  /** [R, C] after attention's residual. */
  readonly middle: DeviceBuffer;
  /** [R, C] each: what attention and the feed-forward part add to the stream, before its norm; only where it has one. */
  readonly attentionAdded: DeviceBuffer | undefined;
  readonly mlpAdded: DeviceBuffer | undefined;
  /** [R, I] */
  readonly gate: DeviceBuffer;
  readonly up: DeviceBuffer;
  /** Per adapted projection, what its delta keeps. */
  readonly deltas: ReadonlyMap<ProjectionName, KeptDelta>;
}

/** Keys and values of earlier tokens: fp32 [slots, K] each. `rows` are the slots of this pass's tokens. */
export interface LayerCache {
  readonly keys: DeviceBuffer;
  readonly values: DeviceBuffer;
  readonly rows: Indices;
}

/** Projections whose input is every token, whatever is needed of the layer's output. */
const ON_ALL_ROWS: readonly ProjectionName[] = ['q_proj', 'k_proj', 'v_proj'];

/**
 * Takes a layer's state from the workspace. With `middle` not saved, x serves for it.
 * @param needed rows of the output that are needed; all of them unless given
 */
export function takeLayerState(
  model: LlamaModel,
  layer: Layer,
  x: DeviceBuffer,
  { tokens, shared }: Pick<PackedBatch, 'tokens' | 'shared'>,
  save: boolean,
  needed?: Indices,
): LayerState {
  const { config, workspace } = model;
  const held = shared?.held ?? 0;
  const queries = config.heads * config.headDim;
  const keys = config.kvHeads * config.headDim;
  const rows = needed?.length ?? tokens;
  const deltas = new Map<ProjectionName, KeptDelta>();
  if (save) {
    // Projections that share a matrix share its A, and so what their input is multiplied to.
    const byA = new Map<DenseMatrix, DeviceBuffer>();
    for (const name of PROJECTIONS) {
      const delta = layer.projections[name].delta?.delta;
      if (delta === undefined) continue;
      const { a, b, magnitude } = delta;
      const inputs = ON_ALL_ROWS.includes(name) ? tokens : rows;
      const xa = byA.get(a) ?? workspace.take(inputs, a.rows);
      byA.set(a, xa);
      deltas.set(name, { xa, product: magnitude && workspace.take(inputs, b.rows) });
    }
  }
  const raw = config.qkNorm !== undefined && save;
  const added = (norm: Norm | undefined): DeviceBuffer | undefined =>
    save && norm !== undefined ? workspace.take(rows, config.hiddenSize) : undefined;
  const attention = workspace.take(tokens, queries);
  const table = { keys: workspace.take(held + tokens, keys), values: workspace.take(held + tokens, keys) };
  return {
    x,
    qRaw: raw ? workspace.take(tokens, queries) : undefined,
    kRaw: raw ? workspace.take(tokens, keys) : undefined,
    q: workspace.take(tokens, queries),
    k: table.keys.slice(held * keys, tokens * keys),
    v: table.values.slice(held * keys, tokens * keys),
    ...table,
    attention,
    lse: workspace.take(tokens, config.heads),
    attended: needed === undefined ? attention : workspace.take(rows, queries),
    middle: save || needed !== undefined ? workspace.take(rows, config.hiddenSize) : x,
    attentionAdded: added(layer.attentionOutputNorm),
    mlpAdded: added(layer.mlpOutputNorm),
    gate: workspace.take(rows, config.intermediateSize),
    up: workspace.take(rows, config.intermediateSize),
    deltas,
  };
}
