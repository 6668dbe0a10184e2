// Small dense products on blocks that lie in the innermost caches, for attention. The matrix products proper are in gemm.cpp.
#pragma once
#include "../simd.h"

namespace sft {
namespace SFT_ISA {

// Accumulators of a tile: TILE_ROWS x TILE_VECTORS registers, leaving room for the operands.
constexpr int TILE_ROWS = 6;
#if defined(__AVX512F__) || defined(__aarch64__)
constexpr int TILE_VECTORS = 4;
#else
constexpr int TILE_VECTORS = 2;
#endif

// A matrix whose element (i, k) is at data[i * row + k * column].
struct Strided {
  const float* data;
  int64_t row;
  int64_t column;
};

template <int ROWS, int VECTORS>
SFT_INLINE void tile(float* c, int64_t ldc, Strided a, const float* b, int64_t ldb, int64_t depth, bool accumulate) {
  vf sums[ROWS][VECTORS];
#pragma GCC unroll 8
  for (int i = 0; i < ROWS; i++) {
#pragma GCC unroll 8
    for (int j = 0; j < VECTORS; j++) sums[i][j] = accumulate ? load(c + i * ldc + j * WIDTH) : vf{};
  }
  for (int64_t k = 0; k < depth; k++) {
    vf row[VECTORS];
#pragma GCC unroll 8
    for (int j = 0; j < VECTORS; j++) row[j] = load(b + k * ldb + j * WIDTH);
#pragma GCC unroll 8
    for (int i = 0; i < ROWS; i++) {
      vf factor = splat(a.data[i * a.row + k * a.column]);
      SFT_IN_REGISTER(factor);
#pragma GCC unroll 8
      for (int j = 0; j < VECTORS; j++) SFT_MULTIPLY_ADD(sums[i][j], factor, row[j]);
    }
  }
#pragma GCC unroll 8
  for (int i = 0; i < ROWS; i++) {
#pragma GCC unroll 8
    for (int j = 0; j < VECTORS; j++) store(c + i * ldc + j * WIDTH, sums[i][j]);
  }
}

// ROWS rows of a product, `vectors` vectors wide.
template <int ROWS>
static __attribute__((noinline)) void strip(float* c, int64_t ldc, Strided a, const float* b, int64_t ldb, int64_t vectors,
                                            int64_t depth, bool accumulate) {
  int64_t j = 0;
  for (; j + TILE_VECTORS <= vectors; j += TILE_VECTORS) {
    tile<ROWS, TILE_VECTORS>(c + j * WIDTH, ldc, a, b + j * WIDTH, ldb, depth, accumulate);
  }
  const int64_t rest = vectors - j;
  if (rest == 1) tile<ROWS, 1>(c + j * WIDTH, ldc, a, b + j * WIDTH, ldb, depth, accumulate);
  if constexpr (TILE_VECTORS > 2) {
    if (rest == 2) tile<ROWS, 2>(c + j * WIDTH, ldc, a, b + j * WIDTH, ldb, depth, accumulate);
    if (rest == 3) tile<ROWS, 3>(c + j * WIDTH, ldc, a, b + j * WIDTH, ldb, depth, accumulate);
  }
}

using StripFn = void (*)(float*, int64_t, Strided, const float*, int64_t, int64_t, int64_t, bool);
constexpr StripFn STRIPS[TILE_ROWS] = {strip<1>, strip<2>, strip<3>, strip<4>, strip<5>, strip<6>};

// What a strip of rows needs of a product: vectors of its columns, and the stretch [from, to) of the depth that is not zero.
struct Part {
  int64_t vectors, from, to;
};

// c[rows, columns] = (or +=) a[rows, depth] b[depth, columns], of which part(i, n) is computed for the rows [i, i + n). Every element is
// summed over depth in order, whatever strip it falls into.
template <typename PartOf>
SFT_INLINE void multiply(float* c, int64_t ldc, Strided a, const float* b, int64_t ldb, int64_t rows, bool accumulate,
                         PartOf&& part) {
  for (int64_t i = 0; i < rows; i += TILE_ROWS) {
    const int64_t n = rows - i < TILE_ROWS ? rows - i : TILE_ROWS;
    const Part p = part(i, n);
    const Strided from{a.data + i * a.row + p.from * a.column, a.row, a.column};
    STRIPS[n - 1](c + i * ldc, ldc, from, b + p.from * ldb, ldb, p.vectors, p.to - p.from, accumulate);
  }
}

SFT_INLINE int64_t padded(int64_t n) { return (n + WIDTH - 1) / WIDTH * WIDTH; }

// to[rows, padded(cols)] = from[rows, cols] * factor, zeros in the padding.
static void pack(float* to, const float* from, int64_t stride, int64_t rows, int64_t cols, float factor) {
  const int64_t width = padded(cols);
  for (int64_t r = 0; r < rows; r++) {
    const float* in = from + r * stride;
    float* out = to + r * width;
    each_vector(
        0, cols, [&](int64_t i) { store(out + i, load(in + i) * factor); },
        [&](int64_t i, int64_t n) { store(out + i, load_part(in + i, n) * factor); });
  }
}

// Transposes a square of registers by perfect shuffles: log2(WIDTH) rounds of interleaving row i with row i + WIDTH / 2.
SFT_INLINE void transpose_square(vf (&x)[WIDTH]) {
#pragma GCC unroll 4
  for (int round = 1; round < WIDTH; round *= 2) {
    vf y[WIDTH];
#pragma GCC unroll 8
    for (int i = 0; i < WIDTH / 2; i++) interleave(x[i], x[i + WIDTH / 2], y[2 * i], y[2 * i + 1]);
#pragma GCC unroll 16
    for (int i = 0; i < WIDTH; i++) x[i] = y[i];
  }
}

// to[cols, ld] = transpose of from[rows, cols]; the columns of `to` from `rows` up to the next multiple of WIDTH become zero.
static void pack_transposed(float* to, int64_t ld, const float* from, int64_t stride, int64_t rows, int64_t cols) {
  for (int64_t r = 0; r < rows; r += WIDTH) {
    for (int64_t c = 0; c < cols; c += WIDTH) {
      vf square[WIDTH];
      const bool whole = r + WIDTH <= rows && c + WIDTH <= cols;
      if (whole) {
#pragma GCC unroll 16
        for (int i = 0; i < WIDTH; i++) square[i] = load(from + (r + i) * stride + c);
      } else {
        for (int i = 0; i < WIDTH; i++) {
          const float* in = from + (r + i) * stride + c;
          square[i] = r + i >= rows ? vf{} : c + WIDTH <= cols ? load(in) : load_part(in, cols - c);
        }
      }
      transpose_square(square);
      const int64_t n = cols - c < WIDTH ? cols - c : WIDTH;
      if (n == WIDTH) {
#pragma GCC unroll 16
        for (int i = 0; i < WIDTH; i++) store(to + (c + i) * ld + r, square[i]);
      } else {
        for (int64_t i = 0; i < n; i++) store(to + (c + i) * ld + r, square[i]);
      }
    }
  }
}

}  // namespace SFT_ISA
}  // namespace sft
