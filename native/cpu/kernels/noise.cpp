// Uniform noise and rounding at random, by words of Philox.
#include "../kernels.h"
#include "philox.h"

namespace sft {
namespace SFT_ISA {

// The upper 23 bits of a word, as the middle of the one of 2^23 equal parts of (-1, 1) that they number: exact in fp32, and never 0.
SFT_INLINE vf uniform(vu word) {
  const vi part = reinterpret_cast<vi>(word >> 9);
  return (__builtin_convertvector(part, vf) + 0.5f) * 0x1p-22f - 1.0f;
}

static void add_noise(float* x, int64_t n, float magnitude, uint64_t seed, uint64_t offset) {
  with_words(n, seed, offset, [&](int64_t i0, const uint32_t* words, int64_t count) {
    float* at = x + i0;
    each_vector(
        0, count, [&](int64_t i) { store(at + i, load(at + i) + magnitude * uniform(load_as<vu>(words + i))); },
        [&](int64_t i, int64_t k) { store_part(at + i, load_part(at + i, k) + magnitude * uniform(load_as<vu>(words + i)), k); });
  });
}

static void dither(float* x, int64_t n, uint32_t dropped, uint64_t seed, uint64_t offset) {
  with_words(n, seed, offset, [&](int64_t i0, const uint32_t* words, int64_t count) {
    float* at = x + i0;
    const auto rounded = [&](vf value, int64_t i) {
      return reinterpret_cast<vf>((reinterpret_cast<vu>(value) + (load_as<vu>(words + i) & dropped)) & ~dropped);
    };
    each_vector(
        0, count, [&](int64_t i) { store(at + i, rounded(load(at + i), i)); },
        [&](int64_t i, int64_t k) { store_part(at + i, rounded(load_part(at + i, k), i), k); });
  });
}

void register_noise(Kernels& kernels) {
  kernels.add_noise = add_noise;
  kernels.dither = dither;
}

}  // namespace SFT_ISA
}  // namespace sft
