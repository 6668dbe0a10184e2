// The table of kernels of one instruction set. Every file of kernels/ is compiled once per set with SFT_ISA naming it; its register
// function puts the addresses of its kernels into the table, so that nothing compiled for a newer processor runs on an older one
// before runtime.cpp has looked at the processor. Arguments are those of sft_cpu.h.
#pragma once
#include <stdint.h>

struct sft_nf4;

namespace sft {

struct Kernels {
  // gemm.cpp
  void (*linear)(float* y, const float* x, const void* w, int32_t wtype, int64_t m, int64_t n, int64_t k, float alpha, float beta,
                 const float* p, const float* u, int64_t r, float delta_alpha);
  void (*linear_backward_input)(float* dx, const float* dy, const void* w, int32_t wtype, int64_t m, int64_t n, int64_t k,
                                float alpha, float beta, const float* p, const float* u, int64_t r, float delta_alpha);
  void (*linear_backward_weight)(float* dw, const float* dy, const float* x, int64_t m, int64_t n, int64_t k, float alpha,
                                 float beta);
  // bias.cpp
  void (*add_bias)(float* y, const void* bias, int32_t btype, int64_t m, int64_t n);
  void (*add_bias_backward)(float* db, const float* dy, int64_t m, int64_t n);
  // norm.cpp
  void (*rms_norm)(float* y, const float* x, const void* weight, int32_t wtype, int64_t rows, int64_t dim, float eps, float offset);
  void (*rms_norm_backward)(float* dx, const float* dy, const float* x, const void* weight, int32_t wtype, float* dweight,
                            int64_t rows, int64_t dim, float eps, float beta, float offset);
  // rope.cpp
  void (*rope)(float* x, const float* cos, const float* sin, const int32_t* positions, int64_t tokens, int64_t heads,
               int64_t head_dim, int32_t inverse, int64_t rotated);
  // attention.cpp
  void (*attention)(float* o, float* lse, const float* q, const float* k, const float* v, const int32_t* table, int64_t sequences,
                    int64_t heads, int64_t kv_heads, int64_t head_dim, float scale, int64_t window);
  // attention_backward.cpp
  void (*attention_backward)(float* dq, float* dk, float* dv, const float* dout, const float* q, const float* k, const float* v,
                             const float* o, const float* lse, const int32_t* table, int64_t sequences, int64_t heads,
                             int64_t kv_heads, int64_t head_dim, float scale, int64_t window);
  // swiglu.cpp
  void (*swiglu)(float* h, const float* gate, const float* up, int64_t n);
  void (*swiglu_backward)(float* dgate, float* dup, const float* dh, const float* gate, const float* up, int64_t n);
  // geglu.cpp
  void (*geglu)(float* h, const float* gate, const float* up, int64_t n);
  void (*geglu_backward)(float* dgate, float* dup, const float* dh, const float* gate, const float* up, int64_t n);
  // elementwise.cpp
  void (*add)(float* y, const float* x, int64_t n);
  void (*scale)(float* x, int64_t n, float factor);
  void (*copy)(void* y, int32_t ytype, const void* x, int32_t xtype, int64_t n);
  void (*fill)(void* x, int32_t xtype, int64_t n, double value);
  // dropout.cpp
  void (*dropout)(float* y, const float* x, int64_t n, double p, uint64_t seed, uint64_t offset, float beta);
  // noise.cpp
  void (*add_noise)(float* x, int64_t n, float magnitude, uint64_t seed, uint64_t offset);
  void (*dither)(float* x, int64_t n, uint32_t dropped, uint64_t seed, uint64_t offset);
  // rows.cpp
  void (*gather_rows)(float* y, const void* table, int32_t ttype, const int32_t* ids, int64_t n, int64_t cols);
  void (*scatter_rows)(float* table, const float* x, const int32_t* ids, int64_t n, int64_t cols, float beta);
  // magnitude.cpp
  void (*row_norms)(float* norms, const float* x, int64_t rows, int64_t cols);
  void (*scale_rows)(float* x, const float* factors, const float* norms, int64_t rows, int64_t cols);
  void (*scale_columns)(float* y, const float* x, const float* factors, const float* norms, int64_t rows, int64_t cols, float beta);
  void (*scale_columns_backward)(float* dfactors, const float* dy, const float* x, const float* norms, int64_t rows, int64_t cols);
  // quantize.cpp
  void (*quantize_nf4)(const sft_nf4* to, const void* x, int32_t xtype, int64_t n);
  // loss.cpp
  void (*cross_entropy)(float* nll, float* logits, const int32_t* targets, int64_t rows, int64_t vocab, int32_t with_gradient,
                        float grad_scale);
  // optimizer.cpp
  double (*sum_squares)(const float* x, int64_t n);
  void (*adamw)(float* p, const float* grad, float* m, float* v, int64_t n, double learning_rate, double beta1, double beta2,
                double eps, double weight_decay, int64_t step, double grad_scale);
  // optimizer_8bit.cpp
  void (*adamw_8bit)(float* p, const float* grad, const int32_t* blocks, int64_t count, const float* map1, uint8_t* codes1,
                     float* absmax1, float* exact1, const float* map2, uint8_t* codes2, float* absmax2, float* exact2,
                     double learning_rate, double beta1, double beta2, double eps, double weight_decay, int64_t step,
                     double grad_scale);
};

// The table of the instruction set that sft_init chose (runtime.cpp).
const Kernels& kernels();

// One namespace per instruction set; runtime.cpp calls register_all of those that the build holds.
#define SFT_DECLARE_KERNELS(isa)               \
  namespace isa {                              \
  void register_gemm(Kernels&);                \
  void register_bias(Kernels&);                \
  void register_norm(Kernels&);                \
  void register_rope(Kernels&);                \
  void register_attention(Kernels&);           \
  void register_attention_backward(Kernels&);  \
  void register_swiglu(Kernels&);              \
  void register_geglu(Kernels&);               \
  void register_elementwise(Kernels&);         \
  void register_dropout(Kernels&);             \
  void register_noise(Kernels&);               \
  void register_rows(Kernels&);                \
  void register_magnitude(Kernels&);           \
  void register_quantize(Kernels&);            \
  void register_loss(Kernels&);                \
  void register_optimizer(Kernels&);           \
  void register_optimizer_8bit(Kernels&);      \
  inline void register_all(Kernels& kernels) { \
    register_gemm(kernels);                    \
    register_bias(kernels);                    \
    register_norm(kernels);                    \
    register_rope(kernels);                    \
    register_attention(kernels);               \
    register_attention_backward(kernels);      \
    register_swiglu(kernels);                  \
    register_geglu(kernels);                   \
    register_elementwise(kernels);             \
    register_dropout(kernels);                 \
    register_noise(kernels);                   \
    register_rows(kernels);                    \
    register_magnitude(kernels);               \
    register_quantize(kernels);                \
    register_loss(kernels);                    \
    register_optimizer(kernels);               \
    register_optimizer_8bit(kernels);          \
  }                                            \
  }

SFT_DECLARE_KERNELS(avx512)
SFT_DECLARE_KERNELS(avx2)
SFT_DECLARE_KERNELS(neon)
SFT_DECLARE_KERNELS(baseline)

#undef SFT_DECLARE_KERNELS

}  // namespace sft
