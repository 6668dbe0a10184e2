// The C ABI, forwarded to the kernels of the chosen instruction set.
#include "sft_cpu.h"

#include "kernels.h"

void sft_linear(float* y, const float* x, const void* w, int32_t wtype, int64_t m, int64_t n, int64_t k, float alpha, float beta,
                const float* p, const float* u, int64_t r, float delta_alpha) {
  sft::kernels().linear(y, x, w, wtype, m, n, k, alpha, beta, p, u, r, delta_alpha);
}

void sft_linear_backward_input(float* dx, const float* dy, const void* w, int32_t wtype, int64_t m, int64_t n, int64_t k,
                               float alpha, float beta, const float* p, const float* u, int64_t r, float delta_alpha) {
  sft::kernels().linear_backward_input(dx, dy, w, wtype, m, n, k, alpha, beta, p, u, r, delta_alpha);
}

void sft_linear_backward_weight(float* dw, const float* dy, const float* x, int64_t m, int64_t n, int64_t k, float alpha,
                                float beta) {
  sft::kernels().linear_backward_weight(dw, dy, x, m, n, k, alpha, beta);
}

void sft_add_bias(float* y, const void* bias, int32_t btype, int64_t m, int64_t n) {
  sft::kernels().add_bias(y, bias, btype, m, n);
}

void sft_add_bias_backward(float* db, const float* dy, int64_t m, int64_t n) { sft::kernels().add_bias_backward(db, dy, m, n); }

void sft_rms_norm(float* y, const float* x, const void* weight, int32_t wtype, int64_t rows, int64_t dim, float eps, float offset) {
  sft::kernels().rms_norm(y, x, weight, wtype, rows, dim, eps, offset);
}

void sft_rms_norm_backward(float* dx, const float* dy, const float* x, const void* weight, int32_t wtype, float* dweight,
                           int64_t rows, int64_t dim, float eps, float beta, float offset) {
  sft::kernels().rms_norm_backward(dx, dy, x, weight, wtype, dweight, rows, dim, eps, beta, offset);
}

void sft_rope(float* x, const float* cos, const float* sin, const int32_t* positions, int64_t tokens, int64_t heads,
              int64_t head_dim, int32_t inverse, int64_t rotated) {
  sft::kernels().rope(x, cos, sin, positions, tokens, heads, head_dim, inverse, rotated);
}

void sft_attention(float* o, float* lse, const float* q, const float* k, const float* v, const int32_t* table, int64_t sequences,
                   int64_t heads, int64_t kv_heads, int64_t head_dim, float scale, int64_t window) {
  sft::kernels().attention(o, lse, q, k, v, table, sequences, heads, kv_heads, head_dim, scale, window);
}

void sft_attention_backward(float* dq, float* dk, float* dv, const float* dout, const float* q, const float* k, const float* v,
                            const float* o, const float* lse, const int32_t* table, int64_t sequences, int64_t heads,
                            int64_t kv_heads, int64_t head_dim, float scale, int64_t window) {
  sft::kernels().attention_backward(dq, dk, dv, dout, q, k, v, o, lse, table, sequences, heads, kv_heads, head_dim, scale, window);
}

void sft_swiglu(float* h, const float* gate, const float* up, int64_t n) { sft::kernels().swiglu(h, gate, up, n); }

void sft_swiglu_backward(float* dgate, float* dup, const float* dh, const float* gate, const float* up, int64_t n) {
  sft::kernels().swiglu_backward(dgate, dup, dh, gate, up, n);
}

void sft_geglu(float* h, const float* gate, const float* up, int64_t n) { sft::kernels().geglu(h, gate, up, n); }

void sft_geglu_backward(float* dgate, float* dup, const float* dh, const float* gate, const float* up, int64_t n) {
  sft::kernels().geglu_backward(dgate, dup, dh, gate, up, n);
}

void sft_add(float* y, const float* x, int64_t n) { sft::kernels().add(y, x, n); }

void sft_scale(float* x, int64_t n, float factor) { sft::kernels().scale(x, n, factor); }

void sft_copy(void* y, int32_t ytype, const void* x, int32_t xtype, int64_t n) { sft::kernels().copy(y, ytype, x, xtype, n); }

void sft_fill(void* x, int32_t xtype, int64_t n, double value) { sft::kernels().fill(x, xtype, n, value); }

void sft_dropout(float* y, const float* x, int64_t n, double p, uint64_t seed, uint64_t offset, float beta) {
  sft::kernels().dropout(y, x, n, p, seed, offset, beta);
}
void sft_add_noise(float* x, int64_t n, float magnitude, uint64_t seed, uint64_t offset) {
  sft::kernels().add_noise(x, n, magnitude, seed, offset);
}
void sft_dither(float* x, int64_t n, int32_t dropped, uint64_t seed, uint64_t offset) {
  sft::kernels().dither(x, n, static_cast<uint32_t>(dropped), seed, offset);
}

void sft_gather_rows(float* y, const void* table, int32_t ttype, const int32_t* ids, int64_t n, int64_t cols) {
  sft::kernels().gather_rows(y, table, ttype, ids, n, cols);
}

void sft_scatter_rows(float* table, const float* x, const int32_t* ids, int64_t n, int64_t cols, float beta) {
  sft::kernels().scatter_rows(table, x, ids, n, cols, beta);
}

void sft_row_norms(float* norms, const float* x, int64_t rows, int64_t cols) { sft::kernels().row_norms(norms, x, rows, cols); }

void sft_scale_rows(float* x, const float* factors, const float* norms, int64_t rows, int64_t cols) {
  sft::kernels().scale_rows(x, factors, norms, rows, cols);
}

void sft_scale_columns(float* y, const float* x, const float* factors, const float* norms, int64_t rows, int64_t cols, float beta) {
  sft::kernels().scale_columns(y, x, factors, norms, rows, cols, beta);
}

void sft_scale_columns_backward(float* dfactors, const float* dy, const float* x, const float* norms, int64_t rows, int64_t cols) {
  sft::kernels().scale_columns_backward(dfactors, dy, x, norms, rows, cols);
}

void sft_quantize_nf4(const sft_nf4* to, const void* x, int32_t xtype, int64_t n) { sft::kernels().quantize_nf4(to, x, xtype, n); }

void sft_cross_entropy(float* nll, float* logits, const int32_t* targets, int64_t rows, int64_t vocab, int32_t with_gradient,
                       float grad_scale) {
  sft::kernels().cross_entropy(nll, logits, targets, rows, vocab, with_gradient, grad_scale);
}

double sft_sum_squares(const float* x, int64_t n) { return sft::kernels().sum_squares(x, n); }

void sft_adamw(float* p, const float* grad, float* m, float* v, int64_t n, double learning_rate, double beta1, double beta2,
               double eps, double weight_decay, int64_t step, double grad_scale) {
  sft::kernels().adamw(p, grad, m, v, n, learning_rate, beta1, beta2, eps, weight_decay, step, grad_scale);
}

void sft_adamw_8bit(float* p, const float* grad, const int32_t* blocks, int64_t count, const float* map1, uint8_t* codes1,
                    float* absmax1, float* exact1, const float* map2, uint8_t* codes2, float* absmax2, float* exact2,
                    double learning_rate, double beta1, double beta2, double eps, double weight_decay, int64_t step,
                    double grad_scale) {
  sft::kernels().adamw_8bit(p, grad, blocks, count, map1, codes1, absmax1, exact1, map2, codes2, absmax2, exact2, learning_rate,
                            beta1, beta2, eps, weight_decay, step, grad_scale);
}
