// Philox4x32-10 (Salmon et al. 2011): word e % 4 of the block with counter e / 4 and the seed as key, for element e = offset + index. What
// is drawn needs no storage and does not depend on how the work is cut.
#pragma once
#include "../pool.h"
#include "../simd.h"

namespace sft {
namespace SFT_ISA {

constexpr int BLOCKS = WIDTH / 2;  // Philox blocks side by side, one in each 64-bit lane

// Products of the low 32 bits of each lane.
SFT_INLINE vq multiply_low(vq a, vq b) {
#if defined(__AVX512F__)
  return reinterpret_cast<vq>(_mm512_mul_epu32(reinterpret_cast<__m512i>(a), reinterpret_cast<__m512i>(b)));
#elif defined(__AVX2__)
  return reinterpret_cast<vq>(_mm256_mul_epu32(reinterpret_cast<__m256i>(a), reinterpret_cast<__m256i>(b)));
#elif defined(__SSE2__)
  return reinterpret_cast<vq>(_mm_mul_epu32(reinterpret_cast<__m128i>(a), reinterpret_cast<__m128i>(b)));
#else
  return (a & 0xffffffffu) * (b & 0xffffffffu);
#endif
}

// Writes the 4 * BLOCKS words of the blocks from `counter` on.
SFT_INLINE void philox(uint32_t* words, uint64_t counter, uint64_t seed) {
  const vq lower = vq{} + 0xffffffffu;
  vq lane;
  for (int i = 0; i < BLOCKS; i++) lane[i] = static_cast<uint64_t>(i);
  const vq block = lane + counter;
  vq c0 = block & lower, c1 = block >> 32, c2{}, c3{};
  uint32_t k0 = static_cast<uint32_t>(seed), k1 = static_cast<uint32_t>(seed >> 32);
  for (int round = 0; round < 10; round++) {
    const vq a = multiply_low(c0, vq{} + 0xd2511f53u), b = multiply_low(c2, vq{} + 0xcd9e8d57u);
    c0 = (b >> 32) ^ c1 ^ static_cast<uint64_t>(k0);
    c2 = (a >> 32) ^ c3 ^ static_cast<uint64_t>(k1);
    c1 = b & lower;
    c3 = a & lower;
    k0 += 0x9e3779b9u;
    k1 += 0xbb67ae85u;
  }
  // Words 0, 1 of every block and words 2, 3: interleaved, each block's four stand together.
  const vf even = reinterpret_cast<vf>(c0 | (c1 << 32)), odd = reinterpret_cast<vf>(c2 | (c3 << 32));
  vf low, high;
  interleave_pairs(even, odd, low, high);
  store_as(words, low);
  store_as(words + WIDTH, high);
}

// Calls use(first, words, count) for stretches of the n elements, on all threads: the words of `count` elements from `first` on.
template <typename Use>
SFT_INLINE void with_words(int64_t n, uint64_t seed, uint64_t offset, const Use& use) {
  constexpr int64_t GRAIN = 8192, CHUNK = 1024;
  parallel_for(n, GRAIN, [&](int64_t begin, int64_t end, int) {
    uint32_t words[CHUNK + 4 * BLOCKS + 4 + WIDTH];
    for (int64_t i0 = begin; i0 < end; i0 += CHUNK) {
      const int64_t count = end - i0 < CHUNK ? end - i0 : CHUNK;
      const uint64_t element = offset + static_cast<uint64_t>(i0);
      const int64_t skip = static_cast<int64_t>(element & 3);
      for (int64_t w = 0; w < skip + count; w += 4 * BLOCKS) {
        philox(words + w, (element >> 2) + static_cast<uint64_t>(w / 4), seed);
      }
      use(i0, words + skip, count);
    }
  });
}

}  // namespace SFT_ISA
}  // namespace sft
