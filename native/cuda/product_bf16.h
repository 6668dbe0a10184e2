// Large products on tensor cores, as exact as in fp32: a number is the sum of three bf16, which together have all bits of its fraction, and of
// the products of such parts all are summed, in fp32, that reach into those bits. A weight in bf16 is one part. A block has 128 x 64 of c, a
// warp 32 x 32 of them, and goes through k in slabs of 32. Each element is a sum in the order of k.
#pragma once
#include "instructions.h"
#include "pairs.h"
#include "product.h"

namespace sft {
namespace {

// Lines of 40 numbers: eight rows of ldmatrix then meet no bank of shared memory twice.
constexpr int ROWS = 128, COLUMNS = 64, SLAB_DEPTH = 32, SLAB_LINE = 40, OWN = 32, PARTS = 3;

// The largest part first.
template <int SIDE>
struct Split {
  uint16_t parts[PARTS][SIDE][SLAB_LINE];
};
struct Factors {
  Split<ROWS> a;
  Split<COLUMNS> b;
};

// A slab of one factor, from `first` on: 0 from `end` and from `depth` on. Neighbouring threads read neighbours in memory.
template <int SIDE, class Source>
__device__ __forceinline__ void load_split(Split<SIDE>& slab, const Source& source, int64_t first, int64_t end, int64_t stride,
                                           int64_t step, int64_t l0, int64_t depth, float factor) {
#pragma unroll 4
  for (int e = threadIdx.x; e < SIDE * SLAB_DEPTH; e += THREADS) {
    const int i = step == 1 ? e / SLAB_DEPTH : e % SIDE, l = step == 1 ? e % SLAB_DEPTH : e / SIDE;
    const bool inside = first + i < end && l0 + l < depth;
    const float value = inside ? factor * source[(first + i) * stride + (l0 + l) * step] : 0.0f;
    float rest = value;
#pragma unroll
    for (int part = 0; part < PARTS; part++) {
      const uint16_t bits = to_bf16(rest);
      slab.parts[part][i][l] = bits;
      // Nothing is left of what is not finite.
      rest = is_finite(from_bf16(bits)) ? rest - from_bf16(bits) : 0.0f;
    }
  }
}

// Of a warp: 2 x 4 tiles of 16 x 8.
using WarpSums = float[OWN / 16][OWN / 8][4];

// Where the warp's part of the block's begins.
__device__ __forceinline__ int own_row() { return static_cast<int>(threadIdx.x) / WARP / 2 * OWN; }
__device__ __forceinline__ int own_column() { return static_cast<int>(threadIdx.x) / WARP % 2 * OWN; }

__device__ __forceinline__ void multiply_parts(WarpSums& sums, const uint16_t (&a)[ROWS][SLAB_LINE],
                                               const uint16_t (&b)[COLUMNS][SLAB_LINE], int k0) {
  const int lane = threadIdx.x % WARP;
  uint32_t right[2][4];
#pragma unroll
  for (int j = 0; j < 2; j++) load_matrices(right[j], &b[own_column() + 16 * j + lane % 8 + lane / 16 * 8][k0 + lane / 8 % 2 * 8]);
#pragma unroll
  for (int i = 0; i < OWN / 16; i++) {
    uint32_t left[4];
    load_matrices(left, &a[own_row() + 16 * i + lane % 16][k0 + lane / 16 * 8]);
#pragma unroll
    for (int j = 0; j < 4; j++) multiply_bf16(sums[i][j], left, right[j / 2][j % 2 * 2], right[j / 2][j % 2 * 2 + 1]);
  }
}

// sums += a term; its b is exact where it is bf16.
__device__ __forceinline__ void add_term(Factors& room, WarpSums& sums, const Result& q, const Part& part, const Term& term) {
  const bool exact = term.b.form == BF16;
  for (int64_t l0 = 0; l0 < term.k; l0 += SLAB_DEPTH) {
    __syncthreads();
    load_split(room.a, term.a, part.row * ROWS, q.m, term.a_row, term.a_step, l0, term.k, term.alpha);
    load_split(room.b, term.b, part.column * COLUMNS, q.n, term.b_column, term.b_step, l0, term.k, 1.0f);
    __syncthreads();
    for (int k0 = 0; k0 < SLAB_DEPTH; k0 += 16) {
#pragma unroll
      for (int i = 0; i < PARTS; i++) {
#pragma unroll
        for (int j = 0; i + j < PARTS; j++) {
          if (j == 0 || !exact) multiply_parts(sums, room.a.parts[i], room.b.parts[j], k0);
        }
      }
    }
  }
}

__device__ __forceinline__ void product_bf16(Factors& room, const Results& results, const Result& q) {
  const Part part(q);
  WarpSums own = {};
  for (int index = q.first_term; index < q.end_term; index++) add_term(room, own, q, part, results.terms[index]);
  const int lane = threadIdx.x % WARP;
  const int64_t row0 = part.row * ROWS + own_row() + lane / 4, column0 = part.column * COLUMNS + own_column() + lane % 4 * 2;
#pragma unroll
  for (int i = 0; i < OWN / 16; i++) {
#pragma unroll
    for (int j = 0; j < OWN / 8; j++) {
#pragma unroll
      for (int e = 0; e < 4; e++) q.put(row0 + 16 * i + e / 2 * 8, column0 + 8 * j + e % 2, own[i][j][e]);
    }
  }
}

}  // namespace
}  // namespace sft
