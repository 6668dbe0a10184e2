import { elementwise } from '../program';
import type { Kernel } from '../kernel';

/** Of each pair of a head, first of x, then of y: (a, b) turns by the angle of its token's position. */
const ROPE = elementwise(
  'rope',
  ['x', 'y', 'cosines', 'sines', 'positions'],
  { heads: 'u32', others: 'u32', width: 'u32', half: 'u32', sign: 'f32' },
  `let pair = i % p.half;
    let head = i / p.half % (p.heads + p.others);
    let token = i / p.half / (p.heads + p.others);
    let angle = u32(positions_at(token)) * p.half + pair;
    let c = cosines_at(angle);
    let s = sines_at(angle) * p.sign;
    if (head < p.heads) {
      let at = (token * p.heads + head) * p.width + pair;
      let a = x_at(at);
      let b = x_at(at + p.half);
      x_put(at, a * c - b * s);
      x_put(at + p.half, b * c + a * s);
    } else {
      let at = (token * p.others + head - p.heads) * p.width + pair;
      let a = y_at(at);
      let b = y_at(at + p.half);
      y_put(at, a * c - b * s);
      y_put(at + p.half, b * c + a * s);
    }`,
);

export const rope: Kernel<'rope'> = (
  r,
  [first, second],
  cos,
  sin,
  positions,
  tokens,
  width,
  inverse = false,
  rotated = width,
) => {
  const half = rotated / 2;
  const [heads, others] = [first!.heads, second?.heads ?? 0];
  const buffers = { x: first!.x, y: (second ?? first)!.x, cosines: cos, sines: sin, positions: positions.data };
  const numbers = { heads, others, width, half, sign: inverse ? -1 : 1 };
  r.each(ROPE, buffers, numbers, tokens * (heads + others) * half);
};
