/** Eigenvalues, descending, and their vectors, the rows of `vectors` [n, n]. */
export interface Eigen {
  readonly values: Float64Array;
  readonly vectors: Float64Array;
}

/** A rotation is found in a few steps; more says that there are numbers which are not finite. */
const MOST_STEPS = 60;

/**
 * Of a symmetric matrix [n, n]: Householder reflections make it tridiagonal, QL steps with implicit shifts diagonal (Golub & Van Loan, 8.3).
 * @throws RangeError where it holds numbers that are not finite
 */
export function symmetricEigen(matrix: Float64Array, n: number): Eigen {
  const { diagonal, beside, basis } = tridiagonal(matrix, n);
  diagonalise(diagonal, beside, basis, n);
  const order = Array.from(diagonal.keys()).sort((a, b) => diagonal[b]! - diagonal[a]!);
  const vectors = new Float64Array(n * n);
  order.forEach((from, to) => {
    vectors.set(basis.subarray(from * n, (from + 1) * n), to * n);
  });
  return { values: Float64Array.from(order, (at) => diagonal[at]!), vectors };
}

/** T = Q A Qᵀ: its diagonal, what stands beside it from element 1 on, and Q. */
function tridiagonal(
  matrix: Float64Array,
  n: number,
): { diagonal: Float64Array; beside: Float64Array; basis: Float64Array } {
  // What was computed in fp32 is symmetric but for rounding.
  const a = matrix.map((value, at) => (value + matrix[(at % n) * n + Math.floor(at / n)]!) / 2);
  const basis = new Float64Array(n * n);
  for (let i = 0; i < n; i++) basis[i * n + i] = 1;
  const v = new Float64Array(n);
  const p = new Float64Array(n);
  for (let k = 0; k < n - 2; k++) {
    let norm = 0;
    for (let i = k + 1; i < n; i++) norm += a[i * n + k]! ** 2;
    norm = Math.sqrt(norm);
    if (norm === 0) continue;
    // The reflection turns what is below the diagonal of column k into one number; its sign keeps v from cancelling out.
    v.fill(0);
    for (let i = k + 1; i < n; i++) v[i] = a[i * n + k]!;
    v[k + 1]! += v[k + 1]! > 0 ? norm : -norm;
    let square = 0;
    for (let i = k + 1; i < n; i++) square += v[i]! ** 2;
    const factor = 2 / square;
    // A - v wᵀ - w vᵀ with p = factor A v, w = p - (factor pᵀv / 2) v.
    let along = 0;
    for (let i = k; i < n; i++) {
      let sum = 0;
      for (let j = k + 1; j < n; j++) sum += a[i * n + j]! * v[j]!;
      p[i] = factor * sum;
      along += p[i]! * v[i]!;
    }
    for (let i = k; i < n; i++) p[i]! -= 0.5 * factor * along * v[i]!;
    for (let i = k; i < n; i++) {
      for (let j = k; j < n; j++) a[i * n + j]! -= v[i]! * p[j]! + p[i]! * v[j]!;
    }
    // Q becomes (I - factor v vᵀ) Q.
    p.fill(0);
    for (let i = k + 1; i < n; i++) {
      for (let j = 0; j < n; j++) p[j]! += v[i]! * basis[i * n + j]!;
    }
    for (let i = k + 1; i < n; i++) {
      for (let j = 0; j < n; j++) basis[i * n + j]! -= factor * v[i]! * p[j]!;
    }
  }
  const diagonal = Float64Array.from({ length: n }, (_, i) => a[i * n + i]!);
  const beside = Float64Array.from({ length: n }, (_, i) => (i === 0 ? 0 : a[i * n + i - 1]!));
  return { diagonal, beside, basis };
}

/** Makes the tridiagonal matrix diagonal, and the rows of the basis its eigenvectors. */
function diagonalise(d: Float64Array, e: Float64Array, basis: Float64Array, n: number): void {
  e.copyWithin(0, 1);
  e[n - 1] = 0;
  for (let low = 0; low < n; low++) {
    for (let step = 0; ; step++) {
      let high = low;
      while (high < n - 1 && Math.abs(e[high]!) > Number.EPSILON * (Math.abs(d[high]!) + Math.abs(d[high + 1]!)))
        high++;
      if (high === low) break;
      if (step === MOST_STEPS) throw new RangeError('the matrix holds numbers that are not finite');
      // Wilkinson's shift: the eigenvalue of the first two rows that is nearer to d[low].
      const half = (d[low + 1]! - d[low]!) / (2 * e[low]!);
      let g = d[high]! - d[low]! + e[low]! / (half + Math.sign(half || 1) * Math.hypot(half, 1));
      let [sine, cosine, p] = [1, 1, 0];
      for (let i = high - 1; i >= low; i--) {
        const f = sine * e[i]!;
        const b = cosine * e[i]!;
        const r = Math.hypot(f, g);
        e[i + 1] = r;
        if (r === 0) {
          d[i + 1]! -= p;
          e[high] = 0;
          break;
        }
        [sine, cosine] = [f / r, g / r];
        g = d[i + 1]! - p;
        const t = (d[i]! - g) * sine + 2 * cosine * b;
        p = sine * t;
        d[i + 1] = g + p;
        g = cosine * t - b;
        rotate(basis, n, i, cosine, sine);
        if (i > low) continue;
        d[low]! -= p;
        e[low] = g;
        e[high] = 0;
      }
    }
  }
}

/** Rows i and i + 1 of the basis. */
function rotate(basis: Float64Array, n: number, i: number, cosine: number, sine: number): void {
  for (let k = 0; k < n; k++) {
    const [x, y] = [basis[i * n + k]!, basis[(i + 1) * n + k]!];
    basis[(i + 1) * n + k] = sine * x + cosine * y;
    basis[i * n + k] = cosine * x - sine * y;
  }
}
