// A double as two fp32 whose sum it is: how results leave the device.
#pragma once
#include "sft_cuda.h"

namespace sft {

__device__ __forceinline__ bool is_finite(float x) { return (__float_as_uint(x) & 0x7f800000u) != 0x7f800000u; }

__device__ __forceinline__ void put_pair(float* to, double value) {
  const float high = static_cast<float>(value);
  to[0] = high;
  to[1] = is_finite(high) ? static_cast<float>(value - high) : 0.0f;
}

}  // namespace sft
