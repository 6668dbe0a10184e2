// RMS norm (Zhang & Sennrich 2019).
#pragma once
#include "reduce.h"

namespace sft {

// 1 / sqrt(mean(x²) + eps) of a row, by a block.
__device__ __forceinline__ float inverse_norm(float (&room)[WARPS], const float* x, int dim, float eps) {
  float squares = 0;
  for (int i = threadIdx.x; i < dim; i += THREADS) squares = fmaf(x[i], x[i], squares);
  return 1.0f / sqrtf(over_block(squares, room, Sum()) / static_cast<float>(dim) + eps);
}

}  // namespace sft
