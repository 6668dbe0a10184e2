// RMSNorm over rows (Zhang & Sennrich 2019) and its backward. The factor of a column is weight + offset.
#include <stdlib.h>

#include "../kernels.h"
#include "../pool.h"
#include "../simd.h"
#include "squares.h"

namespace sft {
namespace SFT_ISA {

// 1 / sqrt(mean(x^2) + eps) of one row.
static float inverse_rms(const float* x, int64_t dim, float eps) {
  const double mean = row_sum_squares(x, dim) / static_cast<double>(dim);
  return static_cast<float>(1.0 / ::sqrt(mean + static_cast<double>(eps)));
}

static void rms_norm(float* y, const float* x, const void* weight, int32_t wtype, int64_t rows, int64_t dim, float eps,
                     float offset) {
  with_type(wtype, [&](auto type) {
    using T = decltype(type);
    const auto* w = static_cast<const typename T::element*>(weight);
    parallel_for(rows, 8, [&](int64_t begin, int64_t end, int) {
      for (int64_t r = begin; r < end; r++) {
        const float* in = x + r * dim;
        float* out = y + r * dim;
        const float inverse = inverse_rms(in, dim, eps);
        each_vector(
            0, dim, [&](int64_t i) { store(out + i, load(in + i) * inverse * (T::get(w + i) + offset)); },
            [&](int64_t i, int64_t n) {
              store_part(out + i, load_part(in + i, n) * inverse * (T::get_part(w + i, n) + offset), n);
            });
      }
    });
  });
}

// dweight[j] += sum over rows of dy x / rms. A column belongs to one range and its rows are added in order, in blocks of 64.
static void weight_gradient(float* dweight, const float* dy, const float* x, const float* inverse, int64_t rows, int64_t dim) {
  const int64_t vectors = (dim + WIDTH - 1) / WIDTH;
  parallel_for(vectors, 4, [&](int64_t begin, int64_t end, int) {
    for (int64_t c = begin; c < end; c++) {
      const int64_t j = c * WIDTH, n = dim - j;
      vf total{};
      for (int64_t r0 = 0; r0 < rows; r0 += 64) {
        vf part{};
        for (int64_t r = r0; r < rows && r < r0 + 64; r++) {
          const float *a = dy + r * dim + j, *b = x + r * dim + j;
          part += n >= WIDTH ? load(a) * load(b) * inverse[r] : load_part(a, n) * load_part(b, n) * inverse[r];
        }
        total += part;
      }
      if (n >= WIDTH) {
        store(dweight + j, load(dweight + j) + total);
      } else {
        store_part(dweight + j, load_part(dweight + j, n) + total, n);
      }
    }
  });
}

// With g = dy * (weight + offset) and s = 1 / rms: dx = s g - x s^3 mean(g x).
static void rms_norm_backward(float* dx, const float* dy, const float* x, const void* weight, int32_t wtype, float* dweight,
                              int64_t rows, int64_t dim, float eps, float beta, float offset) {
  auto* inverse = static_cast<float*>(malloc(static_cast<size_t>(rows > 0 ? rows : 1) * sizeof(float)));
  if (inverse == nullptr) abort();
  parallel_for(rows, 8, [&](int64_t begin, int64_t end, int) {
    for (int64_t r = begin; r < end; r++) inverse[r] = inverse_rms(x + r * dim, dim, eps);
  });
  if (dweight != nullptr) weight_gradient(dweight, dy, x, inverse, rows, dim);  // first, since dx may be dy
  with_type(wtype, [&](auto type) {
    using T = decltype(type);
    const auto* w = static_cast<const typename T::element*>(weight);
    parallel_for(rows, 8, [&](int64_t begin, int64_t end, int) {
      for (int64_t r = begin; r < end; r++) {
        const float *in = x + r * dim, *up = dy + r * dim;
        float* out = dx + r * dim;
        vf dot{};
        each_vector(
            0, dim, [&](int64_t i) { dot += load(up + i) * (T::get(w + i) + offset) * load(in + i); },
            [&](int64_t i, int64_t n) { dot += load_part(up + i, n) * (T::get_part(w + i, n) + offset) * load_part(in + i, n); });
        const float s = inverse[r];
        const float c = s * s * s * (sum(dot) / static_cast<float>(dim));
        const auto gradient = [&](vf g, vf value) { return g * s - value * c; };
        each_vector(
            0, dim,
            [&](int64_t i) {
              vf g = gradient(load(up + i) * (T::get(w + i) + offset), load(in + i));
              if (beta != 0) g += load(out + i) * beta;
              store(out + i, g);
            },
            [&](int64_t i, int64_t n) {
              vf g = gradient(load_part(up + i, n) * (T::get_part(w + i, n) + offset), load_part(in + i, n));
              if (beta != 0) g += load_part(out + i, n) * beta;
              store_part(out + i, g, n);
            });
      }
    });
  });
  free(inverse);
}

void register_norm(Kernels& kernels) {
  kernels.rms_norm = rms_norm;
  kernels.rms_norm_backward = rms_norm_backward;
}

}  // namespace SFT_ISA
}  // namespace sft
