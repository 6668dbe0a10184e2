// What every kernel includes. The same text is compiled by nvcc for the hardware, and by a C++ compiler against the emulation, with which
// `npm test` runs it. Products that may be fused are written fmaf: nothing else is contracted, so that both round alike.
#pragma once
#ifdef __CUDACC__
#include <cstdint>
#include <cuda_fp16.h>
#define SFT_KERNEL_FOR(blocks, name, ...) extern "C" __global__ void __launch_bounds__(sft::THREADS, blocks) sft_##name(__VA_ARGS__)
#else
#include "emulation/emulation.h"
#define SFT_KERNEL_FOR(blocks, name, ...)                                   \
  extern "C" void sft_##name(__VA_ARGS__);                                  \
  static const emulation::Registered<&sft_##name> registered_##name(#name); \
  extern "C" void sft_##name(__VA_ARGS__)
#endif

// SFT_KERNEL_FOR: registers are limited so that a multiprocessor has so many blocks at once.
#define SFT_KERNEL(name, ...) SFT_KERNEL_FOR(1, name, __VA_ARGS__)

// For each element i below n, whatever the grid.
#define SFT_EACH(i, n)                                                                                        \
  for (int64_t i = static_cast<int64_t>(blockIdx.x) * sft::THREADS + threadIdx.x, sft_end = (n); i < sft_end; \
       i += static_cast<int64_t>(gridDim.x) * sft::THREADS)

namespace sft {

// Of every block of every kernel.
constexpr int THREADS = 256;
constexpr int WARP = 32;
constexpr int WARPS = THREADS / WARP;

}  // namespace sft
