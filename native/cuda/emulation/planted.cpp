// Wrong kernels, which the tests hold to be found.
#include "../sft_cuda.h"

// Reads what another thread writes, without a barrier.
SFT_KERNEL(planted_missing_barrier, float* y) {
  __shared__ float room[sft::THREADS];
  const unsigned t = threadIdx.x;
  room[t] = static_cast<float>(t);
  y[t] = t == 0 ? 0.0f : room[t - 1] + 1.0f;
}

// The same as it should be.
SFT_KERNEL(planted_right, float* y) {
  __shared__ float room[sft::THREADS];
  const unsigned t = threadIdx.x;
  room[t] = static_cast<float>(t);
  __syncthreads();
  y[t] = t == 0 ? 0.0f : room[t - 1] + 1.0f;
}

// Half a warp waits for the other half, which waits at a barrier.
SFT_KERNEL(planted_divergence, float* y) {
  if (threadIdx.x % sft::WARP < 16) y[threadIdx.x] = __shfl_xor_sync(0xffffffffu, 1.0f, 1);
  __syncthreads();
}

// Half a warp has ended when the other half meets.
SFT_KERNEL(planted_early_end, float* y) {
  if (threadIdx.x % sft::WARP < 16) return;
  y[threadIdx.x] = __shfl_xor_sync(0xffffffffu, 1.0f, 1);
}

// Writes the element behind the last.
SFT_KERNEL(planted_outside, float* y, int64_t n) { SFT_EACH(i, n + 1) y[i] = 1.0f; }
