// What DoRA adds to LoRA (Liu et al. 2024): lengths of rows of a weight, and its output features scaled by a learnt length over that of now.
#include <float.h>
#include <math.h>

#include "../kernels.h"
#include "../pool.h"
#include "../simd.h"
#include "squares.h"

namespace sft {
namespace SFT_ISA {

// Never 0, so that it can divide.
static void row_norms(float* norms, const float* x, int64_t rows, int64_t cols) {
  parallel_for(rows, 8, [&](int64_t begin, int64_t end, int) {
    for (int64_t r = begin; r < end; r++) {
      const float norm = static_cast<float>(::sqrt(row_sum_squares(x + r * cols, cols)));
      // NaN stays NaN.
      norms[r] = norm < FLT_MIN ? FLT_MIN : norm;
    }
  });
}

static void scale_rows(float* x, const float* factors, const float* norms, int64_t rows, int64_t cols) {
  parallel_for(rows, 8, [&](int64_t begin, int64_t end, int) {
    for (int64_t r = begin; r < end; r++) {
      float* row = x + r * cols;
      const float factor = factors[r] / norms[r];
      each_vector(
          0, cols, [&](int64_t i) { store(row + i, load(row + i) * factor); },
          [&](int64_t i, int64_t k) { store_part(row + i, load_part(row + i, k) * factor, k); });
    }
  });
}

static void scale_columns(float* y, const float* x, const float* factors, const float* norms, int64_t rows, int64_t cols,
                          float beta) {
  parallel_for(rows, 8, [&](int64_t begin, int64_t end, int) {
    for (int64_t r = begin; r < end; r++) {
      const float* in = x + r * cols;
      float* out = y + r * cols;
      each_vector(
          0, cols,
          [&](int64_t i) {
            const vf scaled = load(in + i) * (load(factors + i) / load(norms + i));
            store(out + i, beta != 0 ? load(out + i) * beta + scaled : scaled);
          },
          [&](int64_t i, int64_t k) {
            // Lanes beyond the end divide 0 by 0 and are not stored.
            const vf scaled = load_part(in + i, k) * (load_part(factors + i, k) / load_part(norms + i, k));
            store_part(out + i, beta != 0 ? load_part(out + i, k) * beta + scaled : scaled, k);
          });
    }
  });
}

// A column belongs to one range; its rows are added in order, in blocks of 64.
static void scale_columns_backward(float* dfactors, const float* dy, const float* x, const float* norms, int64_t rows,
                                   int64_t cols) {
  const int64_t vectors = (cols + WIDTH - 1) / WIDTH;
  parallel_for(vectors, 4, [&](int64_t begin, int64_t end, int) {
    for (int64_t c = begin; c < end; c++) {
      const int64_t j = c * WIDTH, k = cols - j;
      const bool whole = k >= WIDTH;
      vf total{};
      for (int64_t r0 = 0; r0 < rows; r0 += 64) {
        vf part{};
        for (int64_t r = r0; r < rows && r < r0 + 64; r++) {
          const int64_t at = r * cols + j;
          part += whole ? load(dy + at) * load(x + at) : load_part(dy + at, k) * load_part(x + at, k);
        }
        total += part;
      }
      if (whole) {
        store(dfactors + j, load(dfactors + j) + total / load(norms + j));
      } else {
        store_part(dfactors + j, load_part(dfactors + j, k) + total / load_part(norms + j, k), k);
      }
    }
  });
}

void register_magnitude(Kernels& kernels) {
  kernels.row_norms = row_norms;
  kernels.scale_rows = scale_rows;
  kernels.scale_columns = scale_columns;
  kernels.scale_columns_backward = scale_columns_backward;
}

}  // namespace SFT_ISA
}  // namespace sft
