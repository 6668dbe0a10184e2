// Weights of 4 bits (NF4, Dettmers et al. 2023) as bitsandbytes stores them, read as floats.
#pragma once
#include "../sft_cpu.h"
#include "../simd.h"

namespace sft {
namespace SFT_ISA {
namespace {

constexpr int64_t kNf4Block = 64, kScaleBlock = 256;

alignas(64) constexpr float kNf4Values[16] = {-1.0f,
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

// An element of a weight, counted over all its rows.
struct Nf4Source {
  const sft_nf4* weight;
  int64_t at;
  Nf4Source operator+(int64_t n) const { return {weight, at + n}; }
};

// Rounded twice, as bitsandbytes does: a fused product would give other scales.
SFT_INLINE float nf4_scale(const sft_nf4& w, int64_t block) {
  if (w.absmax != nullptr) return w.absmax[block];
  float product = w.map[w.scale_codes[block]] * w.nested_absmax[block / kScaleBlock];
  SFT_IN_REGISTER(product);
  return product + w.offset[0];
}

// The values of WIDTH codes from a whole byte on.
SFT_INLINE vf nf4_values(const uint8_t* codes) {
#if defined(__AVX2__)
  const __m128i low_bits = _mm_set1_epi8(15);
#if defined(__AVX512F__)
  const __m128i pairs = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(codes));
#else
  const __m128i pairs = _mm_cvtsi32_si128(load_as<int32_t>(codes));
#endif
  const __m128i first = _mm_and_si128(_mm_srli_epi16(pairs, 4), low_bits), second = _mm_and_si128(pairs, low_bits);
  const __m128i all = _mm_unpacklo_epi8(first, second);
#if defined(__AVX512F__)
  return reinterpret_cast<vf>(_mm512_permutexvar_ps(_mm512_cvtepu8_epi32(all), _mm512_load_ps(kNf4Values)));
#else
  const __m256i index = _mm256_cvtepu8_epi32(all);
  const __m256 low = _mm256_permutevar8x32_ps(_mm256_load_ps(kNf4Values), index);
  const __m256 high = _mm256_permutevar8x32_ps(_mm256_load_ps(kNf4Values + 8), index);
  return reinterpret_cast<vf>(_mm256_blendv_ps(low, high, _mm256_castsi256_ps(_mm256_slli_epi32(index, 28))));
#endif
#else
  vf x;
  for (int i = 0; i < WIDTH; i += 2) {
    x[i] = kNf4Values[codes[i / 2] >> 4];
    x[i + 1] = kNf4Values[codes[i / 2] & 15];
  }
  return x;
#endif
}

struct NF4 {
  using source = Nf4Source;
  SFT_INLINE const void* address(source s) { return s.weight->codes + s.at / 2; }
  SFT_INLINE int64_t bytes(int64_t n) { return n / 2; }
  SFT_INLINE vf get(source s) {
    const int64_t first = s.at % kNf4Block;
    if (s.at % 2 != 0 || first + WIDTH > kNf4Block) return get_part(s, WIDTH);
    return nf4_values(s.weight->codes + s.at / 2) * splat(nf4_scale(*s.weight, s.at / kNf4Block));
  }
  static __attribute__((noinline)) vf get_part(source s, int64_t n) {
    vf x{};
    for (int64_t i = 0; i < n; ++i) {
      const int64_t at = s.at + i;
      const uint8_t pair = s.weight->codes[at / 2];
      x[i] = kNf4Values[at % 2 == 0 ? pair >> 4 : pair & 15] * nf4_scale(*s.weight, at / kNf4Block);
    }
    return x;
  }
};

// Calls f with the storage type of a weight and the place of its first element.
template <typename F>
SFT_INLINE void with_weight(int32_t wtype, const void* w, F&& f) {
  if (wtype == SFT_NF4) return f(NF4{}, Nf4Source{static_cast<const sft_nf4*>(w), 0});
  with_type(wtype, [&](auto type) {
    using T = decltype(type);
    f(type, static_cast<typename T::source>(w));
  });
}

}  // namespace
}  // namespace SFT_ISA
}  // namespace sft
