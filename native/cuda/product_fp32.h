// Products (product.h) in fp32. Weights are expanded on the way to shared memory. Every element is a sum in the order of k, whatever the tile.
#pragma once
#include "product.h"

namespace sft {
namespace {

constexpr int DEPTH = 16;

template <int ROWS, int COLUMNS>
struct Tiles {
  float a[DEPTH][ROWS + 1], b[DEPTH][COLUMNS + 1];
};

// A tile of `size` rows or columns, DEPTH deep; neighbouring threads read neighbours in memory.
template <int SIZE, class Source>
__device__ __forceinline__ void load(float (&tile)[DEPTH][SIZE + 1], const Source& source, int64_t first, int64_t end,
                                     int64_t stride, int64_t step, int64_t l0, int64_t depth) {
  for (int e = threadIdx.x; e < SIZE * DEPTH; e += THREADS) {
    const int i = step == 1 ? e / DEPTH : e % SIZE, l = step == 1 ? e % DEPTH : e / SIZE;
    const bool inside = first + i < end && l0 + l < depth;
    tile[l][i] = inside ? source[(first + i) * stride + (l0 + l) * step] : 0.0f;
  }
}

// c += a term, of a thread's part of the block's tile.
template <int ROWS, int COLUMNS>
__device__ __forceinline__ void add_term(Tiles<ROWS, COLUMNS>& tiles, float (&c)[ROWS / 16][COLUMNS / 16], const Result& q,
                                         const Part& part, const Term& term) {
  constexpr int EACH_ROW = ROWS / 16, EACH_COLUMN = COLUMNS / 16;
  const int tx = threadIdx.x % 16, ty = threadIdx.x / 16;
  float sum[EACH_ROW][EACH_COLUMN] = {};
  for (int64_t l0 = 0; l0 < term.k; l0 += DEPTH) {
    load<ROWS>(tiles.a, term.a, part.row * ROWS, q.m, term.a_row, term.a_step, l0, term.k);
    load<COLUMNS>(tiles.b, term.b, part.column * COLUMNS, q.n, term.b_column, term.b_step, l0, term.k);
    __syncthreads();
    const int steps = term.k - l0 < DEPTH ? static_cast<int>(term.k - l0) : DEPTH;
    for (int l = 0; l < steps; l++) {
#pragma unroll
      for (int i = 0; i < EACH_ROW; i++) {
#pragma unroll
        for (int j = 0; j < EACH_COLUMN; j++) {
          sum[i][j] = fmaf(tiles.a[l][ty * EACH_ROW + i], tiles.b[l][tx + 16 * j], sum[i][j]);
        }
      }
    }
    __syncthreads();
  }
#pragma unroll
  for (int i = 0; i < EACH_ROW; i++) {
#pragma unroll
    for (int j = 0; j < EACH_COLUMN; j++) c[i][j] = fmaf(term.alpha, sum[i][j], c[i][j]);
  }
}

template <int ROWS, int COLUMNS>
__device__ __forceinline__ void product(Tiles<ROWS, COLUMNS>& tiles, const Results& results, const Result& q) {
  const int tx = threadIdx.x % 16, ty = threadIdx.x / 16;
  const Part part(q);
  float c[ROWS / 16][COLUMNS / 16] = {};
  for (int index = q.first_term; index < q.end_term; index++) add_term(tiles, c, q, part, results.terms[index]);
#pragma unroll
  for (int i = 0; i < ROWS / 16; i++) {
#pragma unroll
    for (int j = 0; j < COLUMNS / 16; j++)
      q.put(part.row * ROWS + ty * (ROWS / 16) + i, part.column * COLUMNS + tx + 16 * j, c[i][j]);
  }
}

}  // namespace
}  // namespace sft
