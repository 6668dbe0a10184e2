// What projections see, and thin products of its rows or of those of other matrices (fused-kernels.ts): a block has ROWS_AT_ONCE rows, a warp
// every eighth column of a product, and goes through u once for all these rows.
#include "../floats.h"
#include "../gate.h"
#include "../norm.h"

namespace sft {
namespace {

constexpr int ROWS_AT_ONCE = 4;

// z = x, norm(x) = x / sqrt(mean(x²) + eps) (offset + weight), or act(x) up; [rows, cols]
enum Seeing : int32_t { AS_IT_IS, NORM, SILU, GELU };
struct Seen {
  float* z;
  const float* x;
  const float* up;
  Floats weight;
  int32_t seeing, cols;
  float eps, offset;
};

// p [rows, r] = alpha x u
struct Thin {
  float* p;
  const float* x;
  const float* u;
  int64_t r, k;
  // Distances in u between columns of p and between steps of k.
  int64_t u_column, u_step;
  float alpha;
  int32_t unused;
};
struct Thins {
  Thin of[3];
};

__device__ __forceinline__ void see(float (&room)[WARPS], const Seen& seen, int row) {
  const int64_t at = static_cast<int64_t>(row) * seen.cols;
  if (seen.seeing == NORM) {
    const float inverse = inverse_norm(room, seen.x + at, seen.cols, seen.eps);
    for (int i = threadIdx.x; i < seen.cols; i += THREADS)
      seen.z[at + i] = seen.x[at + i] * inverse * (seen.offset + seen.weight[i]);
  } else {
    for (int i = threadIdx.x; i < seen.cols; i += THREADS)
      seen.z[at + i] = gated(seen.seeing == GELU, seen.x[at + i], seen.up[at + i]);
  }
}

__device__ __forceinline__ void multiply_thin(const Thin& thin, int row0, int rows) {
  const int lane = threadIdx.x % WARP;
  for (int64_t column = threadIdx.x / WARP; column < thin.r; column += WARPS) {
    const float* const u = thin.u + column * thin.u_column;
    float sum[ROWS_AT_ONCE] = {};
    for (int64_t l = lane; l < thin.k; l += WARP) {
      const float factor = u[l * thin.u_step];
#pragma unroll
      for (int i = 0; i < ROWS_AT_ONCE; i++) {
        if (row0 + i < rows) sum[i] = fmaf(thin.x[(row0 + i) * thin.k + l], factor, sum[i]);
      }
    }
#pragma unroll
    for (int i = 0; i < ROWS_AT_ONCE; i++) {
      const float total = over_warp(sum[i], Sum());
      if (lane == 0 && row0 + i < rows) thin.p[(row0 + i) * thin.r + column] = thin.alpha * total;
    }
  }
}

}  // namespace
}  // namespace sft

SFT_KERNEL(thin_products, const __grid_constant__ sft::Seen seen, const __grid_constant__ sft::Thins thins, int count, int rows) {
  __shared__ float room[sft::WARPS];
  for (int row0 = static_cast<int>(blockIdx.x) * sft::ROWS_AT_ONCE; row0 < rows;
       row0 += static_cast<int>(gridDim.x) * sft::ROWS_AT_ONCE) {
    const int end = row0 + sft::ROWS_AT_ONCE < rows ? row0 + sft::ROWS_AT_ONCE : rows;
    if (seen.seeing != sft::AS_IT_IS) {
      for (int row = row0; row < end; row++) sft::see(room, seen, row);
      // These rows are read by this block alone.
      __syncthreads();
    }
    for (int index = 0; index < count; index++) sft::multiply_thin(thins.of[index], row0, rows);
  }
}
