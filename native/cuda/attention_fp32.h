// What attention's kernels in fp32 are made of. A block has a tile of 64 x 64 scores, a thread rows 4 ty + a and columns tx + 16 b of it, a
// and b below 4. Rows and columns are those of queries and keys or the other way round. An output of the tile's rows, as wide as a head, is
// held in registers in chunks of 64 columns, laid out alike.
#pragma once
#include "attention.h"

namespace sft {

constexpr int TILE = 64, LINE = TILE + 1, SLAB = 16, EACH = 4;

struct Slabs {
  float left[SLAB][LINE], right[SLAB][LINE];
};

using Scores = float[EACH][EACH];
using ScoreTile = float[TILE][LINE];

// s = rows times columns over the width.
__device__ __forceinline__ void multiply_rows(Slabs& slabs, Scores& s, const Rows& rows, const Rows& columns) {
  const int tx = threadIdx.x % 16, ty = threadIdx.x / 16;
#pragma unroll
  for (int a = 0; a < EACH; a++) {
#pragma unroll
    for (int b = 0; b < EACH; b++) s[a][b] = 0;
  }
  for (int d0 = 0; d0 < rows.width; d0 += SLAB) {
    for (int e = threadIdx.x; e < TILE * SLAB; e += THREADS) {
      const int i = e / SLAB, d = e % SLAB;
      slabs.left[d][i] = rows.at(i, d0 + d);
      slabs.right[d][i] = columns.at(i, d0 + d);
    }
    __syncthreads();
    for (int d = 0; d < SLAB; d++) {
#pragma unroll
      for (int a = 0; a < EACH; a++) {
#pragma unroll
        for (int b = 0; b < EACH; b++) s[a][b] = fmaf(slabs.left[d][EACH * ty + a], slabs.right[d][tx + 16 * b], s[a][b]);
      }
    }
    __syncthreads();
  }
}

// Puts a thread's scores into a tile, f(row, column, score) of each. A barrier must follow.
template <class F>
__device__ __forceinline__ void store(ScoreTile& tile, const Scores& s, F f) {
  const int tx = threadIdx.x % 16, ty = threadIdx.x / 16;
#pragma unroll
  for (int a = 0; a < EACH; a++) {
#pragma unroll
    for (int b = 0; b < EACH; b++) tile[EACH * ty + a][tx + 16 * b] = f(EACH * ty + a, tx + 16 * b, s[a][b]);
  }
}

// A thread's part of an output of the tile's rows.
template <int CHUNKS>
struct Output {
  float values[EACH][EACH * CHUNKS];

  __device__ __forceinline__ Output() {
#pragma unroll
    for (int a = 0; a < EACH; a++) {
#pragma unroll
      for (int c = 0; c < EACH * CHUNKS; c++) values[a][c] = 0;
    }
  }

  // += tile times columns; the tile is complete, and may be overwritten behind the last barrier here.
  __device__ __forceinline__ void add(Slabs& slabs, const ScoreTile& tile, const Rows& columns) {
    const int tx = threadIdx.x % 16, ty = threadIdx.x / 16;
#pragma unroll
    for (int chunk = 0; chunk < CHUNKS; chunk++) {
      for (int j0 = 0; j0 < TILE; j0 += SLAB) {
        for (int e = threadIdx.x; e < TILE * SLAB; e += THREADS)
          slabs.right[e / TILE][e % TILE] = columns.at(j0 + e / TILE, chunk * TILE + e % TILE);
        __syncthreads();
        // Beside the outputs of wide heads there are no registers for what is read ahead.
#pragma unroll(CHUNKS < 4 ? SLAB : 4)
        for (int j = 0; j < SLAB; j++) {
#pragma unroll
          for (int a = 0; a < EACH; a++) {
#pragma unroll
            for (int b = 0; b < EACH; b++) {
              values[a][EACH * chunk + b] =
                  fmaf(tile[EACH * ty + a][j0 + j], slabs.right[j][tx + 16 * b], values[a][EACH * chunk + b]);
            }
          }
        }
        __syncthreads();
      }
    }
  }

  // Gives use(row of the tile, column, value) for each within the width, of rows for which has(row).
  template <class Has, class Use>
  __device__ __forceinline__ void each(int width, Has has, Use use) {
    const int tx = threadIdx.x % 16, ty = threadIdx.x / 16;
#pragma unroll
    for (int a = 0; a < EACH; a++) {
      if (!has(EACH * ty + a)) continue;
#pragma unroll
      for (int c = 0; c < EACH * CHUNKS; c++) {
        const int column = tx + 16 * c;
        if (column < width) use(EACH * ty + a, column, values[a][c]);
      }
    }
  }
};

}  // namespace sft
