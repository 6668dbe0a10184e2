// GeGLU (Shazeer 2020) with GELU's tanh form, which is g sigmoid(2 u): h = gelu(gate) * up, and its backward.
#include "../kernels.h"
#include "../pool.h"
#include "../simd.h"

namespace sft {
namespace SFT_ISA {

constexpr int64_t GRAIN = 16384;
// 2 sqrt(2 / pi), and the factor of the cube.
constexpr float TWICE_ROOT = 1.5957691216057308f;
constexpr float CUBE = 0.044715f;

// sigmoid(2 u) with u = sqrt(2 / pi) (g + CUBE g^3).
SFT_INLINE vf gate_share(vf g) { return sigmoid(TWICE_ROOT * g * (1.0f + CUBE * g * g)); }

static void geglu(float* h, const float* gate, const float* up, int64_t n) {
  parallel_for(n, GRAIN, [&](int64_t begin, int64_t end, int) {
    const auto value = [](vf g, vf u) { return g * gate_share(g) * u; };
    each_vector(
        begin, end, [&](int64_t i) { store(h + i, value(load(gate + i), load(up + i))); },
        [&](int64_t i, int64_t k) { store_part(h + i, value(load_part(gate + i, k), load_part(up + i, k)), k); });
  });
}

// With s = sigmoid(2 u): dup = dh g s, dgate = dh up (s + g s (1 - s) (2 u)').
static void geglu_backward(float* dgate, float* dup, const float* dh, const float* gate, const float* up, int64_t n) {
  parallel_for(n, GRAIN, [&](int64_t begin, int64_t end, int) {
    const auto slope = [](vf g, vf s) { return s + g * s * (1.0f - s) * TWICE_ROOT * (1.0f + 3.0f * CUBE * g * g); };
    each_vector(
        begin, end,
        [&](int64_t i) {
          const vf g = load(gate + i), u = load(up + i), d = load(dh + i), s = gate_share(g);
          store(dgate + i, d * u * slope(g, s));
          store(dup + i, d * g * s);
        },
        [&](int64_t i, int64_t k) {
          const vf g = load_part(gate + i, k), u = load_part(up + i, k), d = load_part(dh + i, k), s = gate_share(g);
          store_part(dgate + i, d * u * slope(g, s), k);
          store_part(dup + i, d * g * s, k);
        });
  });
}

void register_geglu(Kernels& kernels) {
  kernels.geglu = geglu;
  kernels.geglu_backward = geglu_backward;
}

}  // namespace SFT_ISA
}  // namespace sft
