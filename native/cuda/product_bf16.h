// Large products on tensor cores, of numbers in PARTS bf16 (fragments.h). A weight in bf16 is one part. A block has 128 x 64 of c, a warp 32 x 32
// of them, and goes through k in slabs of 32. Each element is a sum in the order of k.
#pragma once
#include "fragments.h"
#include "product.h"

namespace sft {
namespace {

constexpr int ROWS = 128, COLUMNS = 64, SLAB_DEPTH = 32, OWN = 32;

template <int PARTS>
struct Factors {
  PartRows<PARTS, ROWS, SLAB_DEPTH> a;
  PartRows<PARTS, COLUMNS, SLAB_DEPTH> b;
};

// A slab of one factor, from `first` on: 0 from `end` and from `depth` on. Neighbouring threads read neighbours in memory.
template <int TAKEN, int PARTS, int SIDE, class Source>
__device__ __forceinline__ void load_slab(PartRows<PARTS, SIDE, SLAB_DEPTH>& slab, const Source& source, int64_t first, int64_t end,
                                          int64_t stride, int64_t step, int64_t l0, int64_t depth, float factor) {
  constexpr int PAIRS = SLAB_DEPTH / 2;
#pragma unroll 4
  for (int e = threadIdx.x; e < SIDE * PAIRS; e += THREADS) {
    const int i = step == 1 ? e / PAIRS : e % SIDE, l = 2 * (step == 1 ? e % PAIRS : e / SIDE);
    const auto value = [&](int64_t at) {
      return first + i < end && at < depth ? factor * source[(first + i) * stride + at * step] : 0.0f;
    };
    const Pair<TAKEN> pair(value(l0 + l), value(l0 + l + 1));
#pragma unroll
    for (int part = 0; part < TAKEN; part++) slab.parts[part][i][l / 2] = pair.parts[part];
  }
}

// Where the warp's part of the block's begins.
__device__ __forceinline__ int own_row() { return static_cast<int>(threadIdx.x) / WARP / 2 * OWN; }
__device__ __forceinline__ int own_column() { return static_cast<int>(threadIdx.x) / WARP % 2 * OWN; }

// sums += a term, whose b is in OF_B parts.
template <int OF_B, int PARTS>
__device__ __forceinline__ void add_term(Factors<PARTS>& room, LaneSums<OWN> (&sums)[OWN / 16], const Result& q, const Part& at,
                                         const Term& term) {
  for (int64_t l0 = 0; l0 < term.k; l0 += SLAB_DEPTH) {
    __syncthreads();
    load_slab<PARTS>(room.a, term.a, at.row * ROWS, q.m, term.a_row, term.a_step, l0, term.k, term.alpha);
    load_slab<OF_B>(room.b, term.b, at.column * COLUMNS, q.n, term.b_column, term.b_step, l0, term.k, 1.0f);
    __syncthreads();
    for (int k0 = 0; k0 < SLAB_DEPTH; k0 += 16) {
      uint32_t right[OWN / 16][OF_B][4];
#pragma unroll
      for (int j = 0; j < OWN / 16; j++) {
#pragma unroll
        for (int of_b = 0; of_b < OF_B; of_b++) room.b.right(right[j][of_b], of_b, own_column() + 16 * j, k0);
      }
#pragma unroll
      for (int i = 0; i < OWN / 16; i++) {
#pragma unroll
        for (int of_a = 0; of_a < PARTS; of_a++) {
          uint32_t left[4];
          room.a.left(left, of_a, own_row() + 16 * i, k0);
#pragma unroll
          for (int j = 0; j < OWN / 16; j++) {
#pragma unroll
            for (int of_b = 0; of_b < OF_B && of_a + of_b < PARTS; of_b++) multiply_both(sums[i][j], left, right[j][of_b]);
          }
        }
      }
    }
  }
}

template <int PARTS>
__device__ __forceinline__ void product_bf16(Factors<PARTS>& room, const Results& results, const Result& q) {
  const Part at(q);
  LaneSums<OWN> sums[OWN / 16] = {};
  for (int index = q.first_term; index < q.end_term; index++) {
    const Term& term = results.terms[index];
    if (PARTS > 1 && term.b.form == BF16) add_term<1>(room, sums, q, at, term);
    else add_term<PARTS>(room, sums, q, at, term);
  }
  const int64_t row0 = at.row * ROWS + own_row(), column0 = at.column * COLUMNS + own_column();
#pragma unroll
  for (int r = 0; r < OWN / 16; r++) {
    each_sum<OWN>([&](int i, int half, int e) {
      q.put(row0 + 16 * r + lane_row(e), column0 + lane_column(i, half, e), sums[r][i][half][e]);
    });
  }
}

}  // namespace
}  // namespace sft
