import type { BlockMoment } from '../../src/compute/block-moments';
import { Arena } from '../../src/compute/arena';
import type { Device } from '../../src/compute/device';
import { dynamicMap } from '../../src/compute/dynamic-map';
import type { DeviceBuffer } from '../../src/compute/memory';
import type { LowRankDelta } from '../../src/compute/recorder';
import { onBench, type Bench } from './bench';
import { randomIndices, randoms } from './numbers';

const [TOKENS, DIM, HIDDEN, VOCAB] = [211, 192, 300, 3001];
const SHAPE = { heads: 6, kvHeads: 2, headDim: 32, scale: 32 ** -0.5, window: 0 };
/** Sequence lengths that lead to one pass of attention's backward on one thread and to two passes on several. */
const LENGTHS = [[211], [60, 90, 61]] as const;

/**
 * Every kernel once on sizes that are cut into many ranges; the results by name. They must not depend on the number of threads, nor
 * on the run.
 */
export async function exercise(device: Device): Promise<Map<string, Float32Array>> {
  const results = new Map<string, Float32Array>();
  await onBench(device, async (b) => {
    const random = (length: number, seed: number) => b.floats(randoms(length, seed));
    const keep = async (name: string, buffer: ReturnType<typeof random>) => results.set(name, await b.read(buffer));
    const x = random(TOKENS * DIM, 1);
    const dy = random(TOKENS * HIDDEN, 2);
    const w = b.matrix('bf16', randoms(HIDDEN * DIM, 3), HIDDEN, DIM);
    const y = b.zeros(TOKENS * HIDDEN);
    const dx = b.zeros(TOKENS * DIM);
    const dw = b.zeros(HIDDEN * DIM);
    b.kernels.linear(y, x, w, TOKENS);
    b.kernels.linearBackwardInput(dx, dy, w, TOKENS);
    b.kernels.linearBackwardWeight(dw, dy, x, TOKENS, HIDDEN, DIM);
    await keep('linear', y);
    await keep('linearBackwardInput', dx);
    await keep('linearBackwardWeight', dw);
    const db = b.zeros(HIDDEN);
    b.kernels.addBias(y, b.floats(randoms(HIDDEN, 4)), TOKENS, HIDDEN);
    b.kernels.addBiasBackward(db, dy, TOKENS, HIDDEN);
    await keep('addBias', y);
    await keep('addBiasBackward', db);

    const norm = random(DIM, 5);
    const dnorm = b.zeros(DIM);
    const normed = b.zeros(TOKENS * DIM);
    b.kernels.rmsNorm(normed, x, norm, TOKENS, DIM, 1e-5);
    b.kernels.rmsNormBackward(dx, normed, x, norm, TOKENS, DIM, 1e-5, { beta: 1, dweight: dnorm });
    await keep('rmsNorm', normed);
    await keep('rmsNormBackward', dx);
    await keep('rmsNormBackward, dweight', dnorm);

    const angles = randoms(TOKENS * 16, 6, 3);
    const positions = b.indices(Int32Array.from({ length: TOKENS }, (_, i) => i));
    const [cos, sin] = [Math.cos, Math.sin].map((f) => b.floats(Float64Array.from(angles, f)));
    const others = random(TOKENS * 64, 17);
    const turned = [
      { x: normed, heads: 6 },
      { x: others, heads: 2 },
    ];
    b.kernels.rope(turned, cos!, sin!, positions, TOKENS, 32);
    await keep('rope, of others', others);
    await keep('rope', normed);

    await coarse(b, keep);

    for (const lengths of LENGTHS) {
      let at = 0;
      const table = lengths.map((n) => [(at += n) - n, n, at - n, n] as const);
      const [k, v, dout] = [random(TOKENS * 64, 7), random(TOKENS * 64, 8), random(TOKENS * DIM, 9)];
      const [o, lse, dq, dk, dv] = [DIM, 6, DIM, 64, 64].map((width) => b.zeros(TOKENS * width));
      b.kernels.attention(o!, lse, x, k, v, b.sequences(table), SHAPE);
      b.kernels.attentionBackward(dq!, dk!, dv!, dout, x, k, v, o!, lse!, b.sequences(table), SHAPE);
      for (const [name, buffer] of Object.entries({ o, lse, dq, dk, dv })) {
        await keep(`attention over ${lengths.join('+')}, ${name}`, buffer!);
      }
    }

    const n = 100_003;
    const [gate, up, dh] = [random(n, 10), random(n, 11), random(n, 12)];
    const [h, dgate, dup] = [b.zeros(n), b.zeros(n), b.zeros(n)];
    b.kernels.swiglu(h, gate, up);
    b.kernels.swigluBackward(dgate, dup, dh, gate, up);
    await keep('swiglu', h);
    await keep('swigluBackward, dgate', dgate);
    await keep('swigluBackward, dup', dup);
    b.kernels.geglu(h, gate, up);
    b.kernels.gegluBackward(dgate, dup, dh, gate, up);
    b.kernels.scale(dup, 0.7);
    await keep('geglu', h);
    await keep('gegluBackward, dgate', dgate);
    await keep('gegluBackward, dup, and scale', dup);
    b.kernels.add(h, gate);
    b.kernels.dropout(h, up, { p: 0.2, seed: 5, offset: 3 }, 1);
    b.kernels.addNoise(h, { magnitude: 0.1, seed: 5, offset: 3 });
    await keep('add, dropout and noise', h);
    b.kernels.dither(h, 'bf16', { seed: 5, offset: 3 });
    await keep('dither', h);
    const half = b.stored('bf16', new Float32Array(n));
    b.kernels.copy(half, h);
    await keep('copy', half);

    const ids = b.indices(randomIndices(TOKENS, 50, 13));
    const rows = b.zeros(TOKENS * DIM);
    b.kernels.gatherRows(rows, { kind: 'dense', data: w.data.slice(0, 50 * DIM), rows: 50, cols: DIM }, ids, TOKENS);
    const scattered = b.zeros(50 * DIM);
    b.kernels.scatterRows(scattered, x, ids, TOKENS, DIM, 1);
    await keep('gatherRows', rows);
    await keep('scatterRows', scattered);

    const [nll, logits] = [b.zeros(20), random(20 * VOCAB, 14)];
    b.kernels.crossEntropy(nll, logits, b.indices(randomIndices(20, VOCAB, 15)), 20, VOCAB, 0.1);
    await keep('crossEntropy, nll', nll);
    await keep('crossEntropy, gradient', logits);

    const [sums, verdict] = [b.zeros(4), b.zeros(4)];
    b.kernels.sumRanges(sums, up, b.indices([0, 1000, n]));
    b.kernels.clip(verdict, gate, sums, 0.5);
    await keep('sumRanges', sums);
    await keep('clip', verdict);
    const [m, second] = [b.zeros(n), b.zeros(n)];
    const step = {
      learningRate: 1e-3,
      beta1: 0.9,
      beta2: 0.999,
      eps: 1e-8,
      weightDecay: 0.01,
      step: 1,
    };
    b.kernels.adamw(gate, dh, m, second, step, verdict);
    await keep('adamw', gate);

    const blocks = Array.from({ length: Math.ceil(n / 256) }, (_, i) => {
      // Every ninth block in fp32.
      const home = i % 9 === 0 ? -1 - i : i;
      return [256 * i, Math.min(256, n - 256 * i), home] as const;
    });
    const moment = (signed: boolean): BlockMoment => ({
      map: b.floats(dynamicMap(signed)),
      codes: b.bytes(new Uint8Array(256 * blocks.length)),
      absmax: b.zeros(blocks.length),
      exact: b.zeros(256 * blocks.length),
    });
    const [first8, second8, table] = [moment(true), moment(false), b.blocks(blocks)];
    for (const gradient of [dh, up]) b.kernels.adamw8bit(gate, gradient, first8, second8, table, step, verdict);
    await keep('adamw8bit', gate);
    for (const [name, { codes, absmax }] of Object.entries({ first8, second8 })) {
      results.set(`adamw8bit, ${name} codes`, Float32Array.from(await b.readBytes(codes)));
      await keep(`adamw8bit, ${name} absmax`, absmax);
    }
  });
  return results;
}

const [RANK, WIDTHS] = [9, [300, 70, 150]] as const;

/** Projections with LoRA beside them, of a norm and of a gate, and back, in several tiles and none of them whole. */
async function coarse(b: Bench, keep: (name: string, buffer: DeviceBuffer) => Promise<unknown>): Promise<void> {
  const scratch = new Arena(b.device);
  for (const before of ['norm', 'gate'] as const) {
    const random = (length: number, seed: number, size?: number) => b.floats(randoms(length, seed, size));
    const x = random(TOKENS * DIM, 20);
    const given =
      before === 'norm'
        ? { norm: { weight: random(DIM, 21), eps: 1e-5, gradient: b.zeros(DIM) } }
        : { gate: { activation: 'silu', up: random(TOKENS * DIM, 22) } as const };
    const parts = WIDTHS.map((out, i) => {
      const delta: LowRankDelta = {
        kind: 'low-rank',
        a: b.matrix('f32', randoms(RANK * DIM, 30 + i, 0.1), RANK, DIM),
        b: b.matrix('f32', randoms(out * RANK, 40 + i, 0.1), out, RANK),
        gradA: b.zeros(RANK * DIM),
        gradB: b.zeros(out * RANK),
        scale: 0.5,
      };
      const weight = b.matrix('bf16', randoms(out * DIM, 50 + i, 0.1), out, DIM);
      return { weight, delta: { delta, xa: b.zeros(TOKENS * RANK) } };
    });
    const outputs = parts.map((part, i) => {
      return { ...part, y: b.zeros(TOKENS * WIDTHS[i]!), base: i === 0 ? random(TOKENS * WIDTHS[0], 60) : undefined };
    });
    b.kernels.projectAll(scratch, { rows: TOKENS, x, ...given, parts: outputs });
    const backward = parts.map((part, i) => ({ ...part, dy: random(TOKENS * WIDTHS[i]!, 70 + i, 0.1) }));
    const dx = before === 'norm' ? random(TOKENS * DIM, 80) : x;
    b.kernels.projectAllBackward(scratch, { rows: TOKENS, x, ...given, parts: backward, dx });
    await keep(`behind a ${before}, dx`, dx);
    if (given.gate !== undefined) await keep('behind a gate, dup', given.gate.up);
    for (const [i, { y, delta }] of outputs.entries()) {
      await keep(`behind a ${before}, y ${i}`, y);
      await keep(`behind a ${before}, da ${i}`, delta.delta.gradA);
      await keep(`behind a ${before}, db ${i}`, delta.delta.gradB);
    }
  }
  scratch.free();
}
