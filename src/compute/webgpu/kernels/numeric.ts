/**
 * Arithmetic in WGSL that does not depend on how well a graphics card's own functions round: exp and log by the polynomials of Cephes
 * (Moshier 1989), division corrected once.
 */
export const NUMERIC = `
fn exp32(x: f32) -> f32 {
  if (x < -104.0) { return 0.0; }
  if (x > 89.0) { return x * 3.0e38; }
  let n = round(x * 1.44269504);
  var r = x - n * 0.693359375;
  r = r + n * 2.12194440e-4;
  var y = 1.9875691500e-4 * r + 1.3981999507e-3;
  y = y * r + 8.3334519073e-3;
  y = y * r + 4.1665795894e-2;
  y = y * r + 1.6666665459e-1;
  y = y * r + 5.0000001201e-1;
  y = y * (r * r) + r + 1.0;
  let i = i32(n);
  let half = i / 2;
  return y * bitcast<f32>(u32(half + 127) << 23u) * bitcast<f32>(u32(i - half + 127) << 23u);
}
fn log32(x: f32) -> f32 {
  let bits = bitcast<u32>(x);
  if (!(x > 0.0) || bits >= 0x7f800000u) { return log(x); }
  var e = f32(i32(bits >> 23u) - 126);
  var m = bitcast<f32>((bits & 0x7fffffu) | 0x3f000000u);
  if (m < 0.70710678) { e -= 1.0; m = m + m - 1.0; } else { m = m - 1.0; }
  let z = m * m;
  var y = 7.0376836292e-2 * m - 1.1514610310e-1;
  y = y * m + 1.1676998740e-1;
  y = y * m - 1.2420140846e-1;
  y = y * m + 1.4249322787e-1;
  y = y * m - 1.6668057665e-1;
  y = y * m + 2.0000714765e-1;
  y = y * m - 2.4999993993e-1;
  y = y * m + 3.3333331174e-1;
  y = y * m * z;
  y = y - 2.12194440e-4 * e - 0.5 * z;
  return m + y + 0.693359375 * e;
}
fn divide(a: f32, b: f32) -> f32 {
  let q = a / b;
  let rest = fma(-q, b, a);
  return select(q, q + rest / b, abs(rest) < abs(b));
}
fn sigmoid(x: f32) -> f32 { return 1.0 / (1.0 + exp32(-x)); }
fn is_finite(x: f32) -> bool { return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u; }
`;

/** A rounded number of which no compiler knows what it is a result of: some take (a + b) - a for b. */
export const ROUNDED = `
fn rounded(x: f32) -> f32 { return bitcast<f32>(bitcast<u32>(x) * p.one); }`;

/** Numbers of 48 bits as sums of two fp32 (Dekker 1971). Their sums with what is not finite are not finite. */
export const PAIRS = `${ROUNDED}
fn pair_sum(a: f32, b: f32) -> vec2f {
  let s = rounded(a + b);
  let t = rounded(s - a);
  return vec2f(s, select(0.0, (a - rounded(s - t)) + rounded(b - t), is_finite(s)));
}
fn pair_add(a: vec2f, b: vec2f) -> vec2f {
  let s = pair_sum(a.x, b.x);
  let t = pair_sum(a.y, b.y);
  let first = pair_sum(s.x, s.y + t.x);
  return pair_sum(first.x, first.y + t.y);
}
fn pair_square(a: f32) -> vec2f {
  let high = bitcast<f32>(bitcast<u32>(a) & 0xfffff000u);
  let low = a - high;
  let square = rounded(a * a);
  let rest = rounded(rounded(high * high) - square);
  return vec2f(square, select(0.0, (rest + 2.0 * high * low) + low * low, is_finite(square)));
}
`;

/** Threads of a workgroup together: `name`(values) is the sum, or the largest, of all of theirs. */
export function reduction(name: string, type: string, threads: number, join: (a: string, b: string) => string): string {
  return `
var<workgroup> ${name}_shared: array<${type}, ${threads}>;
fn ${name}(value: ${type}, t: u32) -> ${type} {
  ${name}_shared[t] = value;
  workgroupBarrier();
  for (var step = ${threads / 2}u * p.one; step > 0u; step = step / 2u) {
    if (t < step) { ${name}_shared[t] = ${join(`${name}_shared[t]`, `${name}_shared[t + step]`)}; }
    workgroupBarrier();
  }
  let result = ${name}_shared[0];
  workgroupBarrier();
  return result;
}`;
}
