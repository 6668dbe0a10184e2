// A matrix product, as product.ts says it to the kernels: c[m, n] = beta c + alpha a b + delta_alpha p u, fp32, over k, and over r where
// there is a thin product beside it. Strides say how a and b lie, so that y = x Wᵀ, dx = dy W and dW = dyᵀ x are one kernel.
#pragma once
#include "weights.h"

namespace sft {

struct Product {
  float* c;
  const float* a;
  Weight b;
  // The thin product: p [m, r], and u, which lies like b.
  const float* p;
  const float* u;
  int64_t m, n, k, r;
  // Distances in memory: of a between rows and between steps of k, of b between columns and between steps of k, of u likewise.
  int64_t a_row, a_step, b_column, b_step, u_column, u_step;
  float alpha, delta_alpha;
  int64_t beta;

  __device__ __forceinline__ void put(int64_t row, int64_t column, float value) const {
    if (row >= m || column >= n) return;
    float* const at = c + row * n + column;
    *at = beta == 0 ? value : *at + value;
  }
};

}  // namespace sft
