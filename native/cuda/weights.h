// Weights as kernels read them: dense, or in 4 bits (NF4) with their scales in fp32 or in 8 bits again.
#pragma once
#include "floats.h"

namespace sft {

// Codes of launch.ts, behind those of the float types.
enum WeightForm : int32_t { NF4 = 3, NESTED_NF4 = 4 };

constexpr int NF4_BLOCK = 64, SCALE_BLOCK = 256;

// The values of the 16 codes (Dettmers et al. 2023, as bitsandbytes stores them).
__device__ const float NF4_VALUES[16] = {-1.0f,
                                         -0.6961928009986877f,
                                         -0.5250730514526367f,
                                         -0.39491748809814453f,
                                         -0.28444138169288635f,
                                         -0.18477343022823334f,
                                         -0.09105003625154495f,
                                         0.0f,
                                         0.07958029955625534f,
                                         0.16093020141124725f,
                                         0.24611230194568634f,
                                         0.33791524171829224f,
                                         0.44070982933044434f,
                                         0.5626170039176941f,
                                         0.7229568362236023f,
                                         1.0f};

struct Weight {
  const void* data;
  const float* absmax;
  // Of nested scales.
  const uint8_t* scales;
  const float* map;
  const float* offset;
  int64_t form;

  // Of a block of 64. Rounded twice, as bitsandbytes does.
  __device__ __forceinline__ float scale(int64_t block) const {
    if (form == NF4) return absmax[block];
    return __fadd_rn(__fmul_rn(map[scales[block]], absmax[block / SCALE_BLOCK]), offset[0]);
  }

  __device__ __forceinline__ float operator[](int64_t i) const {
    if (form < NF4) return Floats{data, form}[i];
    const uint32_t pair = static_cast<const uint8_t*>(data)[i / 2];
    return NF4_VALUES[i % 2 == 0 ? pair >> 4 : pair & 15u] * scale(i / NF4_BLOCK);
  }
};

}  // namespace sft
