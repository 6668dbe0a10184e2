// SwiGLU (Shazeer 2020): h = silu(gate) * up, and its backward.
#include "../kernels.h"
#include "../pool.h"
#include "../simd.h"

namespace sft {
namespace SFT_ISA {

constexpr int64_t GRAIN = 16384;

static void swiglu(float* h, const float* gate, const float* up, int64_t n) {
  parallel_for(n, GRAIN, [&](int64_t begin, int64_t end, int) {
    const auto value = [](vf g, vf u) { return g * sigmoid(g) * u; };
    each_vector(
        begin, end, [&](int64_t i) { store(h + i, value(load(gate + i), load(up + i))); },
        [&](int64_t i, int64_t k) { store_part(h + i, value(load_part(gate + i, k), load_part(up + i, k)), k); });
  });
}

// With s = sigmoid(g): dup = dh g s, dgate = dh up s (1 + g (1 - s)).
static void swiglu_backward(float* dgate, float* dup, const float* dh, const float* gate, const float* up, int64_t n) {
  parallel_for(n, GRAIN, [&](int64_t begin, int64_t end, int) {
    each_vector(
        begin, end,
        [&](int64_t i) {
          const vf g = load(gate + i), u = load(up + i), d = load(dh + i), s = sigmoid(g);
          store(dgate + i, d * u * s * (1.0f + g * (1.0f - s)));
          store(dup + i, d * g * s);
        },
        [&](int64_t i, int64_t k) {
          const vf g = load_part(gate + i, k), u = load_part(up + i, k), d = load_part(dh + i, k), s = sigmoid(g);
          store_part(dgate + i, d * u * s * (1.0f + g * (1.0f - s)), k);
          store_part(dup + i, d * g * s, k);
        });
  });
}

void register_swiglu(Kernels& kernels) {
  kernels.swiglu = swiglu;
  kernels.swiglu_backward = swiglu_backward;
}

}  // namespace SFT_ISA
}  // namespace sft
