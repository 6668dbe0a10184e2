// Floats to 4 bits (NF4) as bitsandbytes quantises them: codes, block scales, and the scales in 8 bits (double quantisation).
#include "../kernels.h"
#include "../pool.h"
#include "nf4.h"

namespace sft {
namespace SFT_ISA {
namespace {

// Between neighbouring values; what is strictly above one moves up.
constexpr float kThresholds[15] = {-0.8480964004993439f,  -0.6106329262256622f,  -0.4599952697753906f,   -0.33967943489551544f,
                                   -0.23460740596055984f, -0.13791173323988914f, -0.045525018125772476f, 0.03979014977812767f,
                                   0.1202552504837513f,   0.2035212516784668f,   0.2920137718319893f,    0.3893125355243683f,
                                   0.5016634166240692f,   0.6427869200706482f,   0.8614784178118011f};

float absolute(float x) { return x < 0 ? -x : x; }

// The code of each of a block's values, times 1 / absmax, two in a byte; a block of zeros has the code of 0.
void write_codes(uint8_t* codes, const float* x, float absmax) {
  const vf factor = splat(absmax > 0 ? 1 / absmax : 0);
  int32_t code[kNf4Block];
  for (int64_t i = 0; i < kNf4Block; i += WIDTH) {
    const vf value = load(x + i) * factor;
    vi above{};
#pragma GCC unroll 15
    for (const float threshold : kThresholds) above -= value > splat(threshold);
    store_as(code + i, above);
  }
  for (int64_t i = 0; i < kNf4Block; i += 2) codes[i / 2] = static_cast<uint8_t>(code[i] << 4 | code[i + 1]);
}

template <typename T>
void quantize_blocks(uint8_t* codes, float* absmax, const typename T::element* x, int64_t n) {
  parallel_for((n + kNf4Block - 1) / kNf4Block, 64, [&](int64_t begin, int64_t end, int) {
    for (int64_t block = begin; block < end; ++block) {
      const int64_t from = block * kNf4Block, count = n - from < kNf4Block ? n - from : kNf4Block;
      float values[kNf4Block] = {};
      each_vector(
          0, count, [&](int64_t i) { store(values + i, T::get(x + from + i)); },
          [&](int64_t i, int64_t k) { store_part(values + i, T::get_part(x + from + i, k), k); });
      float most = 0;
      for (const float value : values) most = absolute(value) > most ? absolute(value) : most;
      absmax[block] = most;
      uint8_t packed[kNf4Block / 2];
      write_codes(packed, values, most);
      memcpy(codes + from / 2, packed, static_cast<size_t>((count + 1) / 2));
    }
  });
}

// The entry of an ascending map of 256 that is nearest to x; the lower one of two as near.
uint8_t nearest(const float* map, float x) {
  int low = 0, high = 255;
  while (high - low > 1) {
    const int middle = (low + high) / 2;
    (map[middle] <= x ? low : high) = middle;
  }
  return static_cast<uint8_t>(x - map[low] <= map[high] - x ? low : high);
}

void quantize_scales(const sft_nf4& to, const float* absmax, int64_t n) {
  double sum = 0;
  for (int64_t i = 0; i < n; ++i) sum += absmax[i];
  const float offset = n > 0 ? static_cast<float>(sum / static_cast<double>(n)) : 0;
  *const_cast<float*>(to.offset) = offset;
  uint8_t* const codes = const_cast<uint8_t*>(to.scale_codes);
  float* const nested = const_cast<float*>(to.nested_absmax);
  parallel_for((n + kScaleBlock - 1) / kScaleBlock, 16, [&](int64_t begin, int64_t end, int) {
    for (int64_t block = begin; block < end; ++block) {
      const int64_t from = block * kScaleBlock, upto = from + kScaleBlock < n ? from + kScaleBlock : n;
      float most = 0;
      for (int64_t i = from; i < upto; ++i) {
        const float size = absolute(absmax[i] - offset);
        most = size > most ? size : most;
      }
      nested[block] = most;
      const float factor = most > 0 ? 1 / most : 0;
      for (int64_t i = from; i < upto; ++i) codes[i] = nearest(to.map, (absmax[i] - offset) * factor);
    }
  });
}

void quantize_nf4(const sft_nf4* to, const void* x, int32_t xtype, int64_t n) {
  const int64_t blocks = (n + kNf4Block - 1) / kNf4Block;
  float* const absmax = to->absmax != nullptr ? const_cast<float*>(to->absmax)
                                              : static_cast<float*>(shared_scratch(static_cast<uint64_t>(blocks) * 4));
  with_type(xtype, [&](auto type) {
    using T = decltype(type);
    quantize_blocks<T>(const_cast<uint8_t*>(to->codes), absmax, static_cast<const typename T::element*>(x), n);
  });
  if (to->absmax == nullptr) quantize_scales(*to, absmax, blocks);
}

}  // namespace

void register_quantize(Kernels& kernels) { kernels.quantize_nf4 = quantize_nf4; }

}  // namespace SFT_ISA
}  // namespace sft
