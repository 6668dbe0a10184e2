// What works on each element alone.
#include "../sft_cuda.h"

namespace sft {
namespace {

__device__ __forceinline__ float sigmoid(float x) { return 1.0f / (1.0f + expf(-x)); }

// sigmoid(2 u) with u = sqrt(2 / pi) (g + 0.044715 g^3): GELU's tanh form is g times that.
constexpr float TWO_ROOTS = 1.5957691216057308f;
__device__ __forceinline__ float gate_share(float g) { return sigmoid(TWO_ROOTS * g * (1.0f + 0.044715f * g * g)); }

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

// h = silu(gate) up
SFT_KERNEL(swiglu, float* h, const float* gate, const float* up, int64_t n) {
  SFT_EACH(i, n) h[i] = gate[i] * sft::sigmoid(gate[i]) * up[i];
}

// With s = sigmoid(g): dup = dh g s, dgate = dh up s (1 + g (1 - s)).
SFT_KERNEL(swiglu_backward, float* dgate, float* dup, const float* dh, const float* gate, const float* up, int64_t n) {
  SFT_EACH(i, n) {
    const float g = gate[i], u = up[i], d = dh[i], s = sft::sigmoid(g);
    dgate[i] = d * u * s * (1.0f + g * (1.0f - s));
    dup[i] = d * g * s;
  }
}

// h = gelu(gate) up
SFT_KERNEL(geglu, float* h, const float* gate, const float* up, int64_t n) {
  SFT_EACH(i, n) h[i] = gate[i] * sft::gate_share(gate[i]) * up[i];
}

// With s = sigmoid(2 u): dup = dh g s, dgate = dh up (s + g s (1 - s) (2 u)').
SFT_KERNEL(geglu_backward, float* dgate, float* dup, const float* dh, const float* gate, const float* up, int64_t n) {
  SFT_EACH(i, n) {
    const float g = gate[i], u = up[i], d = dh[i], s = sft::gate_share(g);
    dgate[i] = d * u * (s + g * s * (1.0f - s) * sft::TWO_ROOTS * (1.0f + 0.134145f * g * g));
    dup[i] = d * g * s;
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

// x += magnitude u, u the middle of one of 2^23 equal parts of (-1, 1).
SFT_KERNEL(add_noise, float* x, int64_t n, uint64_t seed, uint64_t offset, float magnitude) {
  SFT_EACH(i, n) {
    const float part = static_cast<float>(sft::philox(seed, offset + static_cast<uint64_t>(i)) >> 9);
    x[i] += magnitude * ((part + 0.5f) * 0x1p-22f - 1.0f);
  }
}
