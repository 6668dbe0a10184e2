// Floats to 4 bits (NF4) as bitsandbytes quantises them: codes, block scales, and the scales in 8 bits (double quantisation).
#include "../floats.h"
#include "../reduce.h"
#include "../weights.h"

namespace sft {
namespace {

// How many of the bounds between neighbouring values lie strictly below x.
__device__ __forceinline__ uint32_t nf4_code(float x) {
  constexpr float BOUNDS[15] = {-0.8480964004993439f,  -0.6106329262256622f,  -0.4599952697753906f,   -0.33967943489551544f,
                                -0.23460740596055984f, -0.13791173323988914f, -0.045525018125772476f, 0.03979014977812767f,
                                0.1202552504837513f,   0.2035212516784668f,   0.2920137718319893f,    0.3893125355243683f,
                                0.5016634166240692f,   0.6427869200706482f,   0.8614784178118011f};
  uint32_t code = 0;
#pragma unroll
  for (int i = 0; i < 15; i++) code += x > BOUNDS[i] ? 1 : 0;
  return code;
}

__device__ __forceinline__ float reciprocal(float x) { return x > 0 ? 1.0f / x : 0.0f; }

}  // namespace
}  // namespace sft

// A warp a block of 64, a lane two neighbours: its scale is its largest magnitude, passing over NaN, whose code is the lowest.
SFT_KERNEL(nf4_codes, uint8_t* codes, float* absmax, sft::Floats x, int64_t n, int64_t blocks) {
  const int lane = threadIdx.x % sft::WARP;
  const int64_t first = static_cast<int64_t>(blockIdx.x) * sft::WARPS + threadIdx.x / sft::WARP;
  for (int64_t block = first; block < blocks; block += static_cast<int64_t>(gridDim.x) * sft::WARPS) {
    const int64_t at = block * sft::NF4_BLOCK + 2 * lane;
    const float a = at < n ? x[at] : 0.0f, b = at + 1 < n ? x[at + 1] : 0.0f;
    const float most = sft::over_warp(fmaxf(fmaxf(fabsf(a), fabsf(b)), 0.0f), sft::Largest());
    const float factor = sft::reciprocal(most);
    if (lane == 0) absmax[block] = most;
    if (at < n) codes[at / 2] = static_cast<uint8_t>(sft::nf4_code(a * factor) << 4 | sft::nf4_code(b * factor));
  }
}

// One block: offset = the mean of the scales.
SFT_KERNEL(mean, float* offset, const float* absmax, int64_t n) {
  __shared__ double room[sft::WARPS];
  double part = 0;
  for (int64_t i = threadIdx.x; i < n; i += sft::THREADS) part += absmax[i];
  const double total = sft::over_block(part, room, sft::Sum());
  if (threadIdx.x == 0) offset[0] = static_cast<float>(total / static_cast<double>(n));
}

// A block 256 scales: their codes by the map, of two entries as near the lower one.
SFT_KERNEL(nested_scales, uint8_t* codes, float* nested, const float* absmax, const float* map, const float* offset, int64_t n,
           int64_t blocks) {
  __shared__ float room[sft::WARPS];
  for (int64_t block = blockIdx.x; block < blocks; block += gridDim.x) {
    const int64_t i = block * sft::SCALE_BLOCK + threadIdx.x;
    const float centred = i < n ? absmax[i] - offset[0] : 0.0f;
    const float most = sft::over_block(fabsf(centred), room, sft::Largest());
    const float x = centred * sft::reciprocal(most);
    int low = 0;
    for (int step = 128; step > 0; step /= 2) low += map[low + step] <= x ? step : 0;
    if (low > 254) low = 254;
    if (x - map[low] > map[low + 1] - x) low++;
    if (i < n) codes[i] = static_cast<uint8_t>(low);
    if (threadIdx.x == 0) nested[block] = most;
  }
}
