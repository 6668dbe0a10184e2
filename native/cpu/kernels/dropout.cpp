// Inverted dropout, by words of Philox.
#include "../kernels.h"
#include "philox.h"

namespace sft {
namespace SFT_ISA {

static void dropout(float* y, const float* x, int64_t n, double p, uint64_t seed, uint64_t offset, float beta) {
  const double scaled = p * 4294967296.0;
  const uint32_t threshold = scaled >= 4294967295.0 ? 0xffffffffu : static_cast<uint32_t>(scaled);
  const float factor = static_cast<float>(1.0 / (1.0 - p));
  with_words(n, seed, offset, [&](int64_t i0, const uint32_t* mask, int64_t count) {
    const auto kept = [&](vf value, int64_t i) {
      const vu word = load_as<vu>(mask + i);
      return word >= threshold ? value * factor : vf{};
    };
    each_vector(
        0, count,
        [&](int64_t i) {
          const vf value = kept(load(x + i0 + i), i);
          store(y + i0 + i, beta != 0 ? load(y + i0 + i) * beta + value : value);
        },
        [&](int64_t i, int64_t k) {
          const vf value = kept(load_part(x + i0 + i, k), i);
          store_part(y + i0 + i, beta != 0 ? load_part(y + i0 + i, k) * beta + value : value, k);
        });
  });
}

void register_dropout(Kernels& kernels) { kernels.dropout = dropout; }

}  // namespace SFT_ISA
}  // namespace sft
