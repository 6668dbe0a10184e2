// Floats to 4 bits (NF4) as bitsandbytes quantises them: codes, block scales, and the scales in 8 bits (double quantisation).
#include "../kernels.h"
#include "../pool.h"
#include "nf4.h"

namespace sft {
namespace SFT_ISA {
namespace {

// Bounds between neighbouring values, as a search tree: that in the middle first, below the bound at n those at 2 n and 2 n + 1. What is
// strictly above a bound goes to the upper one.
alignas(64) constexpr float kBounds[16] = {0.0f,
                                           0.03979014977812767f,
                                           -0.33967943489551544f,
                                           0.3893125355243683f,
                                           -0.6106329262256622f,
                                           -0.13791173323988914f,
                                           0.2035212516784668f,
                                           0.6427869200706482f,
                                           -0.8480964004993439f,
                                           -0.4599952697753906f,
                                           -0.23460740596055984f,
                                           -0.045525018125772476f,
                                           0.1202552504837513f,
                                           0.2920137718319893f,
                                           0.5016634166240692f,
                                           0.8614784178118011f};

float absolute(float x) { return x < 0 ? -x : x; }

// The bounds at these places of the tree, all on one of its levels.
SFT_INLINE vf bounds_at(vi place, [[maybe_unused]] int level) {
#if defined(__AVX512F__)
  return reinterpret_cast<vf>(_mm512_permutexvar_ps(reinterpret_cast<__m512i>(place), _mm512_load_ps(kBounds)));
#elif defined(__AVX2__)
  const __m256 half = _mm256_load_ps(level < 3 ? kBounds : kBounds + 8);
  return reinterpret_cast<vf>(_mm256_permutevar8x32_ps(half, reinterpret_cast<__m256i>(place)));
#else
  vf x;
  for (int i = 0; i < WIDTH; i++) x[i] = kBounds[place[i]];
  return x;
#endif
}

// Two codes in a byte, the first in the upper half.
SFT_INLINE void pack(uint8_t* to, vi code) {
#if defined(__AVX512F__)
  const __m128i bytes = _mm512_cvtepi32_epi8(reinterpret_cast<__m512i>(code));
  const __m128i pairs = _mm_maddubs_epi16(bytes, _mm_set1_epi16(0x0110));
  _mm_storel_epi64(reinterpret_cast<__m128i*>(to), _mm_packus_epi16(pairs, pairs));
#elif defined(__AVX2__)
  const __m256i all = reinterpret_cast<__m256i>(code);
  const __m128i words = _mm_packs_epi32(_mm256_castsi256_si128(all), _mm256_extracti128_si256(all, 1));
  const __m128i pairs = _mm_madd_epi16(words, _mm_set1_epi32(0x00010010));
  const __m128i bytes = _mm_packus_epi16(_mm_packs_epi32(pairs, pairs), pairs);
  store_as(to, _mm_cvtsi128_si32(bytes));
#else
  for (int i = 0; i < WIDTH; i += 2) to[i / 2] = static_cast<uint8_t>(code[i] << 4 | code[i + 1]);
#endif
}

// The code of each of a block's values, times 1 / absmax; a block of zeros has the code of 0, and a NaN the lowest.
SFT_INLINE void write_codes(uint8_t* codes, const float* x, float absmax) {
  const vf factor = splat(absmax > 0 ? 1 / absmax : 0);
  for (int64_t i = 0; i < kNf4Block; i += WIDTH) {
    const vf value = load(x + i) * factor;
    vi place = vi{} + 1;
#pragma GCC unroll 4
    for (int level = 0; level < 4; ++level) place = place + place - (value > bounds_at(place, level));
    pack(codes + i / 2, place - 16);
  }
}

// NaN is passed over.
SFT_INLINE float largest_magnitude(const float* x) {
  vf most{};
  for (int64_t i = 0; i < kNf4Block; i += WIDTH) {
    const vf value = load(x + i);
    most = max(most, value < 0 ? -value : value);
  }
  return largest(most);
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
      const float most = largest_magnitude(values);
      absmax[block] = most;
      uint8_t packed[kNf4Block / 2];
      write_codes(packed, values, most);
      memcpy(codes + from / 2, packed, static_cast<size_t>((count + 1) / 2));
    }
  });
}

// The entry of an ascending map of 256 that is nearest to x; the lower one of two as near. Without branches: half of them would be guessed
// wrong.
uint8_t nearest(const float* map, float x) {
  int low = 0;
  for (int step = 128; step > 0; step /= 2) low += map[low + step] <= x ? step : 0;
  low = low < 254 ? low : 254;
  return static_cast<uint8_t>(x - map[low] <= map[low + 1] - x ? low : low + 1);
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
