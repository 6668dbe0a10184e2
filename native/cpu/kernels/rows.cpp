// Rows of a table by index: the embedding, the choice of trained positions, and the backward of both.
#include "../kernels.h"
#include "../pool.h"
#include "nf4.h"

namespace sft {
namespace SFT_ISA {

static void gather_rows(float* y, const void* table, int32_t ttype, const int32_t* ids, int64_t n, int64_t cols) {
  with_weight(ttype, table, [&](auto type, auto from) {
    using T = decltype(type);
    parallel_for(n, 8, [&](int64_t begin, int64_t end, int) {
      for (int64_t r = begin; r < end; r++) {
        const auto in = from + ids[r] * cols;
        float* out = y + r * cols;
        each_vector(
            0, cols, [&](int64_t i) { store(out + i, T::get(in + i)); },
            [&](int64_t i, int64_t k) { store_part(out + i, T::get_part(in + i, k), k); });
      }
    });
  });
}

// Ranges are columns, not rows: two rows may name the same line of the table, and are then added in order.
static void scatter_rows(float* table, const float* x, const int32_t* ids, int64_t n, int64_t cols, float beta) {
  const int64_t vectors = (cols + WIDTH - 1) / WIDTH;
  parallel_for(vectors, 4, [&](int64_t begin, int64_t end, int) {
    const int64_t first = begin * WIDTH, last = end * WIDTH < cols ? end * WIDTH : cols;
    for (int64_t r = 0; r < n; r++) {
      const float* in = x + r * cols;
      float* out = table + ids[r] * cols;
      each_vector(
          first, last, [&](int64_t i) { store(out + i, beta != 0 ? load(out + i) * beta + load(in + i) : load(in + i)); },
          [&](int64_t i, int64_t k) {
            store_part(out + i, beta != 0 ? load_part(out + i, k) * beta + load_part(in + i, k) : load_part(in + i, k), k);
          });
    }
  });
}

void register_rows(Kernels& kernels) {
  kernels.gather_rows = gather_rows;
  kernels.scatter_rows = scatter_rows;
}

}  // namespace SFT_ISA
}  // namespace sft
