// Sums and maxima over the threads of a warp and of a block, in an order that is always the same.
#pragma once
#include "sft_cuda.h"

namespace sft {

struct Sum {
  template <class T>
  __device__ __forceinline__ T operator()(T a, T b) const {
    return a + b;
  }
};
// NaN is passed over.
struct Largest {
  __device__ __forceinline__ float operator()(float a, float b) const { return fmaxf(a, b); }
};

// Every lane gets the result.
template <class T, class Join>
__device__ __forceinline__ T over_warp(T value, Join join, int lanes = WARP) {
  for (int mask = lanes / 2; mask > 0; mask /= 2) value = join(value, __shfl_xor_sync(0xffffffffu, value, mask));
  return value;
}

// Every thread gets the result. `room` is shared, and free again when all threads are behind the next barrier.
template <class T, class Join>
__device__ __forceinline__ T over_block(T value, T (&room)[WARPS], Join join) {
  value = over_warp(value, join);
  __syncthreads();
  if (threadIdx.x % WARP == 0) room[threadIdx.x / WARP] = value;
  __syncthreads();
  T result = room[0];
  for (int warp = 1; warp < WARPS; warp++) result = join(result, room[warp]);
  return result;
}

}  // namespace sft
