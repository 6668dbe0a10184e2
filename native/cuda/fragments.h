// What a warp holds of matrices that tensor cores multiply (multiply_bf16). A number is taken as a sum of bf16, the largest part first: three
// hold every bit of fp32's fraction, and of the products of two numbers' parts those are summed that reach into these bits, so that results are
// as exact as in fp32. One part is the number rounded.
#pragma once
#include "instructions.h"

namespace sft {

// Parts of two numbers, the first in the low half. Nothing is left of an infinity.
template <int PARTS>
struct Pair {
  uint32_t parts[PARTS];

  __device__ __forceinline__ Pair(float low, float high) {
#pragma unroll
    for (int part = 0; part < PARTS; part++) {
      parts[part] = pack_bf16(low, high);
      const float of_low = __uint_as_float(parts[part] << 16), of_high = __uint_as_float(parts[part] & 0xffff0000u);
      low = low == of_low ? 0.0f : low - of_low;
      high = high == of_high ? 0.0f : high - of_high;
    }
  }
};

// A left factor [16, 16].
template <int PARTS>
struct Fragment {
  uint32_t parts[PARTS][4];

  __device__ __forceinline__ void set(int quarter, const Pair<PARTS>& pair) {
#pragma unroll
    for (int part = 0; part < PARTS; part++) parts[part][quarter] = pair.parts[part];
  }
};

// Sums [16, COLUMNS] of a warp: lane_row and lane_column say where those of a lane lie.
template <int COLUMNS>
using LaneSums = float[COLUMNS / 16][2][4];

// c [16, 16] += left right, of two right factors [16, 8] beside each other.
__device__ __forceinline__ void multiply_both(float (&c)[2][4], const uint32_t (&left)[4], const uint32_t (&right)[4]) {
  multiply_bf16(c[0], left, right[0], right[1]);
  multiply_bf16(c[1], left, right[2], right[3]);
}

__device__ __forceinline__ int lane_of() { return static_cast<int>(threadIdx.x) % WARP; }
// The row of the sum sums[i][half][e] of a lane, one of two, and its column.
__device__ __forceinline__ int lane_row(int e) { return lane_of() / 4 + e / 2 * 8; }
__device__ __forceinline__ int lane_column(int i, int half, int e) { return 16 * i + 8 * half + lane_of() % 4 * 2 + e % 2; }

// Gives use(i, half, e) for each sum of a lane.
template <int COLUMNS, class Use>
__device__ __forceinline__ void each_sum(Use use) {
#pragma unroll
  for (int i = 0; i < COLUMNS / 16; i++) {
#pragma unroll
    for (int half = 0; half < 2; half++) {
#pragma unroll
      for (int e = 0; e < 4; e++) use(i, half, e);
    }
  }
}

// Rows of parts in shared memory, pairs of bf16, with lines so long that eight rows of ldmatrix meet no bank twice: 16 bytes more than a
// multiple of 32.
template <int PARTS, int COUNT, int WIDTH>
struct PartRows {
  uint32_t parts[PARTS][COUNT][WIDTH / 2 + 4];

  // A left factor: rows from i on, columns from k on.
  __device__ __forceinline__ void left(uint32_t (&to)[4], int part, int i, int k) const {
    const int lane = lane_of();
    load_matrices(to, &parts[part][i + lane % 16][k / 2 + lane / 16 * 4]);
  }

  // Two right factors of which rows from i on are the columns, and columns from k on the rows.
  __device__ __forceinline__ void right(uint32_t (&to)[4], int part, int i, int k) const {
    const int lane = lane_of();
    load_matrices(to, &parts[part][i + lane % 8 + lane / 16 * 8][k / 2 + lane / 8 % 2 * 4]);
  }

  // Two right factors: rows from i on, columns from k on.
  __device__ __forceinline__ void right_as_it_lies(uint32_t (&to)[4], int part, int i, int k) const {
    const int lane = lane_of();
    load_transposed(to, &parts[part][i + lane % 16][k / 2 + lane / 16 * 4]);
  }
};

}  // namespace sft
