// Matrix products (product.h) in fp32. Weights are expanded on the way to shared memory. Every element is a sum in the order of k, whatever the
// tile.
#include "../product.h"

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

// sum += factor times the product of a and b over `depth`, of a thread's part of the block's tile.
template <int ROWS, int COLUMNS, class Source>
__device__ __forceinline__ void multiply(Tiles<ROWS, COLUMNS>& tiles, float (&c)[ROWS / 16][COLUMNS / 16], const Product& q,
                                         const float* a, int64_t a_row, int64_t a_step, const Source& b, int64_t b_column,
                                         int64_t b_step, int64_t depth, float factor) {
  constexpr int EACH_ROW = ROWS / 16, EACH_COLUMN = COLUMNS / 16;
  const int tx = threadIdx.x % 16, ty = threadIdx.x / 16;
  float sum[EACH_ROW][EACH_COLUMN] = {};
  for (int64_t l0 = 0; l0 < depth; l0 += DEPTH) {
    load<ROWS>(tiles.a, a, blockIdx.y * static_cast<int64_t>(ROWS), q.m, a_row, a_step, l0, depth);
    load<COLUMNS>(tiles.b, b, blockIdx.x * static_cast<int64_t>(COLUMNS), q.n, b_column, b_step, l0, depth);
    __syncthreads();
    const int steps = depth - l0 < DEPTH ? static_cast<int>(depth - l0) : DEPTH;
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
    for (int j = 0; j < EACH_COLUMN; j++) c[i][j] = fmaf(factor, sum[i][j], c[i][j]);
  }
}

template <int ROWS, int COLUMNS>
__device__ __forceinline__ void product(Tiles<ROWS, COLUMNS>& tiles, const Product& q) {
  const int tx = threadIdx.x % 16, ty = threadIdx.x / 16;
  float c[ROWS / 16][COLUMNS / 16] = {};
  multiply(tiles, c, q, q.a, q.a_row, q.a_step, q.b, q.b_column, q.b_step, q.k, q.alpha);
  if (q.r > 0) multiply(tiles, c, q, q.p, q.r, 1, q.u, q.u_column, q.u_step, q.r, q.delta_alpha);
#pragma unroll
  for (int i = 0; i < ROWS / 16; i++) {
#pragma unroll
    for (int j = 0; j < COLUMNS / 16; j++) {
      q.put(blockIdx.y * static_cast<int64_t>(ROWS) + ty * (ROWS / 16) + i,
            blockIdx.x * static_cast<int64_t>(COLUMNS) + tx + 16 * j, c[i][j]);
    }
  }
}

}  // namespace
}  // namespace sft

SFT_KERNEL(product_64x64, sft::Product q) {
  __shared__ sft::Tiles<64, 64> tiles;
  sft::product(tiles, q);
}

SFT_KERNEL(product_64x16, sft::Product q) {
  __shared__ sft::Tiles<64, 16> tiles;
  sft::product(tiles, q);
}

SFT_KERNEL(product_16x64, sft::Product q) {
  __shared__ sft::Tiles<16, 64> tiles;
  sft::product(tiles, q);
}

SFT_KERNEL(product_16x16, sft::Product q) {
  __shared__ sft::Tiles<16, 16> tiles;
  sft::product(tiles, q);
}
