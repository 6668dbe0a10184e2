// What attention's kernels are made of. A block has a tile of 64 x 64 scores, a thread rows 4 ty + a and columns tx + 16 b of it, a and b
// below 4. Rows and columns are those of queries and keys or the other way round. An output of the tile's rows, as wide as a head, is
// held in registers in chunks of 64 columns, laid out alike.
#pragma once
#include "sft_cuda.h"

namespace sft {

constexpr int TILE = 64, LINE = TILE + 1, SLAB = 16, EACH = 4;

// Packed sequences (indices.ts: four numbers each), heads, and how scores are taken.
struct Attention {
  const int32_t* table;
  int32_t sequences, width, heads, kv_heads, window;
  // Rows that the sequences lie within: of queries, or of keys where a block has a tile of keys.
  int32_t rows;
  float scale;
};

// One of them: query rows q0 .. q0 + queries, key rows k0 .. k0 + keys.
struct Sequence {
  int q0, queries, k0, keys;

  __device__ __forceinline__ Sequence(const Attention& g, int index)
      : q0(g.table[4 * index]), queries(g.table[4 * index + 1]), k0(g.table[4 * index + 2]), keys(g.table[4 * index + 3]) {}

  // The last key that the query at `row` sees lies at row + ahead(), counted within the sequence.
  __device__ __forceinline__ int ahead() const { return keys - queries - q0; }

  __device__ __forceinline__ bool sees(const Attention& g, int row, int key) const {
    const int last = row + ahead();
    return row >= q0 && row < q0 + queries && key >= 0 && key < keys && key <= last && (g.window == 0 || key > last - g.window);
  }
};

// Rows from `first` on of one head of a matrix [rows, heads, width]: 0 from `end` on, and beyond the width.
struct Rows {
  const float* data;
  int64_t stride;
  int first, end, width;

  __device__ __forceinline__ Rows(const float* matrix, int heads, int head, int width, int first, int end)
      : data(matrix + static_cast<int64_t>(head) * width),
        stride(static_cast<int64_t>(heads) * width),
        first(first),
        end(end),
        width(width) {}

  __device__ __forceinline__ float operator()(int i, int d) const {
    return first + i < end && d < width ? data[(first + i) * stride + d] : 0.0f;
  }
};

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
      slabs.left[d][i] = rows(i, d0 + d);
      slabs.right[d][i] = columns(i, d0 + d);
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
          slabs.right[e / TILE][e % TILE] = columns(j0 + e / TILE, chunk * TILE + e % TILE);
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

  // Gives use(row of the tile, column, value) for each within the width.
  template <class Use>
  __device__ __forceinline__ void each(int width, Use use) {
    const int tx = threadIdx.x % 16, ty = threadIdx.x / 16;
#pragma unroll
    for (int a = 0; a < EACH; a++) {
#pragma unroll
      for (int c = 0; c < EACH * CHUNKS; c++) {
        const int column = tx + 16 * c;
        if (column < width) use(EACH * ty + a, column, values[a][c]);
      }
    }
  }
};

}  // namespace sft

// A kernel for each number of chunks that a head's width may have.
#define SFT_FOR_CHUNKS(define) define(1) define(2) define(3) define(4)
