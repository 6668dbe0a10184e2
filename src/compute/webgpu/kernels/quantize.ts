import { BLOCK, NF4_BOUNDS, SCALE_BLOCK, bytesOfCodes, scaleBlocks, scalesOf } from '../../nf4';
import { GROUPS, THREADS, type Program } from '../program';
import type { Kernel } from '../kernel';
import { NUMERIC, PAIRS, reduction } from './numeric';

/** 1 / x, corrected once: a reciprocal that rounds otherwise gives other codes. */
const RECIPROCAL = `${NUMERIC}
fn reciprocal(x: f32) -> f32 { if (x > 0.0) { return divide(1.0, x); } return 0.0; }`;

/** A thread a block of 64: its scale is its largest magnitude, passing over NaN, whose code is the lowest. */
const CODES: Program = {
  name: 'codes of nf4',
  args: ['codes', 'absmax', 'x'],
  params: { n: 'u32', blocks: 'u32' },
  code: `${RECIPROCAL}
const BOUNDS = array<f32, 15>(${NF4_BOUNDS.map((bound) => bound.toExponential()).join(', ')});
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var block = id.x; block < p.blocks; block += groups.x * 64u) {
    let begin = block * ${BLOCK}u;
    let count = min(${BLOCK}u, p.n - begin);
    var most = 0.0;
    for (var i = 0u; i < count; i++) {
      let size = abs(x_at(begin + i));
      if (size > most) { most = size; }
    }
    absmax_put(block, most);
    let factor = reciprocal(most);
    for (var i = 0u; i < count; i += 8u) {
      var word = 0u;
      for (var e = 0u; e < min(8u, count - i); e++) {
        let value = x_at(begin + i + e) * factor;
        var code = 0u;
        for (var b = 0u; b < 15u * p.one; b++) { code += u32(value > BOUNDS[b]); }
        word |= code << (8u * (e >> 1u) + 4u * (1u - (e & 1u)));
      }
      // Where the last one is odd, the other half of its byte is the code of 0.
      if (count - i < 8u && (count & 1u) == 1u) { word |= 7u << (8u * ((count - i) >> 1u)); }
      codes_put_word((begin + i) >> 1u, word);
    }
  }
}`,
};

/** One workgroup: the mean of the scales. */
const MEAN: Program = {
  name: 'mean of scales',
  args: ['offset', 'absmax'],
  params: { n: 'u32' },
  code: `${NUMERIC}${PAIRS}
${reduction('sum', 'vec2f', THREADS, (a, b) => `pair_add(${a}, ${b})`)}
@compute @workgroup_size(${THREADS})
fn main(@builtin(local_invocation_index) t: u32) {
  var part = vec2f();
  for (var i = t; i < p.n; i += ${THREADS}u) { part = pair_add(part, vec2f(absmax_at(i), 0.0)); }
  let total = sum(part, t);
  if (t == 0u) { offset_put(0u, divide(total.x, f32(p.n)) + total.y / f32(p.n)); }
}`,
};

/** A workgroup a block of 256 scales: their code by the map, of two entries as near the lower one. */
const SCALES: Program = {
  name: 'codes of scales',
  args: ['codes', 'nested', 'absmax', 'map', 'offset'],
  params: { n: 'u32', blocks: 'u32' },
  code: `${RECIPROCAL}
${reduction('largest', 'f32', SCALE_BLOCK, (a, b) => `max(${a}, ${b})`)}
var<workgroup> code: array<u32, ${SCALE_BLOCK}>;
@compute @workgroup_size(${SCALE_BLOCK})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) t: u32) {
  for (var block = group.x; block < p.blocks; block += groups.x) {
    let i = block * ${SCALE_BLOCK}u + t;
    var centred = 0.0;
    if (i < p.n) { centred = absmax_at(i) - offset_at(0u); }
    let most = largest(abs(centred), t);
    let x = centred * reciprocal(most);
    var low = 0u;
    for (var step = 128u * p.one; step > 0u; step = step >> 1u) { if (map_at(low + step) <= x) { low += step; } }
    low = min(low, 254u);
    if (x - map_at(low) > map_at(low + 1u) - x) { low += 1u; }
    code[t] = low;
    workgroupBarrier();
    if (t < ${SCALE_BLOCK / 4}u && block * ${SCALE_BLOCK}u + 4u * t < p.n) {
      codes_put_word(block * ${SCALE_BLOCK}u + 4u * t, code[4u * t] | (code[4u * t + 1u] << 8u) | (code[4u * t + 2u] << 16u) | (code[4u * t + 3u] << 24u));
    }
    if (t == 0u) { nested_put(block, most); }
    workgroupBarrier();
  }
}`,
};

/** w = x in 4 bits. Codes and their scales begin at whole words: see `blocksBeginAt`. */
export const quantizeNf4: Kernel<'quantizeNf4'> = (r, { codes, scales, rows, cols }, x) => {
  const blocks = scalesOf(rows * cols);
  if (blocks === 0) return;
  const absmax = scales.kind === 'plain' ? scales.absmax : r.scratch(blocks);
  for (const [from, count] of r.parts(rows * cols, 4)) {
    const part = scalesOf(count);
    const buffers = {
      codes: codes.slice(from / 2, bytesOfCodes(count)),
      absmax: absmax.slice(from / BLOCK, part),
      x: x.slice(from, count),
    };
    r.run(CODES, buffers, { n: count, blocks: part }, [Math.min(GROUPS, Math.ceil(part / 64))]);
  }
  if (scales.kind === 'plain') return;
  const { map, offset } = scales;
  r.run(MEAN, { offset, absmax }, { n: blocks }, [1]);
  const buffers = { codes: scales.codes, nested: scales.absmax, absmax, map, offset };
  const nested = scaleBlocks(blocks);
  r.run(SCALES, buffers, { n: blocks, blocks: nested }, [Math.min(GROUPS, nested)]);
};
