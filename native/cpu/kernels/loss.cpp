// Cross-entropy over rows of logits and its gradient in place.
#include "../kernels.h"
#include "../pool.h"
#include "../simd.h"

namespace sft {
namespace SFT_ISA {

constexpr int64_t CHUNK = 2048;

// Maximum and sum of exp(x - maximum) in one pass over memory (Milakov & Gimelshein 2018): chunk by chunk, each while it is in cache.
static void softmax_statistics(const float* x, int64_t n, float* maximum, double* total) {
  float m = -INFINITY;
  double l = 0;
  for (int64_t i0 = 0; i0 < n; i0 += CHUNK) {
    const int64_t end = i0 + CHUNK < n ? i0 + CHUNK : n;
    vf top = broadcast(m);
    float last = m;
    each_vector(
        i0, end, [&](int64_t i) { top = max(top, load(x + i)); },
        [&](int64_t i, int64_t k) {
          for (int64_t j = i; j < i + k; j++) last = x[j] > last ? x[j] : last;
        });
    const float lanes = largest(top);
    const float next = lanes > last ? lanes : last;
    vf part{};
    float rest = 0;
    each_vector(
        i0, end, [&](int64_t i) { part += exp_of_negative(load(x + i) - next); },
        [&](int64_t i, int64_t k) {
          const vf e = exp_of_negative(load_part(x + i, k) - next);
          for (int64_t j = 0; j < k; j++) rest += e[j];
        });
    l = (l > 0 ? l * ::exp(static_cast<double>(m) - static_cast<double>(next)) : l) + static_cast<double>(sum(part)) +
        static_cast<double>(rest);
    m = next;
  }
  *maximum = m;
  *total = l;
}

static void cross_entropy(float* nll, float* logits, const int32_t* targets, int64_t rows, int64_t vocab, int32_t with_gradient,
                          float grad_scale) {
  parallel_for(rows, 1, [&](int64_t begin, int64_t end, int) {
    for (int64_t r = begin; r < end; r++) {
      float* x = logits + r * vocab;
      float m;
      double l;
      softmax_statistics(x, vocab, &m, &l);
      nll[r] = static_cast<float>(::log(l) + (static_cast<double>(m) - static_cast<double>(x[targets[r]])));
      if (with_gradient == 0) continue;
      const float factor = static_cast<float>(static_cast<double>(grad_scale) / l);
      each_vector(
          0, vocab, [&](int64_t i) { store(x + i, exp_of_negative(load(x + i) - m) * factor); },
          [&](int64_t i, int64_t k) { store_part(x + i, exp_of_negative(load_part(x + i, k) - m) * factor, k); });
      x[targets[r]] -= grad_scale;
    }
  });
}

void register_loss(Kernels& kernels) { kernels.cross_entropy = cross_entropy; }

}  // namespace SFT_ISA
}  // namespace sft
