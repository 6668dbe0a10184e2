// The sum of the squares of a row.
#pragma once

#include "../simd.h"

namespace sft {
namespace SFT_ISA {

SFT_INLINE double row_sum_squares(const float* x, int64_t n) {
  vf a{}, b{};
  int64_t i = 0;
  for (; i + 2 * WIDTH <= n; i += 2 * WIDTH) {
    const vf p = load(x + i), q = load(x + i + WIDTH);
    a += p * p;
    b += q * q;
  }
  for (; i < n; i += WIDTH) {
    const vf p = i + WIDTH <= n ? load(x + i) : load_part(x + i, n - i);
    a += p * p;
  }
  return static_cast<double>(sum(a + b));
}

}  // namespace SFT_ISA
}  // namespace sft
