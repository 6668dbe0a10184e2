// Wrong kernels, which the tests hold to be found.
#include "../instructions.h"

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

// Rows of 64 bytes: four times two of eight lie in the same banks.
SFT_KERNEL(planted_banks, float* y) {
  __shared__ uint32_t room[sft::WARP][16];
  uint32_t got[4];
  sft::load_matrices(got, room[threadIdx.x % sft::WARP]);
  y[threadIdx.x] = static_cast<float>(got[0]);
}

// Rows that begin at no multiple of 16 bytes.
SFT_KERNEL(planted_misaligned, float* y) {
  __shared__ uint32_t room[sft::WARP][10];
  uint32_t got[4];
  sft::load_matrices(got, room[threadIdx.x % sft::WARP]);
  y[threadIdx.x] = static_cast<float>(got[0]);
}
