// Numbers as they lie in memory: fp32, bf16, fp16.
#pragma once
#include "sft_cuda.h"

namespace sft {

// Codes of launch.ts.
enum FloatType : int32_t { F32 = 0, BF16 = 1, F16 = 2 };

__device__ __forceinline__ float from_bf16(uint16_t bits) { return __uint_as_float(static_cast<uint32_t>(bits) << 16); }

// To nearest even; NaN stays NaN.
__device__ __forceinline__ uint16_t to_bf16(float x) {
  const uint32_t bits = __float_as_uint(x);
  if ((bits & 0x7fffffffu) > 0x7f800000u) return static_cast<uint16_t>(bits >> 16 | 0x40u);
  return static_cast<uint16_t>((bits + 0x7fffu + (bits >> 16 & 1u)) >> 16);
}

#ifdef __CUDACC__
__device__ __forceinline__ float from_f16(uint16_t bits) { return __half2float(__ushort_as_half(bits)); }
__device__ __forceinline__ uint16_t to_f16(float x) { return __half_as_ushort(__float2half_rn(x)); }
#else
inline float from_f16(uint16_t bits) {
  const uint32_t sign = (bits & 0x8000u) << 16, exponent = bits >> 10 & 31u, fraction = bits & 1023u;
  if (exponent == 31) return __uint_as_float(sign | 0x7f800000u | fraction << 13);
  if (exponent > 0) return __uint_as_float(sign | (exponent + 112u) << 23 | fraction << 13);
  const float magnitude = static_cast<float>(fraction) * 0x1p-24f;
  return sign != 0 ? -magnitude : magnitude;
}
inline uint16_t to_f16(float x) {
  const uint32_t bits = __float_as_uint(x), magnitude = bits & 0x7fffffffu;
  const uint32_t sign = bits >> 16 & 0x8000u;
  if (magnitude > 0x7f800000u) return static_cast<uint16_t>(sign | 0x7e00u);
  if (magnitude >= 0x477ff000u) return static_cast<uint16_t>(sign | 0x7c00u);
  if (magnitude >= 0x38800000u) {
    const uint32_t r = magnitude - 0x38000000u;
    return static_cast<uint16_t>(sign | (r + 0xfffu + (r >> 13 & 1u)) >> 13);
  }
  // In steps of 2^-24, below the smallest normal number.
  return static_cast<uint16_t>(sign | static_cast<uint32_t>(std::nearbyint(std::fabs(x) * 0x1p24f)));
}
#endif

// Numbers of a type that is known when the kernel runs.
struct Floats {
  const void* data;
  int64_t type;

  __device__ __forceinline__ float operator[](int64_t i) const {
    if (type == F32) return static_cast<const float*>(data)[i];
    const uint16_t bits = static_cast<const uint16_t*>(data)[i];
    return type == BF16 ? from_bf16(bits) : from_f16(bits);
  }
};

__device__ __forceinline__ void put(void* data, int64_t type, int64_t i, float x) {
  if (type == F32) static_cast<float*>(data)[i] = x;
  else static_cast<uint16_t*>(data)[i] = type == BF16 ? to_bf16(x) : to_f16(x);
}

}  // namespace sft
