import { MOMENT_BLOCK } from '../../block-moments';
import { adamwNumbers } from '../../kernel-numbers';
import type { AdamWStep } from '../../kernels';
import type { DeviceBuffer } from '../../memory';
import { elementwise, GROUPS, type Program } from '../program';
import type { Kernel } from '../kernel';
import { NUMERIC, reduction } from './numeric';

const STEP_PARAMS = {
  decay: 'f32',
  rest1: 'f32',
  keep2: 'f32',
  rest2: 'f32',
  step_size: 'f32',
  root_correction: 'f32',
  epsilon: 'f32',
} as const;

/** One element's update: x is weight, first and second moment; the same text for moments in fp32 and in 8 bits. */
const RULE = `${NUMERIC}
fn update(x: vec3f, grad: f32) -> vec3f {
  let gradient = grad * verdict_at(2u);
  let first = x.y + (gradient - x.y) * p.rest1;
  let second = x.z * p.keep2 + gradient * gradient * p.rest2;
  return vec3f(x.x * p.decay - first * p.step_size / (sqrt(second) / p.root_correction + p.epsilon), first, second);
}`;

const ADAMW = elementwise(
  'adamw',
  ['weights', 'grad', 'm', 'v', 'verdict'],
  STEP_PARAMS,
  `if (verdict_at(3u) == 1.0) {
      let x = update(vec3f(weights_at(i), m_at(i), v_at(i)), grad_at(i));
      weights_put(i, x.x); m_put(i, x.y); v_put(i, x.z);
    }`,
  RULE,
);

/** Blocks lie anywhere in what they are of, as a table on the device tells: these programs are not cut into parts. */
const REMEDY = 'set "optim": "adamw", which works in parts';

/** A workgroup a block, a thread an element. Blocks whose moments are kept otherwise are left to the other program. */
const BLOCK_HEAD = `
@compute @workgroup_size(${MOMENT_BLOCK})
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) t: u32,
) {
  for (var block = group.x; block < p.blocks; block += groups.x) {
    let start = u32(blocks_at(3u * block)); let length = u32(blocks_at(3u * block + 1u)); let home = blocks_at(3u * block + 2u);`;

const EXACT: Program = {
  name: 'adamw of blocks in fp32',
  args: ['weights', 'grad', 'm', 'v', 'blocks', 'verdict'],
  remedy: REMEDY,
  params: { ...STEP_PARAMS, blocks: 'u32' },
  code: `${RULE}${BLOCK_HEAD}
    if (verdict_at(3u) == 1.0 && home < 0 && t < length) {
      let at = u32(-1 - home) * ${MOMENT_BLOCK}u + t;
      let x = update(vec3f(weights_at(start + t), m_at(at), v_at(at)), grad_at(start + t));
      weights_put(start + t, x.x); m_put(at, x.y); v_put(at, x.z);
    }
  }
}`,
};

const moment = (name: string): string => `
fn ${name}_nearest(x: f32) -> u32 {
  // The last code whose value is at most x, then the nearer of it and the next: of two as near the lower.
  var low = 0u;
  for (var step = 128u * p.one; step > 0u; step = step >> 1u) { if (${name}_map_at(low + step) <= x) { low += step; } }
  low = min(low, 254u);
  if (x > 0.5 * (${name}_map_at(low) + ${name}_map_at(low + 1u))) { low += 1u; }
  return low;
}
fn ${name}_code(x: f32, scale: f32) -> u32 {
  let nearest = ${name}_nearest(divide(x, scale));
  let value = ${name}_map_at(nearest);
  return nearest - u32(x < 0.0 && !(value < 0.0)) + u32(x > 0.0 && value < 0.0);
}`;

/** Codes are written by words: each fourth thread those of four. */
const QUANTISED: Program = {
  name: 'adamw of blocks in 8 bits',
  args: ['weights', 'grad', 'm', 'm_absmax', 'm_map', 'v', 'v_absmax', 'v_map', 'blocks', 'verdict'],
  remedy: REMEDY,
  params: { ...STEP_PARAMS, blocks: 'u32' },
  code: `${RULE}${moment('m')}${moment('v')}
${reduction('largest', 'vec2f', MOMENT_BLOCK, (a, b) => `max(${a}, ${b})`)}
var<workgroup> codes: array<vec2u, ${MOMENT_BLOCK}>;
${BLOCK_HEAD}
    let mine = verdict_at(3u) == 1.0 && home >= 0;
    let at = u32(max(home, 0)) * ${MOMENT_BLOCK}u;
    let inside = mine && t < length;
    var x = vec3f();
    if (inside) {
      let opened = vec2f(
        m_map_at(m_at(at + t)) * m_absmax_at(u32(home)),
        v_map_at(v_at(at + t)) * v_absmax_at(u32(home)),
      );
      x = update(vec3f(weights_at(start + t), opened), grad_at(start + t));
      weights_put(start + t, x.x);
    }
    let most = largest(abs(x.yz), t);
    codes[t] = vec2u();
    if (inside) {
      let scale = select(most, vec2f(1.0), most == vec2f());
      codes[t] = vec2u(m_code(x.y, scale.x), v_code(x.z, scale.y));
    }
    workgroupBarrier();
    if (mine && t < ${MOMENT_BLOCK / 4}u && 4u * t < length) {
      var words = vec2u(m_word_at(at + 4u * t), v_word_at(at + 4u * t));
      for (var e = 0u; e < 4u; e++) {
        if (4u * t + e < length) {
          let shift = 8u * e;
          words = (words & vec2u(~(0xffu << shift))) | (codes[4u * t + e] << vec2u(shift));
        }
      }
      m_put_word(at + 4u * t, words.x);
      v_put_word(at + 4u * t, words.y);
    }
    if (mine && t == 0u) { m_absmax_put(u32(home), most.x); v_absmax_put(u32(home), most.y); }
    storageBarrier();
    workgroupBarrier();
  }
}`,
};

function constants(step: AdamWStep): Record<keyof typeof STEP_PARAMS, number> {
  const { stepSize, rootCorrection, ...same } = adamwNumbers(step);
  return { ...same, step_size: stepSize, root_correction: rootCorrection };
}

export const adamw: Kernel<'adamw'> = (r, weights, grad, m, v, step, verdict) => {
  for (const [from, count] of r.parts(weights.length, 4)) {
    const part = (buffer: DeviceBuffer): DeviceBuffer => buffer.slice(from, count);
    const buffers = { weights: part(weights), grad: part(grad), m: part(m), v: part(v), verdict };
    r.each(ADAMW, buffers, constants(step), count);
  }
};

export const adamw8bit: Kernel<'adamw8bit'> = (r, weights, grad, m, v, blocks, step, verdict) => {
  const groups = [Math.min(blocks.count, GROUPS)] as const;
  const numbers = { ...constants(step), blocks: blocks.count };
  const shared = { weights, grad, blocks: blocks.data, verdict };
  if (blocks.exact > 0) r.run(EXACT, { ...shared, m: m.exact, v: v.exact }, numbers, groups);
  if (blocks.quantised === 0) return;
  const first = { m: m.codes, m_absmax: m.absmax, m_map: m.map };
  const second = { v: v.codes, v_absmax: v.absmax, v_map: v.map };
  r.run(QUANTISED, { ...shared, ...first, ...second }, numbers, groups);
};
