// Bias of a projection and its gradient.
#include "../kernels.h"
#include "../pool.h"
#include "../simd.h"

namespace sft {
namespace SFT_ISA {

static void add_bias(float* y, const void* bias, int32_t btype, int64_t m, int64_t n) {
  with_type(btype, [&](auto type) {
    using T = decltype(type);
    const auto* b = static_cast<const typename T::element*>(bias);
    parallel_for(m, 8, [&](int64_t begin, int64_t end, int) {
      for (int64_t r = begin; r < end; r++) {
        float* row = y + r * n;
        each_vector(
            0, n, [&](int64_t i) { store(row + i, load(row + i) + T::get(b + i)); },
            [&](int64_t i, int64_t k) { store_part(row + i, load_part(row + i, k) + T::get_part(b + i, k), k); });
      }
    });
  });
}

// A column belongs to one range; its rows are added in order, in blocks of 64.
static void add_bias_backward(float* db, const float* dy, int64_t m, int64_t n) {
  const int64_t vectors = (n + WIDTH - 1) / WIDTH;
  parallel_for(vectors, 4, [&](int64_t begin, int64_t end, int) {
    for (int64_t c = begin; c < end; c++) {
      const int64_t j = c * WIDTH, k = n - j;
      vf total{};
      for (int64_t r0 = 0; r0 < m; r0 += 64) {
        vf part{};
        for (int64_t r = r0; r < m && r < r0 + 64; r++) {
          const float* row = dy + r * n + j;
          part += k >= WIDTH ? load(row) : load_part(row, k);
        }
        total += part;
      }
      if (k >= WIDTH) {
        store(db + j, load(db + j) + total);
      } else {
        store_part(db + j, load_part(db + j, k) + total, k);
      }
    }
  });
}

void register_bias(Kernels& kernels) {
  kernels.add_bias = add_bias;
  kernels.add_bias_backward = add_bias_backward;
}

}  // namespace SFT_ISA
}  // namespace sft
