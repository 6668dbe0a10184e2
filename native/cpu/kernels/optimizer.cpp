// AdamW (Loshchilov & Hutter 2019) and the sum of squares that gradient clipping needs.
#include <stdlib.h>

#include "../kernels.h"
#include "../pool.h"
#include "../simd.h"

namespace sft {
namespace SFT_ISA {

constexpr int64_t BLOCK = 16384;

static double block_sum_squares(const float* x, int64_t n) {
  vd a{}, b{};
  int64_t i = 0;
  for (; i + WIDTH <= n; i += WIDTH) {
    const vd p = __builtin_convertvector(load_as<vf_half>(x + i), vd);
    const vd q = __builtin_convertvector(load_as<vf_half>(x + i + WIDTH / 2), vd);
    a += p * p;
    b += q * q;
  }
  double rest = 0;
  for (; i < n; i++) rest += static_cast<double>(x[i]) * static_cast<double>(x[i]);
  return sum(a + b) + rest;
}

// Blocks of a fixed size, added in order.
static double sum_squares(const float* x, int64_t n) {
  const int64_t blocks = (n + BLOCK - 1) / BLOCK;
  if (blocks <= 1) return block_sum_squares(x, n);
  auto* partial = static_cast<double*>(malloc(static_cast<size_t>(blocks) * sizeof(double)));
  if (partial == nullptr) abort();
  parallel_for(blocks, 1, [&](int64_t begin, int64_t end, int) {
    for (int64_t b = begin; b < end; b++) {
      const int64_t at = b * BLOCK;
      partial[b] = block_sum_squares(x + at, n - at < BLOCK ? n - at : BLOCK);
    }
  });
  double total = 0;
  for (int64_t b = 0; b < blocks; b++) total += partial[b];
  free(partial);
  return total;
}

static void adamw(float* p, const float* grad, float* m, float* v, int64_t n, double learning_rate, double beta1, double beta2,
                  double eps, double weight_decay, int64_t step, double grad_scale) {
  const double t = static_cast<double>(step);
  const float decay = static_cast<float>(1.0 - learning_rate * weight_decay);
  const float rest1 = static_cast<float>(1.0 - beta1), keep2 = static_cast<float>(beta2), rest2 = static_cast<float>(1.0 - beta2);
  const float step_size = static_cast<float>(learning_rate / (1.0 - ::pow(beta1, t)));
  const float root_correction = static_cast<float>(::sqrt(1.0 - ::pow(beta2, t)));
  const float epsilon = static_cast<float>(eps), scale = static_cast<float>(grad_scale);
  const auto update = [&](vf& weight, vf gradient, vf& first, vf& second) {
    gradient *= scale;
    first += (gradient - first) * rest1;
    second = second * keep2 + gradient * gradient * rest2;
    weight = weight * decay - first * step_size / (sqrt(second) / root_correction + epsilon);
  };
  parallel_for(n, BLOCK, [&](int64_t begin, int64_t end, int) {
    each_vector(
        begin, end,
        [&](int64_t i) {
          vf weight = load(p + i), first = load(m + i), second = load(v + i);
          update(weight, load(grad + i), first, second);
          store(p + i, weight);
          store(m + i, first);
          store(v + i, second);
        },
        [&](int64_t i, int64_t k) {
          vf weight = load_part(p + i, k), first = load_part(m + i, k), second = load_part(v + i, k);
          update(weight, load_part(grad + i, k), first, second);
          store_part(p + i, weight, k);
          store_part(m + i, first, k);
          store_part(v + i, second, k);
        });
  });
}

void register_optimizer(Kernels& kernels) {
  kernels.sum_squares = sum_squares;
  kernels.adamw = adamw;
}

}  // namespace SFT_ISA
}  // namespace sft
