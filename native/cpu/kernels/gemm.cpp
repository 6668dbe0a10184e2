// Matrix products: a linear layer forward, and its gradients by the input and by the weight. See README.md for the plans.
#include "../kernels.h"
#include "gemm_dot.h"
#include "gemm_plan.h"

namespace sft {
namespace SFT_ISA {
namespace {

constexpr int64_t kDecodeRows = 16;
constexpr int64_t kThin = 64;

// Where B fits into L2.
template <typename T>
bool is_small(const Product<T>& g) {
  const bool thin = g.cols <= kThin || g.depth <= kThin;
  const int64_t bytes = rounded_up(g.cols, WIDTH) * g.depth * 4;
  return !g.a_transposed && (bytes <= kSmallPanels || (thin && bytes <= 8 * kSmallPanels));
}

template <typename T>
void multiply(const Product<T>& g) {
  if (g.rows <= 0 || g.cols <= 0) return;
  if (g.depth <= 0) return scale_only(g.to, g.rows, g.cols);
  if (is_small(g)) return multiply_small_b(g, chunk_depth(g.depth, g.cols <= kThin ? 512 : kDepth));
  multiply_panels(g);
}

// The delta as a product of its own, added to what is there.
template <typename T>
void add_delta(const Product<T>& g) {
  const Delta& d = g.delta;
  if (d.depth <= 0) return;
  const Destination to{g.to.data, g.to.rows, g.to.cols, d.alpha, 1};
  multiply(Product<F32>{to, g.rows, g.cols, d.depth, d.a, d.depth, false, d.b, d.b_stride, d.b_transposed, {}});
}

template <typename T>
void multiply_with_delta(Product<T> g) {
  const bool together = g.depth > 0 && g.to.alpha == 1 && !is_small(g);
  if (together) return multiply(g);
  const Product<T> whole = g;
  g.delta = {};
  multiply(g);
  add_delta(whole);
}

template <typename T>
void linear_typed(float* y, const float* x, typename T::source w, int64_t m, int64_t n, int64_t k, float alpha, float beta,
                  const Delta& delta) {
  if (m > 0 && m <= kDecodeRows && k > 0) {
    multiply_dots<T>(y, x, w, m, n, k, alpha, beta);
    if (delta.depth > 0) multiply_dots<F32>(y, delta.a, delta.b, m, n, delta.depth, delta.alpha, 1);
    return;
  }
  multiply_with_delta(Product<T>{{y, n, 1, alpha, beta}, m, n, k, x, k, false, w, k, true, delta});
}

void linear(float* y, const float* x, const void* w, int32_t wtype, int64_t m, int64_t n, int64_t k, float alpha, float beta,
            const float* p, const float* u, int64_t r, float delta_alpha) {
  with_weight(wtype, w, [&](auto type, auto weights) {
    using T = decltype(type);
    linear_typed<T>(y, x, weights, m, n, k, alpha, beta, {p, u, r, r, true, delta_alpha});
  });
}

void linear_backward_input(float* dx, const float* dy, const void* w, int32_t wtype, int64_t m, int64_t n, int64_t k, float alpha,
                           float beta, const float* p, const float* u, int64_t r, float delta_alpha) {
  with_weight(wtype, w, [&](auto type, auto weights) {
    using T = decltype(type);
    multiply_with_delta(
        Product<T>{{dx, k, 1, alpha, beta}, m, k, n, dy, n, false, weights, k, false, {p, u, r, k, false, delta_alpha}});
  });
}

void linear_backward_weight(float* dw, const float* dy, const float* x, int64_t m, int64_t n, int64_t k, float alpha, float beta) {
  if (m > 0 && n > 0 && k > 0) {
    // The narrow one of dy and x is packed; the wide one is read once, in place. Where that is dy, the product is dw transposed.
    if (n <= k && n <= kThin) {
      return multiply_few_rows(Product<F32>{{dw, k, 1, alpha, beta}, n, k, m, dy, n, true, x, k, false, {}});
    }
    if (k < n && k <= kThin) {
      return multiply_few_rows(Product<F32>{{dw, 1, k, alpha, beta}, k, n, m, x, k, true, dy, n, false, {}});
    }
  }
  multiply(Product<F32>{{dw, k, 1, alpha, beta}, n, k, m, dy, n, true, x, k, false, {}});
}

}  // namespace

void register_gemm(Kernels& kernels) {
  kernels.linear = linear;
  kernels.linear_backward_input = linear_backward_input;
  kernels.linear_backward_weight = linear_backward_weight;
}

}  // namespace SFT_ISA
}  // namespace sft
