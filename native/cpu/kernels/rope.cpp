// Rotary position embedding (Su et al. 2021) of the first `rotated` elements of each head, their halves as pairs, in place.
#include "../kernels.h"
#include "../pool.h"
#include "../simd.h"

namespace sft {
namespace SFT_ISA {

static void rope(float* x, const float* cos, const float* sin, const int32_t* positions, int64_t tokens, int64_t heads,
                 int64_t head_dim, int32_t inverse, int64_t rotated) {
  const int64_t half = rotated / 2;
  const float sign = inverse != 0 ? -1.0f : 1.0f;
  parallel_for(tokens, 8, [&](int64_t begin, int64_t end, int) {
    for (int64_t t = begin; t < end; t++) {
      const float *c = cos + positions[t] * half, *s = sin + positions[t] * half;
      for (int64_t h = 0; h < heads; h++) {
        float *first = x + (t * heads + h) * head_dim, *second = first + half;
        each_vector(
            0, half,
            [&](int64_t i) {
              const vf a = load(first + i), b = load(second + i), cs = load(c + i), sn = load(s + i) * sign;
              store(first + i, a * cs - b * sn);
              store(second + i, b * cs + a * sn);
            },
            [&](int64_t i, int64_t n) {
              const vf a = load_part(first + i, n), b = load_part(second + i, n);
              const vf cs = load_part(c + i, n), sn = load_part(s + i, n) * sign;
              store_part(first + i, a * cs - b * sn, n);
              store_part(second + i, b * cs + a * sn, n);
            });
      }
    }
  });
}

void register_rope(Kernels& kernels) { kernels.rope = rope; }

}  // namespace SFT_ISA
}  // namespace sft
