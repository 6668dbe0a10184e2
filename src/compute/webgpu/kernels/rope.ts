import { elementwise } from '../program';
import type { Kernel } from '../kernel';

/** Of each pair of a head: (a, b) turns by the angle of its token's position. */
const ROPE = elementwise(
  'rope',
  ['x', 'cosines', 'sines', 'positions'],
  { heads: 'u32', width: 'u32', half: 'u32', sign: 'f32' },
  `let pair = i % p.half;
    let head = i / p.half;
    let angle = u32(positions_at(head / p.heads)) * p.half + pair;
    let c = cosines_at(angle);
    let s = sines_at(angle) * p.sign;
    let at = head * p.width + pair;
    let a = x_at(at);
    let b = x_at(at + p.half);
    x_put(at, a * c - b * s);
    x_put(at + p.half, b * c + a * s);`,
);

export const rope: Kernel<'rope'> = (
  r,
  x,
  cos,
  sin,
  positions,
  tokens,
  heads,
  width,
  inverse = false,
  rotated = width,
) => {
  const half = rotated / 2;
  const buffers = { x, cosines: cos, sines: sin, positions: positions.data };
  r.each(ROPE, buffers, { heads, width, half, sign: inverse ? -1 : 1 }, tokens * heads * half);
};
