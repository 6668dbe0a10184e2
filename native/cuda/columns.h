// Sums over the rows of a matrix, one for each column.
#pragma once
#include "sft_cuda.h"

namespace sft {

using ColumnRoom = float[WARPS][WARP];

// A block has 32 columns, and each of its warps every eighth row; then their sums are added in order. Gives use(column, sum) for each column.
template <class Value, class Use>
__device__ __forceinline__ void sum_columns(ColumnRoom& room, int rows, int columns, Value value, Use use) {
  const int lane = threadIdx.x % WARP, warp = threadIdx.x / WARP;
  const int column = static_cast<int>(blockIdx.x) * WARP + lane;
  float sum = 0;
  if (column < columns) {
    for (int row = warp; row < rows; row += WARPS) sum += value(row, column);
  }
  room[warp][lane] = sum;
  __syncthreads();
  if (warp > 0 || column >= columns) return;
  for (int other = 1; other < WARPS; other++) sum += room[other][lane];
  use(column, sum);
}

}  // namespace sft
