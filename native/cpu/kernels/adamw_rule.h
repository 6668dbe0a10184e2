// The update of AdamW (Loshchilov & Hutter 2019): with moments in fp32 and in 8 bits it is one rule.
#pragma once
#include "../simd.h"

namespace sft {
namespace SFT_ISA {
namespace {

class AdamWRule {
 public:
  AdamWRule(double learning_rate, double beta1, double beta2, double eps, double weight_decay, int64_t step, double grad_scale)
      : decay_(static_cast<float>(1.0 - learning_rate * weight_decay)),
        rest1_(static_cast<float>(1.0 - beta1)),
        keep2_(static_cast<float>(beta2)),
        rest2_(static_cast<float>(1.0 - beta2)),
        step_size_(static_cast<float>(learning_rate / (1.0 - ::pow(beta1, static_cast<double>(step))))),
        root_correction_(static_cast<float>(::sqrt(1.0 - ::pow(beta2, static_cast<double>(step))))),
        epsilon_(static_cast<float>(eps)),
        scale_(static_cast<float>(grad_scale)) {}

  // Elements from `begin` to `end` of the weights p and their moments m and v.
  void update(float* p, const float* grad, float* m, float* v, int64_t begin, int64_t end) const {
    each_vector(
        begin, end,
        [&](int64_t i) {
          vf weight = load(p + i), first = load(m + i), second = load(v + i);
          step(weight, load(grad + i), first, second);
          store(p + i, weight);
          store(m + i, first);
          store(v + i, second);
        },
        [&](int64_t i, int64_t k) {
          vf weight = load_part(p + i, k), first = load_part(m + i, k), second = load_part(v + i, k);
          step(weight, load_part(grad + i, k), first, second);
          store_part(p + i, weight, k);
          store_part(m + i, first, k);
          store_part(v + i, second, k);
        });
  }

 private:
  void step(vf& weight, vf gradient, vf& first, vf& second) const {
    gradient *= scale_;
    first += (gradient - first) * rest1_;
    second = second * keep2_ + gradient * gradient * rest2_;
    weight = weight * decay_ - first * step_size_ / (sqrt(second) / root_correction_ + epsilon_);
  }

  float decay_, rest1_, keep2_, rest2_, step_size_, root_correction_, epsilon_, scale_;
};

}  // namespace
}  // namespace SFT_ISA
}  // namespace sft
