import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { atLeastOne } from '../at-least-one';
import type { Device } from '../../src/compute/device';
import { onBench } from './bench';
import { assertClose } from './numbers';

/** What test/reference/kernels.py writes. */
interface Fixtures {
  readonly linear: Record<'m' | 'n' | 'k', number> &
    Record<'x' | 'w' | 'bias' | 'dy' | 'y' | 'dx' | 'dw' | 'db', number[]>;
  readonly rms_norm: Record<'rows' | 'dim' | 'eps', number> &
    Record<'x' | 'weight' | 'dy' | 'y' | 'dx' | 'dweight', number[]>;
  readonly rope: Record<'tokens' | 'heads' | 'head_dim', number> &
    Record<'positions' | 'cos' | 'sin' | 'x' | 'dy' | 'y' | 'dx', number[]>;
  readonly attention: readonly (Record<'heads' | 'kv_heads' | 'head_dim' | 'window', number> &
    Record<'lengths' | 'q' | 'k' | 'v' | 'dout' | 'o' | 'dq' | 'dk' | 'dv', number[]>)[];
  readonly swiglu: Record<'gate' | 'up' | 'dh' | 'h' | 'dgate' | 'dup', number[]>;
  readonly cross_entropy: Record<'rows' | 'vocab' | 'grad_scale', number> &
    Record<'logits' | 'targets' | 'nll' | 'dlogits', number[]>;
  readonly adamw: Record<'lr' | 'eps' | 'weight_decay', number> & {
    readonly betas: [number, number];
    readonly parameter: number[];
    readonly gradients: number[][];
    readonly states: number[][];
  };
}

/** The kernels against PyTorch: its own forward and its autograd, in double precision. */
export function pytorchSuite(device: () => Device): void {
  const file = path.join('test', 'reference', 'kernels.json');
  const fixtures = JSON.parse(readFileSync(file, 'utf8')) as Fixtures;

  void describe('as PyTorch computes it', () => {
    void it('linear with a bias', () =>
      onBench(device(), async (b) => {
        const { m, n, k, ...f } = fixtures.linear;
        const w = b.matrix('f32', f.w, n, k);
        const [x, dy, y, dx] = [b.floats(f.x), b.floats(f.dy), b.zeros(m * n), b.zeros(m * k)];
        const [dw, db] = [b.zeros(n * k), b.zeros(n)];
        b.kernels.linear(y, x, w, m);
        b.kernels.addBias(y, b.floats(f.bias), m, n);
        b.kernels.linearBackwardInput(dx, dy, w, m);
        b.kernels.linearBackwardWeight(dw, dy, x, m, n, k);
        b.kernels.addBiasBackward(db, dy, m, n);
        assertClose(await b.read(y), f.y, 2e-6, 'y');
        assertClose(await b.read(dx), f.dx, 2e-6, 'dx');
        assertClose(await b.read(dw), f.dw, 2e-6, 'dw');
        assertClose(await b.read(db), f.db, 2e-6, 'db');
      }));

    void it('rms_norm', () =>
      onBench(device(), async (b) => {
        const { rows, dim, eps, ...f } = fixtures.rms_norm;
        const [x, w, y, dweight] = [b.floats(f.x), b.floats(f.weight), b.zeros(rows * dim), b.zeros(dim)];
        b.kernels.rmsNorm(y, x, w, rows, dim, eps);
        assertClose(await b.read(y), f.y, 1e-6, 'y');
        b.kernels.rmsNormBackward(y, b.floats(f.dy), x, w, rows, dim, eps, { beta: 0, dweight });
        assertClose(await b.read(y), f.dx, 2e-6, 'dx');
        assertClose(await b.read(dweight), f.dweight, 2e-6, 'dweight');
      }));

    void it('rotary embedding of halves', () =>
      onBench(device(), async (b) => {
        const { tokens, heads, head_dim, ...f } = fixtures.rope;
        const [cos, sin, positions] = [b.floats(f.cos), b.floats(f.sin), b.indices(f.positions)];
        const [x, dx] = [b.floats(f.x), b.floats(f.dy)];
        b.kernels.rope([{ x, heads }], cos, sin, positions, tokens, head_dim);
        b.kernels.rope([{ x: dx, heads }], cos, sin, positions, tokens, head_dim, true);
        assertClose(await b.read(x), f.y, 1e-6, 'y');
        assertClose(await b.read(dx), f.dx, 1e-6, 'dx');
      }));

    for (const f of atLeastOne(fixtures.attention)) {
      void it(`scaled_dot_product_attention with grouped heads, window ${f.window}`, () =>
        onBench(device(), async (b) => {
          const { heads, kv_heads: kvHeads, head_dim: headDim, window } = f;
          const shape = { heads, kvHeads, headDim, window, scale: 1 / Math.sqrt(headDim) };
          let at = 0;
          const table = b.sequences(f.lengths.map((n) => [(at += n) - n, n, at - n, n] as const));
          const [q, k, v, dout] = [b.floats(f.q), b.floats(f.k), b.floats(f.v), b.floats(f.dout)];
          const [o, lse] = [b.zeros(q.length), b.zeros(q.length / headDim)];
          const [dq, dk, dv] = [b.zeros(q.length), b.zeros(k.length), b.zeros(v.length)];
          b.kernels.attention(o, lse, q, k, v, table, shape);
          b.kernels.attentionBackward(dq, dk, dv, dout, q, k, v, o, lse, table, shape);
          assertClose(await b.read(o), f.o, 2e-6, 'o');
          assertClose(await b.read(dq), f.dq, 2e-6, 'dq');
          assertClose(await b.read(dk), f.dk, 2e-6, 'dk');
          assertClose(await b.read(dv), f.dv, 2e-6, 'dv');
        }));
    }

    void it('silu(gate) * up', () =>
      onBench(device(), async (b) => {
        const f = fixtures.swiglu;
        const [gate, up, h] = [b.floats(f.gate), b.floats(f.up), b.zeros(f.h.length)];
        b.kernels.swiglu(h, gate, up);
        assertClose(await b.read(h), f.h, 1e-6, 'h');
        b.kernels.swigluBackward(gate, up, b.floats(f.dh), gate, up);
        assertClose(await b.read(gate), f.dgate, 1e-6, 'dgate');
        assertClose(await b.read(up), f.dup, 1e-6, 'dup');
      }));

    void it('cross_entropy', () =>
      onBench(device(), async (b) => {
        const { rows, vocab, grad_scale, ...f } = fixtures.cross_entropy;
        const [nll, logits] = [b.zeros(rows), b.floats(f.logits)];
        b.kernels.crossEntropy(nll, logits, b.indices(f.targets), rows, vocab, grad_scale);
        assertClose(await b.read(nll), f.nll, 1e-6, 'nll');
        assertClose(await b.read(logits), f.dlogits, 1e-7, 'gradient');
      }));

    void it('three steps of AdamW with weight decay', () =>
      onBench(device(), async (b) => {
        const { lr, betas, eps, weight_decay, parameter, gradients, states } = fixtures.adamw;
        const n = parameter.length;
        const [p, m, v] = [b.floats(parameter), b.zeros(n), b.zeros(n)];
        for (const [i, gradient] of gradients.entries()) {
          const settings = {
            learningRate: lr,
            beta1: betas[0],
            beta2: betas[1],
            eps,
            weightDecay: weight_decay,
            step: i + 1,
          };
          b.kernels.adamw(p, b.floats(gradient), m, v, settings, b.floats([0, 0, 1, 1]));
          assertClose(await b.read(p), states[i]!, 5e-7, `after step ${i + 1}`);
        }
      }));
  });
}
