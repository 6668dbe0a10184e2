import { describe, it } from 'node:test';
import { Arena } from '../../src/compute/arena';
import type { Device } from '../../src/compute/device';
import type { DeviceBuffer } from '../../src/compute/memory';
import type { DropoutMask } from '../../src/compute/kernels';
import type { LowRankDelta, ProjectAll, ProjectAllBackward } from '../../src/compute/recorder';
import { onBench, type Bench } from './bench';
import { assertClose, dot, numericalGradient, randomIndices, randoms } from './numbers';
import * as reference from './reference';

const [ROWS, COLS, EPS] = [5, 12, 1e-5];
const SCALE = 0.75;
const WIDTHS = [9, 4, 7] as const;
const RANK = 3;
const MASK: DropoutMask = { p: 0.25, seed: 3, offset: 40 };

/** What the projections of one input are made of; the second has no delta, the third no bias. */
interface Weights {
  readonly norm: Float32Array;
  /** Of a gate. */
  readonly up: Float32Array;
  readonly parts: readonly {
    readonly w: Float32Array;
    readonly bias?: Float32Array;
    readonly a?: Float32Array;
    readonly b?: Float32Array;
    /** Of a delta with magnitudes; its norms are given. */
    readonly m?: Float32Array;
    /** A pair that is not trained. */
    readonly c?: Float32Array;
    readonly d?: Float32Array;
  }[];
}

/** What stands between the input and the projections. */
const BEFORE = ['nothing', 'a norm', 'a gate with SiLU', 'a gate with GELU'] as const;
type Before = (typeof BEFORE)[number];

function seen(x: ArrayLike<number>, { norm, up }: Weights, before: Before): ArrayLike<number> {
  if (before === 'nothing') return x;
  if (before === 'a norm') return reference.rmsNorm(x, norm, ROWS, COLS, EPS);
  return before === 'a gate with SiLU' ? reference.swiglu(x, up) : reference.geglu(x, up);
}

/** What deltas have beside their pair. */
type Beside = 'nothing' | 'magnitudes' | 'a fixed pair';
const FIXED_RANK = 2;
const FIXED_SCALE = -0.6;
const FIXED = WIDTHS.map((out, i) => ({
  c: randoms(FIXED_RANK * COLS, 102 + i, 0.5),
  d: randoms(out * FIXED_RANK, 112 + i, 0.5),
}));

/** Any will do: they are constants. */
const NORMS = WIDTHS.map((out, i) => randoms(out, 90 + i).map((x) => 1 + x * x));

function weights(beside: Beside): Weights {
  return {
    norm: randoms(COLS, 1).map((x) => 1 + 0.2 * x),
    up: randoms(ROWS * COLS, 51),
    parts: WIDTHS.map((out, i) => ({
      w: randoms(out * COLS, 2 + i, 0.5),
      ...(i === 2 ? {} : { bias: randoms(out, 12 + i) }),
      ...(i === 1 ? {} : { a: randoms(RANK * COLS, 22 + i, 0.5), b: randoms(out * RANK, 32 + i, 0.5) }),
      ...(beside === 'magnitudes' && i !== 1 ? { m: randoms(out, 42 + i) } : {}),
      ...(beside === 'a fixed pair' && i !== 1 ? FIXED[i] : {}),
    })),
  };
}

/** The outputs in double precision. @param mask what dropout multiplies the input of the deltas by */
function forward(x: ArrayLike<number>, given: Weights, before: Before, mask: Float32Array): Float64Array[] {
  const { parts } = given;
  const z = seen(x, given, before);
  const dropped = Float64Array.from(mask, (factor, i) => factor * z[i]!);
  return parts.map(({ w, bias, a, b, m, c, d }, part) => {
    const out = WIDTHS[part]!;
    const y = reference.linear(z, w, ROWS, out, COLS);
    const delta =
      a && b ? reference.linear(reference.linear(dropped, a, ROWS, RANK, COLS), b, ROWS, out, RANK) : undefined;
    // It sees no dropout.
    const fixed = c && d && reference.linear(reference.linear(z, c, ROWS, FIXED_RANK, COLS), d, ROWS, out, FIXED_RANK);
    const kept = m && reference.linear(dropped, w, ROWS, out, COLS);
    return y.map((value, i) => {
      const added = SCALE * (delta?.[i] ?? 0);
      const factor = m && m[i % out]! / NORMS[part]![i % out]!;
      // As PEFT's DoRA: the base's own product of the input as it is, and (factor - 1) times that of the input that dropout left.
      const change = factor === undefined ? added : (factor - 1) * kept![i]! + factor * added;
      return value + (bias?.[i % out] ?? 0) + change + FIXED_SCALE * (fixed?.[i] ?? 0);
    });
  });
}

/** The same on the device, with room for the gradients. */
function onDevice(b: Bench, given: Weights, before: Before, dropout: DropoutMask | undefined) {
  const parts = given.parts.map(({ w, bias, a, b: up, m, c, d }, part) => {
    const out = WIDTHS[part]!;
    const delta: LowRankDelta | undefined = a &&
      up && {
        kind: 'low-rank',
        a: b.matrix('f32', a, RANK, COLS),
        b: b.matrix('f32', up, out, RANK),
        gradA: b.zeros(a.length),
        gradB: b.zeros(up.length),
        scale: SCALE,
        ...(m && { magnitude: { value: b.floats(m), gradient: b.zeros(out), norms: b.floats(NORMS[part]!) } }),
        ...(c &&
          d && {
            fixed: {
              a: b.matrix('f32', c, FIXED_RANK, COLS),
              b: b.matrix('f32', d, out, FIXED_RANK),
              scale: FIXED_SCALE,
            },
          }),
      };
    return {
      weight: b.matrix('f32', w, out, COLS),
      // A weight with magnitudes is not trained itself.
      ...(m === undefined && { gradWeight: b.zeros(w.length) }),
      ...(bias && { bias: b.floats(bias), gradBias: b.zeros(bias.length) }),
      ...(delta && { delta: { delta, xa: b.zeros(ROWS * RANK), product: m && b.zeros(ROWS * out), dropout } }),
    };
  });
  const norm = { weight: b.floats(given.norm), eps: EPS, gradient: b.zeros(COLS) };
  if (before === 'nothing') return { parts };
  if (before === 'a norm') return { parts, norm };
  const activation = before === 'a gate with GELU' ? 'gelu' : 'silu';
  return { parts, gate: { activation, up: b.floats(given.up) } as const };
}

async function maskOf(b: Bench, dropout: DropoutMask | undefined): Promise<Float32Array> {
  const mask = b.floats(new Float32Array(ROWS * COLS).fill(1));
  if (dropout !== undefined) b.kernels.dropout(mask, mask, dropout);
  return b.read(mask);
}

export function coarseSuite(device: () => Device): void {
  void describe('projectAll and headLoss', () => {
    for (const beside of ['nothing', 'magnitudes', 'a fixed pair'] as const) {
      // What stands before knows nothing of what stands beside: gates are tried once.
      const tried = beside === 'nothing' ? BEFORE : BEFORE.slice(0, 2);
      for (const [before, dropout] of tried.flatMap((what) => [[what, undefined] as const, [what, MASK] as const])) {
        const name = `${before} before, ${dropout ? 'with' : 'without'} dropout, beside the deltas ${beside}`;
        void it(`projects one input three ways and back, ${name}`, () =>
          onBench(device(), async (b) => {
            const [given, x] = [weights(beside), randoms(ROWS * COLS, 50)];
            const mask = await maskOf(b, dropout);
            const { parts, norm, gate } = onDevice(b, given, before, dropout);
            const scratch = new Arena(b.device);
            const input = b.floats(x);
            const starts = WIDTHS.map((out, i) => randoms(ROWS * out, 60 + i));
            const outputs = parts.map((part, i): ProjectAll['parts'][number] => {
              const y = b.floats(starts[i]!);
              return { ...part, y, base: [y, undefined, b.floats(starts[0]!.slice(0, y.length))][i] };
            });
            b.kernels.projectAll(scratch, { rows: ROWS, x: input, norm, gate, parts: outputs });
            const expected = forward(x, given, before, mask);
            for (const [i, { y }] of outputs.entries()) {
              const whole = expected[i]!.map((value, at) => value + (i === 1 ? 0 : starts[0]![at]!));
              assertClose(await b.read(y), whole, 1e-5, `y ${i}`);
            }

            const dys = WIDTHS.map((out, i) => randoms(ROWS * out, 70 + i));
            const loss = (at: ArrayLike<number>, changed: Weights): number =>
              forward(at, changed, before, mask).reduce((sum, y, i) => sum + dot(y, dys[i]!), 0);
            const start = randoms(ROWS * COLS, 80);
            // The gradient of a gate takes the gate's own place.
            const dx = gate === undefined ? b.floats(start) : input;
            const backward = parts.map((part, i): ProjectAllBackward['parts'][number] => {
              return { ...part, dy: b.floats(dys[i]!) };
            });
            b.kernels.projectAllBackward(scratch, { rows: ROWS, x: input, norm, gate, parts: backward, dx });
            const gradient = numericalGradient((at) => loss(at, given), x);
            // Added to the stream's gradient behind a norm, in place of what was there elsewhere.
            const sum = gradient.map((value, i) => value + (norm === undefined ? 0 : start[i]!));
            assertClose(await b.read(dx), sum, 1e-4, 'dx');

            const check = async (what: string, got: DeviceBuffer | undefined, value: Float32Array | undefined) => {
              if (got === undefined || value === undefined) return;
              const slopes = numericalGradient((at) => {
                const swap = (old: Float32Array): Float32Array =>
                  old === value ? (at as unknown as Float32Array) : old;
                return loss(x, {
                  norm: swap(given.norm),
                  up: swap(given.up),
                  parts: given.parts.map(
                    (part) =>
                      Object.fromEntries(
                        Object.entries(part).map(([key, old]) => [key, swap(old)]),
                      ) as unknown as Weights['parts'][number],
                  ),
                });
              }, value);
              assertClose(await b.read(got), slopes, 1e-4, what);
            };
            if (norm !== undefined) await check('dnorm', norm.gradient, given.norm);
            if (gate !== undefined) await check('dup', gate.up, given.up);
            for (const [i, part] of parts.entries()) {
              const { w, bias, a, b: up, m } = given.parts[i]!;
              await check(`dw ${i}`, part.gradWeight, w);
              await check(`dbias ${i}`, part.gradBias, bias);
              await check(`da ${i}`, part.delta?.delta.gradA, a);
              await check(`db ${i}`, part.delta?.delta.gradB, up);
              await check(`dm ${i}`, part.delta?.delta.magnitude?.gradient, m);
            }
            b.submit();
            scratch.free();
          }));
      }
    }

    void it('gives the loss and its gradients', () =>
      onBench(device(), async (b) => {
        const [n, vocab, scale] = [5, 23, 0.3];
        const [x, w] = [randoms(n * COLS, 1), randoms(vocab * COLS, 2)];
        const gain = randoms(COLS, 3).map((value) => 1 + 0.2 * value);
        const ids = Array.from(randomIndices(n, vocab, 5));
        const losses = (
          inputs: ArrayLike<number>,
          head: ArrayLike<number>,
          norm: ArrayLike<number>,
        ): ArrayLike<number> => {
          const z = reference.rmsNorm(inputs, Float32Array.from(norm), n, COLS, EPS);
          return reference.crossEntropy(Float32Array.from(reference.linear(z, head, n, vocab, COLS)), ids, n, vocab);
        };
        const scratch = new Arena(b.device);
        const [nll, dx, headGradient, gradient] = [b.zeros(n), b.zeros(x.length), b.zeros(w.length), b.zeros(COLS)];
        b.kernels.fill(dx, NaN);
        b.kernels.headLoss(scratch, {
          x: b.floats(x),
          cols: COLS,
          targets: b.indices(ids),
          norm: { weight: b.floats(gain), eps: EPS, gradient },
          head: b.matrix('f32', w, vocab, COLS),
          headGradient,
          nll,
          backward: { dx, gradScale: scale },
        });
        assertClose(await b.read(nll), losses(x, w, gain), 1e-5, 'nll');
        const sum = (values: ArrayLike<number>): number =>
          scale * Array.from(values).reduce((total, value) => total + value, 0);
        const step = 1e-3;
        assertClose(
          await b.read(dx),
          numericalGradient((v) => sum(losses(v, w, gain)), x, step),
          2e-4,
          'dx',
        );
        assertClose(
          await b.read(headGradient),
          numericalGradient((v) => sum(losses(x, v, gain)), w, step),
          2e-4,
          'dw',
        );
        assertClose(
          await b.read(gradient),
          numericalGradient((v) => sum(losses(x, w, v)), gain, step),
          2e-4,
          'dnorm',
        );
        scratch.free();
      }));
  });
}
