import { droppedBits, dropoutThreshold } from '../../kernel-numbers';
import type { Draw } from '../../kernels';
import { elementwise } from '../program';
import type { Kernel } from '../kernel';

const SCALE = elementwise('scale', ['x'], { factor: 'f32' }, 'x_put(i, x_at(i) * p.factor);');
const ADD = elementwise('add', ['y', 'x'], {}, 'y_put(i, y_at(i) + x_at(i));');

/** Word e % 4 of Philox4x32-10 (Salmon et al. 2011) with counter e / 4 and the seed as key, for element e = offset + i. */
const PHILOX = `
fn multiply(a: u32, b: u32) -> vec2u {
  let low = (a & 0xffffu) * (b & 0xffffu);
  let one = (a >> 16u) * (b & 0xffffu) + (low >> 16u);
  let two = (a & 0xffffu) * (b >> 16u) + (one & 0xffffu);
  return vec2u(a * b, (a >> 16u) * (b >> 16u) + (one >> 16u) + (two >> 16u));
}
fn word_of(i: u32) -> u32 {
  let low = p.offset_low + i;
  let high = p.offset_high + u32(low < i);
  var c = vec4u((low >> 2u) | (high << 30u), high >> 2u, 0u, 0u);
  var k = vec2u(p.seed_low, p.seed_high);
  for (var round = 0u; round < 10u * p.one; round++) {
    let a = multiply(c.x, 0xd2511f53u);
    let b = multiply(c.z, 0xcd9e8d57u);
    c = vec4u(b.y ^ c.y ^ k.x, b.x, a.y ^ c.w ^ k.y, a.x);
    k += vec2u(0x9e3779b9u, 0xbb67ae85u);
  }
  return c[low & 3u];
}`;
const DRAWN = { seed_low: 'u32', seed_high: 'u32', offset_low: 'u32', offset_high: 'u32' } as const;
const DROPOUT = elementwise(
  'dropout',
  ['y', 'x'],
  { ...DRAWN, threshold: 'u32', factor: 'f32', beta: 'u32' },
  `let kept = select(0.0, x_at(i) * p.factor, word_of(i) >= p.threshold);
    if (p.beta == 0u) { y_put(i, kept); } else { y_put(i, y_at(i) + kept); }`,
  PHILOX,
);
const NOISE = elementwise(
  'noise',
  ['x'],
  { ...DRAWN, magnitude: 'f32' },
  'x_put(i, x_at(i) + p.magnitude * ((f32(word_of(i) >> 9u) + 0.5) * 2.384185791015625e-7 - 1.0));',
  PHILOX,
);
const DITHER = elementwise(
  'dither',
  ['x'],
  { ...DRAWN, dropped: 'u32' },
  'x_put(i, bitcast<f32>((bitcast<u32>(x_at(i)) + (word_of(i) & p.dropped)) & ~p.dropped));',
  PHILOX,
);

export const scale: Kernel<'scale'> = (r, x, factor) => {
  r.eachOf(SCALE, { x }, { factor });
};

export const add: Kernel<'add'> = (r, y, x) => {
  r.eachOf(ADD, { y, x });
};

export const dropout: Kernel<'dropout'> = (r, y, x, mask, beta = 0) => {
  const threshold = dropoutThreshold(mask.p);
  const factor = 1 / (1 - mask.p);
  r.eachOf(DROPOUT, { y, x }, (from) => ({ ...drawn(mask, from), threshold, factor, beta }));
};

export const addNoise: Kernel<'addNoise'> = (r, x, noise) => {
  const { magnitude } = noise;
  r.eachOf(NOISE, { x }, (from) => ({ ...drawn(noise, from), magnitude }));
};

export const dither: Kernel<'dither'> = (r, x, type, draw) => {
  r.eachOf(DITHER, { x }, (from) => ({ ...drawn(draw, from), dropped: droppedBits(type) }));
};

/** Halves of the seed and of the offset of an element. */
function drawn({ seed, offset }: Draw, from: number): Record<keyof typeof DRAWN, number> {
  const [low, high] = [(x: bigint) => Number(x & 0xffffffffn), (x: bigint) => Number(x >> 32n)];
  const at = BigInt(offset) + BigInt(from);
  return {
    seed_low: low(BigInt(seed)),
    seed_high: high(BigInt(seed)),
    offset_low: low(at),
    offset_high: high(at),
  };
}
