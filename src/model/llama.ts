import { Arena } from '../compute/arena';
import type { Device } from '../compute/device';
import type { DenseMatrix, DeviceBuffer } from '../compute/memory';
import type { ReplacedRows, TrainedRows } from './trained-rows';
import { freeHeadRows, headRows, type HeadRows } from './head-rows';
import { longestText, type LlamaConfig } from './llama-config';
import { asMatrix, type Parameter, type ParameterSet } from './parameters';
import type { Rope } from './rope-scaling';
import { partOf, type Projection } from './module-parts';
import type { ModuleName, ProjectionName } from './modules';
import { hasBias, modulePath, rowsOfParts } from './projections';
import { ropeTables } from './rope-table';
import type { RopeName } from './families/family';
import type { Tuning } from './tuning';
import { EMBEDDING, HEAD, type BaseWeights } from './weights';

export interface Norm {
  readonly weight: DeviceBuffer;
  /** What the weight is added to. */
  readonly offset: number;
  readonly gradient: DeviceBuffer | undefined;
}

export interface Layer {
  readonly index: number;
  /** Sliding window, 0 for none. */
  readonly window: number;
  /** Undefined where positions are not encoded. */
  readonly rope: RopeName | undefined;
  /** Norms before attention and the feed-forward part, and on what they add to the stream. */
  readonly inputNorm: Norm | undefined;
  readonly attentionOutputNorm: Norm | undefined;
  readonly mlpNorm: Norm | undefined;
  readonly mlpOutputNorm: Norm | undefined;
  readonly qNorm: Norm | undefined;
  readonly kNorm: Norm | undefined;
  readonly projections: Readonly<Record<ProjectionName, Projection>>;
}

/** The token table at the bottom and the map to the vocabulary at the top; tied models have one matrix for both. */
export interface Table {
  readonly matrix: DenseMatrix;
  readonly gradient: DeviceBuffer | undefined;
  /** Rows in the place of some of the matrix's. */
  readonly rows: ReplacedRows | undefined;
}

/** fp32 [positions, rotated / 2] each, for the first `rotated` elements of each head. */
export interface RopeTable {
  readonly cos: DeviceBuffer;
  readonly sin: DeviceBuffer;
  readonly rotated: number;
}

interface RopeTables {
  readonly ropes: Readonly<Partial<Record<RopeName, RopeTable>>>;
  readonly positions: number;
}

/** Blocks of indices: a few numbers a token. */
const INDEX_BYTES = 256 << 10;

/** A tensor as the model uses it. */
interface Slot {
  readonly data: DeviceBuffer;
  readonly gradient: DeviceBuffer | undefined;
}

function trainedRows(parameter: Parameter): TrainedRows {
  return { matrix: asMatrix(parameter), gradient: parameter.gradient };
}

/** The projections that the matrices of a layer hold. */
function projectionsOf(config: LlamaConfig, matrix: (name: ModuleName) => Projection): Layer['projections'] {
  const named = config.modules.flatMap((module) => {
    const whole = matrix(module);
    const parts = rowsOfParts(config, module);
    return parts.map((part) => [part.name, parts.length === 1 ? whole : partOf(whole, part)] as const);
  });
  return Object.fromEntries(named) as Record<ProjectionName, Projection>;
}

/**
 * A Llama-family decoder on a device: the base weights, and what a tuning puts in their place or beside them. Holds no state of a
 * pass but its workspace and the rotary tables.
 */
export class LlamaModel {
  readonly layers: readonly Layer[];
  readonly embedding: Table;
  readonly head: Table;
  readonly finalNorm: Norm;
  /** Rows before the tokens of every sequence. */
  readonly prompt: TrainedRows | undefined;
  /** What the trained rows of the head add to its logits. */
  readonly headRows: HeadRows | undefined;
  /** Activations of a pass, and the indices of all passes that are under way. */
  readonly workspace: Arena;
  readonly indices: Arena;
  private rope: RopeTables | undefined;

  /**
   * @param tuning what is trained in it or beside it
   */
  constructor(
    readonly device: Device,
    readonly config: LlamaConfig,
    weights: BaseWeights,
    readonly tuning?: Tuning,
  ) {
    this.workspace = new Arena(device);
    this.indices = new Arena(device, 'i32', INDEX_BYTES);
    const slot = (name: string, stored = name): Slot => {
      const parameter = tuning?.replaces(name);
      return parameter === undefined
        ? { data: weights.dense(stored), gradient: undefined }
        : { data: parameter.value, gradient: parameter.gradient };
    };
    const norm = (name: string): Norm => {
      const { data, gradient } = slot(name);
      return { weight: data, offset: config.normOffset, gradient };
    };
    const table = (name: string, stored = name): Table => {
      const { data, gradient } = slot(name, stored);
      const matrix = { kind: 'dense', data, rows: config.vocabSize, cols: config.hiddenSize } as const;
      const trained = tuning?.tokenRows?.(name);
      const rows = trained && { ids: trained.ids, ...trainedRows(trained.parameter) };
      return { matrix, gradient, rows };
    };
    this.embedding = table(EMBEDDING);
    const ownHead = (): Table => table(HEAD, config.tieWordEmbeddings ? EMBEDDING : HEAD);
    this.head = config.tieWordEmbeddings && tuning?.partsTables !== true ? this.embedding : ownHead();
    this.finalNorm = norm('model.norm.weight');
    const prompt = tuning?.prompt;
    this.prompt = prompt && trainedRows(prompt);
    this.headRows = this.head.rows && headRows(device, this.head.matrix, this.head.rows);
    this.layers = Array.from({ length: config.layers }, (_, index) => {
      const prefix = `model.layers.${index}.`;
      const placed = (name: string | undefined): Norm | undefined =>
        name === undefined ? undefined : norm(`${prefix}${name}.weight`);
      const matrix = (name: ModuleName): Projection => {
        const tensor = `${prefix}${modulePath(name)}`;
        const trained = tuning?.replaces(`${tensor}.weight`);
        const bias = hasBias(config, name) ? slot(`${tensor}.bias`) : undefined;
        return {
          weight: trained === undefined ? weights.matrix(`${tensor}.weight`) : asMatrix(trained),
          bias: bias?.data,
          gradWeight: trained?.gradient,
          gradBias: bias?.gradient,
          delta: tuning?.delta(index, name),
        };
      };
      return {
        index,
        window: config.windows[index]!,
        rope: config.ropes[index],
        inputNorm: placed(config.norms.input),
        attentionOutputNorm: placed(config.norms.attentionOutput),
        mlpNorm: placed(config.norms.mlp),
        mlpOutputNorm: placed(config.norms.mlpOutput),
        qNorm: placed(config.qkNorm && 'self_attn.q_norm'),
        kNorm: placed(config.qkNorm && 'self_attn.k_norm'),
        projections: projectionsOf(config, matrix),
      };
    });
  }

  /** Tokens that a sequence may have. */
  get context(): number {
    return longestText(this.config) - (this.prompt?.matrix.rows ?? 0);
  }

  /** The trained tensors. */
  get trained(): ParameterSet | undefined {
    return this.tuning?.parameters;
  }

  /** The rotary tables for at least `positions` positions. */
  ropeFor(positions: number): Pick<RopeTables, 'ropes'> {
    if (this.rope !== undefined && this.rope.positions >= positions) return this.rope;
    if (this.rope !== undefined) this.freeRope();
    // Doubling keeps a growing conversation from rebuilding the tables at every token.
    let size = 256;
    while (size < positions) size *= 2;
    const { rope, localRope } = this.config;
    const local = localRope && { local: this.ropeTable(localRope, size) };
    this.rope = { ropes: { global: this.ropeTable(rope, size), ...local }, positions: size };
    return this.rope;
  }

  private ropeTable(rope: Rope, positions: number): RopeTable {
    const tables = ropeTables(rope, positions);
    const cos = this.device.alloc('f32', tables.cos.length);
    const sin = this.device.alloc('f32', tables.sin.length);
    this.device.write(cos, tables.cos);
    this.device.write(sin, tables.sin);
    return { cos, sin, rotated: rope.rotated };
  }

  private freeRope(): void {
    if (this.rope === undefined) return;
    for (const { cos, sin } of Object.values(this.rope.ropes)) {
      this.device.free(cos);
      this.device.free(sin);
    }
    this.rope = undefined;
  }

  /** Frees what the model itself holds; weights and adapter belong to the caller. */
  free(): void {
    this.workspace.free();
    this.indices.free();
    if (this.headRows !== undefined) freeHeadRows(this.device, this.headRows);
    this.freeRope();
  }
}
