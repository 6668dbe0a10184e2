import os from 'node:os';
import { SftError } from '../../base/errors';
import type {
  AdamWStep,
  AttentionShape,
  Device,
  DeviceBuffer,
  DropoutMask,
  DType,
  LinearOptions,
  Sequences,
  WeightFile,
  WeightMatrix,
} from '../device';
import type { Address, CpuLibrary } from './bindings';
import {
  anyFloats,
  attentionShape,
  DTYPE_CODE,
  floats,
  indicesBelow,
  integers,
  rowsOf,
  sequencesWithin,
  size,
  weight,
} from './checks';
import { CpuMemory } from './cpu-memory';
import { cpuLibrary } from './library';
import type { CpuBuffer } from './memory';

/** kDecodeRows of native/cpu/kernels/gemm.cpp: as many rows are multiplied by `multiply_dots`. */
const FEW_ROWS = 16;

/** Sets of vector instructions, best first. */
export const INSTRUCTION_SETS = ['avx512', 'avx2', 'neon', 'baseline'] as const;
export type InstructionSet = (typeof INSTRUCTION_SETS)[number];

const ISA_NAMES: Readonly<Record<InstructionSet, string>> = {
  avx512: 'AVX-512',
  avx2: 'AVX2',
  neon: 'NEON',
  baseline: 'baseline',
};

export interface CpuDeviceOptions {
  /** One per physical core unless given. */
  readonly threads?: number;
  /** The best this processor has unless given. */
  readonly isa?: InstructionSet;
}

/**
 * The CPU device: kernels of native/cpu on the library's own threads. Several may exist; they take turns.
 * @throws SftError native-library-missing, native-library-unusable, unsupported-instruction-set
 */
export function createCpuDevice(options: CpuDeviceOptions = {}): CpuDevice {
  return new CpuDevice(cpuLibrary(), options);
}

/** The settings that the library runs with: it has one table of kernels and one pool of threads for the whole process. */
let active: object | undefined;

export class CpuDevice implements Device {
  readonly kind = 'cpu';
  readonly fewRows = FEW_ROWS;
  readonly description: string;
  readonly isa: InstructionSet;
  readonly threads: number;
  readonly #loaded: CpuLibrary;
  readonly #settings = {};
  readonly #memory: CpuMemory;

  constructor(library: CpuLibrary, options: CpuDeviceOptions) {
    if (options.threads !== undefined) size('threads', options.threads, 1);
    if (library.init(options.isa ?? '', options.threads ?? 0) !== 0) {
      const names = options.isa === undefined ? '' : ISA_NAMES[options.isa];
      throw new SftError('unsupported-instruction-set', `this processor has no ${names}`, {
        remedy: 'leave the instruction set out: the best one is chosen',
        exitCode: 2,
      });
    }
    this.#loaded = library;
    this.#memory = new CpuMemory(library);
    this.isa = INSTRUCTION_SETS.find((name) => name === library.isa()) ?? 'baseline';
    this.threads = library.threads();
    const name = library.cpuName().trim() || (os.cpus()[0]?.model ?? 'CPU');
    this.description = `${name}, ${ISA_NAMES[this.isa]}, ${this.threads} ${this.threads === 1 ? 'thread' : 'threads'}`;
    active = this.#settings;
  }

  get #library(): CpuLibrary {
    if (active !== this.#settings) {
      this.#loaded.init(this.isa, this.threads);
      active = this.#settings;
    }
    return this.#loaded;
  }

  get allocatedBytes(): number {
    return this.#memory.allocatedBytes;
  }

  /** The largest value `allocatedBytes` ever had. */
  get peakAllocatedBytes(): number {
    return this.#memory.peakAllocatedBytes;
  }

  alloc(dtype: DType, length: number): CpuBuffer {
    return this.#memory.alloc(dtype, length);
  }

  free(buffer: DeviceBuffer): void {
    this.#memory.free(buffer);
  }

  openWeights(path: string): WeightFile {
    return this.#memory.openWeights(path);
  }

  write(buffer: DeviceBuffer, data: Float32Array | Int32Array | Uint16Array): void {
    this.#memory.write(buffer, data);
  }

  readFloats(buffer: DeviceBuffer): Promise<Float32Array> {
    return settle(() => this.#memory.readFloats(buffer));
  }

  readBits(buffer: DeviceBuffer): Promise<Uint16Array> {
    return settle(() => this.#memory.readBits(buffer));
  }

  sync(): Promise<void> {
    return Promise.resolve();
  }

  linear(y: DeviceBuffer, x: DeviceBuffer, w: WeightMatrix, m: number, options: LinearOptions = {}): void {
    const { rows: n, cols: k } = w;
    const to = floats('y', y, size('m', m) * n);
    const { alpha = 1, beta = 0 } = options;
    this.#library.linear(to, floats('x', x, m * k), weight('w', w), DTYPE_CODE[w.data.dtype], m, n, k, alpha, beta);
  }

  linearBackwardInput(
    dx: DeviceBuffer,
    dy: DeviceBuffer,
    w: WeightMatrix,
    m: number,
    options: LinearOptions = {},
  ): void {
    const { rows: n, cols: k } = w;
    const to = floats('dx', dx, size('m', m) * k);
    const from = floats('dy', dy, m * n);
    const { alpha = 1, beta = 0 } = options;
    this.#library.linearBackwardInput(to, from, weight('w', w), DTYPE_CODE[w.data.dtype], m, n, k, alpha, beta);
  }

  linearBackwardWeight(
    dw: DeviceBuffer,
    dy: DeviceBuffer,
    x: DeviceBuffer,
    m: number,
    n: number,
    k: number,
    options: LinearOptions = {},
  ): void {
    const to = floats('dw', dw, size('n', n) * size('k', k));
    const { alpha = 1, beta = 0 } = options;
    this.#library.linearBackwardWeight(
      to,
      floats('dy', dy, size('m', m) * n),
      floats('x', x, m * k),
      m,
      n,
      k,
      alpha,
      beta,
    );
  }

  addBias(y: DeviceBuffer, bias: DeviceBuffer, m: number, n: number): void {
    const to = floats('y', y, size('m', m) * size('n', n));
    this.#library.addBias(to, anyFloats('bias', bias, n), DTYPE_CODE[bias.dtype], m, n);
  }

  addBiasBackward(db: DeviceBuffer, dy: DeviceBuffer, m: number, n: number): void {
    this.#library.addBiasBackward(floats('db', db, size('n', n)), floats('dy', dy, size('m', m) * n), m, n);
  }

  rmsNorm(y: DeviceBuffer, x: DeviceBuffer, weight: DeviceBuffer, rows: number, dim: number, eps: number): void {
    const length = size('rows', rows) * size('dim', dim, 1);
    const w = anyFloats('weight', weight, dim);
    this.#library.rmsNorm(floats('y', y, length), floats('x', x, length), w, DTYPE_CODE[weight.dtype], rows, dim, eps);
  }

  rmsNormBackward(
    dx: DeviceBuffer,
    dy: DeviceBuffer,
    x: DeviceBuffer,
    weight: DeviceBuffer,
    rows: number,
    dim: number,
    eps: number,
    options: { readonly beta: 0 | 1; readonly dweight?: DeviceBuffer },
  ): void {
    const length = size('rows', rows) * size('dim', dim, 1);
    const to = floats('dx', dx, length);
    const from = floats('dy', dy, length);
    const w = anyFloats('weight', weight, dim);
    const dw = options.dweight === undefined ? 0 : floats('dweight', options.dweight, dim);
    const type = DTYPE_CODE[weight.dtype];
    this.#library.rmsNormBackward(to, from, floats('x', x, length), w, type, dw, rows, dim, eps, options.beta);
  }

  rope(
    x: DeviceBuffer,
    cos: DeviceBuffer,
    sin: DeviceBuffer,
    positions: DeviceBuffer,
    tokens: number,
    heads: number,
    headDim: number,
    inverse = false,
  ): void {
    if (headDim % 2 !== 0) throw new RangeError(`headDim ${headDim} is odd`);
    const at = floats('x', x, size('tokens', tokens) * size('heads', heads) * size('headDim', headDim, 2));
    const [cosines, limit] = rowsOf('cos', cos, headDim / 2);
    const sines = floats('sin', sin, cos.length);
    const places = integers('positions', positions, tokens);
    indicesBelow('positions', this.#memory.readIntegers(positions), limit);
    this.#library.rope(at, cosines, sines, places, tokens, heads, headDim, inverse ? 1 : 0);
  }

  attention(
    o: DeviceBuffer,
    lse: DeviceBuffer | undefined,
    q: DeviceBuffer,
    k: DeviceBuffer,
    v: DeviceBuffer,
    sequences: Sequences,
    shape: AttentionShape,
  ): void {
    attentionShape(shape);
    const { heads, kvHeads, headDim, scale, window } = shape;
    const [queries, queryRows] = rowsOf('q', q, heads * headDim);
    const [keys, keyRows] = rowsOf('k', k, kvHeads * headDim);
    const to = floats('o', o, q.length);
    const values = floats('v', v, k.length);
    const sums = lse === undefined ? 0 : floats('lse', lse, queryRows * heads);
    const table = this.#sequences(sequences, queryRows, keyRows, false);
    const { count } = sequences;
    this.#library.attention(to, sums, queries, keys, values, table, count, heads, kvHeads, headDim, scale, window);
  }

  attentionBackward(
    dq: DeviceBuffer,
    dk: DeviceBuffer,
    dv: DeviceBuffer,
    dout: DeviceBuffer,
    q: DeviceBuffer,
    k: DeviceBuffer,
    v: DeviceBuffer,
    o: DeviceBuffer,
    lse: DeviceBuffer,
    sequences: Sequences,
    shape: AttentionShape,
  ): void {
    attentionShape(shape);
    const { heads, kvHeads, headDim, scale, window } = shape;
    const [queries, queryRows] = rowsOf('q', q, heads * headDim);
    const [keys, keyRows] = rowsOf('k', k, kvHeads * headDim);
    this.#library.attentionBackward(
      floats('dq', dq, q.length),
      floats('dk', dk, k.length),
      floats('dv', dv, k.length),
      floats('dout', dout, q.length),
      queries,
      keys,
      floats('v', v, k.length),
      floats('o', o, q.length),
      floats('lse', lse, queryRows * heads),
      this.#sequences(sequences, queryRows, keyRows, true),
      sequences.count,
      heads,
      kvHeads,
      headDim,
      scale,
      window,
    );
  }

  swiglu(h: DeviceBuffer, gate: DeviceBuffer, up: DeviceBuffer): void {
    const n = h.length;
    this.#library.swiglu(floats('h', h, n), floats('gate', gate, n), floats('up', up, n), n);
  }

  swigluBackward(dgate: DeviceBuffer, dup: DeviceBuffer, dh: DeviceBuffer, gate: DeviceBuffer, up: DeviceBuffer): void {
    const n = dh.length;
    const from = floats('dh', dh, n);
    const inputs = [floats('gate', gate, n), floats('up', up, n)] as const;
    this.#library.swigluBackward(floats('dgate', dgate, n), floats('dup', dup, n), from, ...inputs, n);
  }

  add(y: DeviceBuffer, x: DeviceBuffer): void {
    this.#library.add(floats('y', y, y.length), floats('x', x, y.length), y.length);
  }

  copy(y: DeviceBuffer, x: DeviceBuffer): void {
    const accept = y.dtype === 'i32' ? integers : anyFloats;
    const to = accept('y', y, y.length);
    this.#library.copy(to, DTYPE_CODE[y.dtype], accept('x', x, y.length), DTYPE_CODE[x.dtype], y.length);
  }

  fill(x: DeviceBuffer, value: number): void {
    const at = (x.dtype === 'i32' ? integers : anyFloats)('x', x, x.length);
    this.#library.fill(at, DTYPE_CODE[x.dtype], x.length, value);
  }

  dropout(y: DeviceBuffer, x: DeviceBuffer, mask: DropoutMask, beta: 0 | 1 = 0): void {
    const { p, seed, offset } = mask;
    if (!(p >= 0 && p < 1)) throw new RangeError(`p is ${p}, outside [0, 1)`);
    const to = floats('y', y, y.length);
    const from = floats('x', x, y.length);
    this.#library.dropout(to, from, y.length, p, size('seed', seed), size('offset', offset), beta);
  }

  gatherRows(y: DeviceBuffer, table: WeightMatrix, ids: DeviceBuffer, n: number): void {
    const to = floats('y', y, size('n', n) * table.cols);
    const from = weight('table', table);
    const rows = integers('ids', ids, n);
    indicesBelow('ids', this.#memory.readIntegers(ids), table.rows);
    this.#library.gatherRows(to, from, DTYPE_CODE[table.data.dtype], rows, n, table.cols);
  }

  scatterRows(table: DeviceBuffer, x: DeviceBuffer, ids: DeviceBuffer, n: number, cols: number, beta: 0 | 1): void {
    const [to, limit] = rowsOf('table', table, size('cols', cols, 1));
    const from = floats('x', x, size('n', n) * cols);
    const rows = integers('ids', ids, n);
    indicesBelow('ids', this.#memory.readIntegers(ids), limit);
    this.#library.scatterRows(to, from, rows, n, cols, beta);
  }

  crossEntropy(
    nll: DeviceBuffer,
    logits: DeviceBuffer,
    targets: DeviceBuffer,
    rows: number,
    vocab: number,
    gradScale?: number,
  ): void {
    const to = floats('nll', nll, size('rows', rows));
    const from = floats('logits', logits, rows * size('vocab', vocab, 1));
    const ids = integers('targets', targets, rows);
    indicesBelow('targets', this.#memory.readIntegers(targets), vocab);
    this.#library.crossEntropy(to, from, ids, rows, vocab, gradScale === undefined ? 0 : 1, gradScale ?? 0);
  }

  sumSquares(x: DeviceBuffer): Promise<number> {
    return settle(() => this.#library.sumSquares(floats('x', x, x.length), x.length));
  }

  adamw(p: DeviceBuffer, grad: DeviceBuffer, m: DeviceBuffer, v: DeviceBuffer, step: AdamWStep): void {
    const n = p.length;
    const buffers = [floats('p', p, n), floats('grad', grad, n), floats('m', m, n), floats('v', v, n)] as const;
    const { learningRate, beta1, beta2, eps, weightDecay, gradScale } = step;
    const t = size('step', step.step, 1);
    this.#library.adamw(...buffers, n, learningRate, beta1, beta2, eps, weightDecay, t, gradScale);
  }

  /** The table's address, once its rows are known to lie within the buffers. */
  #sequences(sequences: Sequences, queryRows: number, keyRows: number, equal: boolean): Address {
    const address = integers('sequences', sequences.table, size('count', sequences.count) * 4);
    sequencesWithin(this.#memory.readIntegers(sequences.table), queryRows, keyRows, equal);
    return address;
  }
}

/** A throw in `work` becomes a rejection, as it does on a device that runs later. */
function settle<T>(work: () => T): Promise<T> {
  return new Promise((resolve) => {
    resolve(work());
  });
}
