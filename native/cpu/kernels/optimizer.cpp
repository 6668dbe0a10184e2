// AdamW with its moments in fp32, and the sum of squares that gradient clipping needs.
#include <stdlib.h>

#include "../kernels.h"
#include "../pool.h"
#include "../simd.h"
#include "adamw_rule.h"

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
  const AdamWRule rule(learning_rate, beta1, beta2, eps, weight_decay, step, grad_scale);
  parallel_for(n, BLOCK, [&](int64_t begin, int64_t end, int) { rule.update(p, grad, m, v, begin, end); });
}

void register_optimizer(Kernels& kernels) {
  kernels.sum_squares = sum_squares;
  kernels.adamw = adamw;
}

}  // namespace SFT_ISA
}  // namespace sft
