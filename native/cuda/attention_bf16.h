// What attention's kernels on tensor cores are made of. A block has 128 rows of queries or of keys of a head, a warp 16 of them, and goes
// through rows of the other side a tile at a time, which lies in shared memory in chunks of 64 columns. Scores and outputs stay in registers,
// where scores already lie as a left factor must. A warp that sees nothing of a tile passes it over. Widths are multiples of 16.
#pragma once
#include "attention.h"
#include "fragments.h"

namespace sft {

constexpr int OWN_ROWS = 16, BLOCK_ROWS = OWN_ROWS * WARPS, CHUNK = 64;
// Rows of a tile of the other side: a warp then has registers for two sets of scores beside outputs, and for those of heads of 256.
constexpr int OTHERS = 32;

// Where a warp's rows begin among the block's.
__device__ __forceinline__ int own_rows() { return static_cast<int>(threadIdx.x) / WARP * OWN_ROWS; }

// Numbers that are read, and written, at once.
struct alignas(8) Two {
  float x, y;
};
struct alignas(16) Four {
  float x, y, z, w;
};
struct alignas(8) TwoPairs {
  uint32_t low, high;
};

// A chunk of a tile's rows.
template <int PARTS, int COUNT>
struct Chunk : PartRows<PARTS, COUNT, CHUNK> {
  // From column d0 on. A barrier must stand before and behind.
  __device__ __forceinline__ void load(const Rows& rows, int d0) {
#pragma unroll 1
    for (int e = threadIdx.x; e < COUNT * CHUNK / 4; e += THREADS) {
      const int i = e / (CHUNK / 4), d = e % (CHUNK / 4) * 4;
      const Four four = rows.at<Four>(i, d0 + d);
      const Pair<PARTS> low(four.x, four.y), high(four.z, four.w);
#pragma unroll
      for (int part = 0; part < PARTS; part++)
        *reinterpret_cast<TwoPairs*>(&this->parts[part][i][d / 2]) = {low.parts[part], high.parts[part]};
    }
  }

  // sums += the warp's rows times these, from column d0 of both on.
  __device__ __forceinline__ void add_products(LaneSums<COUNT>& sums, const Rows& own, int d0) const {
#pragma unroll 1
    for (int k = 0; k < CHUNK && d0 + k < own.width; k += 16) {
      Fragment<PARTS> left;
#pragma unroll
      for (int quarter = 0; quarter < 4; quarter++) {
        const Two two = own.at<Two>(lane_row(quarter % 2 * 2), d0 + k + lane_column(0, quarter / 2, 0));
        left.set(quarter, {two.x, two.y});
      }
#pragma unroll
      for (int i = 0; i < COUNT / 16; i++) {
#pragma unroll
        for (int part = 0; part < PARTS; part++) {
          uint32_t right[4];
          this->right(right, part, 16 * i, k);
#pragma unroll
          for (int j = 0; j + part < PARTS; j++) multiply_both(sums[i], left.parts[j], right);
        }
      }
    }
  }

  // sums += weights [16, COUNT] times these rows, of which `width` columns count.
  __device__ __forceinline__ void add_weighted(LaneSums<CHUNK>& sums, const LaneSums<COUNT>& weights, int width) const {
#pragma unroll
    for (int k = 0; k < COUNT / 16; k++) {
      Fragment<PARTS> left;
#pragma unroll
      for (int quarter = 0; quarter < 4; quarter++) {
        const float (&of)[4] = weights[k][quarter / 2];
        left.set(quarter, {of[quarter % 2 * 2], of[quarter % 2 * 2 + 1]});
      }
#pragma unroll
      for (int i = 0; i < CHUNK / 16; i++) {
        if (16 * i >= width) continue;
#pragma unroll
        for (int part = 0; part < PARTS; part++) {
          uint32_t right[4];
          this->right_as_it_lies(right, part, 16 * k, 16 * i);
#pragma unroll
          for (int j = 0; j + part < PARTS; j++) multiply_both(sums[i], left.parts[j], right);
        }
      }
    }
  }
};

// Loads a chunk between barriers.
template <int PARTS, int COUNT>
__device__ __forceinline__ void replace(Chunk<PARTS, COUNT>& room, const Rows& rows, int d0) {
  __syncthreads();
  room.load(rows, d0);
  __syncthreads();
}

}  // namespace sft

// A kernel for each number of chunks: as exact as fp32, and of numbers rounded to bf16.
#define SFT_FOR_FORMS(define)                                                                                             \
  define(bf16, 3, 1) define(bf16, 3, 2) define(bf16, 3, 3) define(bf16, 3, 4) define(rounded, 1, 1) define(rounded, 1, 2) \
      define(rounded, 1, 3) define(rounded, 1, 4)
