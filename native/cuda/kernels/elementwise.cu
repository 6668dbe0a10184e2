// What works on each element alone.
#include "../gate.h"

namespace sft {
namespace {

// Word e % 4 of Philox4x32-10 (Salmon et al. 2011) with counter e / 4 and the seed as key.
__device__ __forceinline__ uint32_t philox(uint64_t seed, uint64_t element) {
  const uint64_t counter = element / 4;
  uint32_t c[4] = {static_cast<uint32_t>(counter), static_cast<uint32_t>(counter >> 32), 0, 0};
  uint32_t k0 = static_cast<uint32_t>(seed), k1 = static_cast<uint32_t>(seed >> 32);
  for (int round = 0; round < 10; round++) {
    const uint32_t high0 = __umulhi(c[0], 0xd2511f53u), low0 = c[0] * 0xd2511f53u;
    const uint32_t high2 = __umulhi(c[2], 0xcd9e8d57u), low2 = c[2] * 0xcd9e8d57u;
    c[0] = high2 ^ c[1] ^ k0;
    c[1] = low2;
    c[2] = high0 ^ c[3] ^ k1;
    c[3] = low0;
    k0 += 0x9e3779b9u;
    k1 += 0xbb67ae85u;
  }
  const uint32_t word = element % 4;
  return word == 0 ? c[0] : word == 1 ? c[1] : word == 2 ? c[2] : c[3];
}

}  // namespace
}  // namespace sft

// h = act(gate) up
SFT_KERNEL(gate, float* h, const float* gate, const float* up, int64_t n, int gelu) {
  SFT_EACH(i, n) h[i] = sft::gated(gelu != 0, gate[i], up[i]);
}

SFT_KERNEL(gate_backward, float* dgate, float* dup, const float* dh, const float* gate, const float* up, int64_t n, int gelu) {
  SFT_EACH(i, n) {
    const sft::Gradients to = sft::gate_backward(gelu != 0, gate[i], up[i], dh[i]);
    dgate[i] = to.gate;
    dup[i] = to.up;
  }
}

SFT_KERNEL(scale, float* x, int64_t n, float factor) { SFT_EACH(i, n) x[i] *= factor; }

SFT_KERNEL(add, float* y, const float* x, int64_t n) { SFT_EACH(i, n) y[i] += x[i]; }

// y = beta y + x factor, where the word of the element is not below the threshold.
SFT_KERNEL(dropout, float* y, const float* x, int64_t n, uint64_t seed, uint64_t offset, int64_t threshold, float factor,
           int beta) {
  SFT_EACH(i, n) {
    const float kept = sft::philox(seed, offset + static_cast<uint64_t>(i)) >= threshold ? x[i] * factor : 0.0f;
    y[i] = beta == 0 ? kept : y[i] + kept;
  }
}

// x as a type of 16 bits holds it, up or down at random: the dropped bits of the word are added to those of x.
SFT_KERNEL(dither, uint32_t* x, int64_t n, uint64_t seed, uint64_t offset, int dropped) {
  SFT_EACH(i, n) {
    const uint32_t mask = static_cast<uint32_t>(dropped);
    x[i] = (x[i] + (sft::philox(seed, offset + static_cast<uint64_t>(i)) & mask)) & ~mask;
  }
}

// x += magnitude u, u the middle of one of 2^23 equal parts of (-1, 1).
SFT_KERNEL(add_noise, float* x, int64_t n, uint64_t seed, uint64_t offset, float magnitude) {
  SFT_EACH(i, n) {
    const float part = static_cast<float>(sft::philox(seed, offset + static_cast<uint64_t>(i)) >> 9);
    x[i] += magnitude * ((part + 0.5f) * 0x1p-22f - 1.0f);
  }
}
