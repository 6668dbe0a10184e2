// The C ABI of the CPU device. src/compute/cpu binds it; src/compute/device.ts says what each kernel computes.
// All matrices are row-major, all activations fp32. One caller at a time: the library owns one pool of threads.
#pragma once
#include <stdint.h>

#if defined(_WIN32)
#define SFT_API extern "C" __declspec(dllexport)
#else
#define SFT_API extern "C" __attribute__((visibility("default")))
#endif

enum sft_dtype : int32_t { SFT_F32 = 0, SFT_BF16 = 1, SFT_F16 = 2, SFT_I32 = 3, SFT_U8 = 4, SFT_NF4 = 5 };

// A weight of type SFT_NF4, as bitsandbytes stores it; what kernels take for its address is the address of this. Elements are counted over
// all rows: blocks of 64 share a scale, two codes lie in a byte, the first in the high bits. The scale of block b is absmax[b], or where
// absmax is null map[scale_codes[b]] * nested_absmax[b / 256] + offset[0].
struct sft_nf4 {
  const uint8_t* codes;
  const float* absmax;
  const uint8_t* scale_codes;
  const float* map;
  const float* nested_absmax;
  const float* offset;
};

// --- runtime (runtime.cpp, memory.cpp)
SFT_API int32_t sft_abi_version();
// Picks the instruction set ("avx512", "avx2", "neon", "baseline"; null or "" for the best there is) and starts threads (0: one per
// physical core this process may use). Returns 0, or -1 where this processor lacks that set. May be called again between kernels.
SFT_API int32_t sft_init(const char* isa, int32_t threads);
SFT_API const char* sft_isa();
SFT_API const char* sft_cpu_name();
SFT_API int32_t sft_threads();
// Zeroed pages, 64-byte aligned at least; null when the system has none left. free takes the size that alloc was given.
SFT_API void* sft_alloc(uint64_t bytes);
SFT_API void sft_free(void* memory, uint64_t bytes);
// Maps a whole file read-only; null on failure, with errno in *error.
SFT_API void* sft_map(const char* utf8_path, uint64_t* bytes, int32_t* error);
SFT_API void sft_unmap(void* memory, uint64_t bytes);
// Of a part of a map: it is read soon (1), so that the system may begin to, or was read for the last time (0), so that its pages need not
// count as this process's memory. Reading it stays possible.
SFT_API void sft_map_advise(const void* memory, uint64_t bytes, int32_t soon);
// 1 where a part of the map could not be read any more, because the file was cut or its disk failed: kernels then read zeros there. Else 0.
SFT_API int32_t sft_map_lost(const void* memory);

// --- matrix products (gemm.cpp)
// y[m,n] = beta y + alpha x[m,k] wT + delta_alpha p[m,r] uT; w [n,k] of type wtype, u [n,r]; no delta where r is 0.
SFT_API void sft_linear(float* y, const float* x, const void* w, int32_t wtype, int64_t m, int64_t n, int64_t k, float alpha,
                        float beta, const float* p, const float* u, int64_t r, float delta_alpha);
// dx[m,k] = beta dx + alpha dy[m,n] w + delta_alpha p[m,r] u; w [n,k] of type wtype, u [r,k]; no delta where r is 0.
SFT_API void sft_linear_backward_input(float* dx, const float* dy, const void* w, int32_t wtype, int64_t m, int64_t n, int64_t k,
                                       float alpha, float beta, const float* p, const float* u, int64_t r, float delta_alpha);
// dw[n,k] = beta dw + alpha dyT x, dy [m,n], x [m,k].
SFT_API void sft_linear_backward_weight(float* dw, const float* dy, const float* x, int64_t m, int64_t n, int64_t k, float alpha,
                                        float beta);

// --- the rest (one file a family)
SFT_API void sft_add_bias(float* y, const void* bias, int32_t btype, int64_t m, int64_t n);
SFT_API void sft_add_bias_backward(float* db, const float* dy, int64_t m, int64_t n);
// The factor of a column is weight + offset. dweight may be null.
SFT_API void sft_rms_norm(float* y, const float* x, const void* weight, int32_t wtype, int64_t rows, int64_t dim, float eps,
                          float offset);
SFT_API void sft_rms_norm_backward(float* dx, const float* dy, const float* x, const void* weight, int32_t wtype, float* dweight,
                                   int64_t rows, int64_t dim, float eps, float beta, float offset);
// Of each head, the first `rotated` elements. cos and sin: [positions, rotated / 2].
SFT_API void sft_rope(float* x, const float* cos, const float* sin, const int32_t* positions, int64_t tokens, int64_t heads,
                      int64_t head_dim, int32_t inverse, int64_t rotated);
// lse may be null. table: i32 [sequences, 4].
SFT_API void sft_attention(float* o, float* lse, const float* q, const float* k, const float* v, const int32_t* table,
                           int64_t sequences, int64_t heads, int64_t kv_heads, int64_t head_dim, float scale, int64_t window);
SFT_API void sft_attention_backward(float* dq, float* dk, float* dv, const float* dout, const float* q, const float* k,
                                    const float* v, const float* o, const float* lse, const int32_t* table, int64_t sequences,
                                    int64_t heads, int64_t kv_heads, int64_t head_dim, float scale, int64_t window);
SFT_API void sft_swiglu(float* h, const float* gate, const float* up, int64_t n);
SFT_API void sft_swiglu_backward(float* dgate, float* dup, const float* dh, const float* gate, const float* up, int64_t n);
SFT_API void sft_geglu(float* h, const float* gate, const float* up, int64_t n);
SFT_API void sft_geglu_backward(float* dgate, float* dup, const float* dh, const float* gate, const float* up, int64_t n);
SFT_API void sft_add(float* y, const float* x, int64_t n);
SFT_API void sft_scale(float* x, int64_t n, float factor);
SFT_API void sft_copy(void* y, int32_t ytype, const void* x, int32_t xtype, int64_t n);
SFT_API void sft_fill(void* x, int32_t xtype, int64_t n, double value);
SFT_API void sft_dropout(float* y, const float* x, int64_t n, double p, uint64_t seed, uint64_t offset, float beta);
SFT_API void sft_add_noise(float* x, int64_t n, float magnitude, uint64_t seed, uint64_t offset);
// Adds to the bits of x the lowest of each word, as many as the mask `dropped` has, and clears so many.
SFT_API void sft_dither(float* x, int64_t n, int32_t dropped, uint64_t seed, uint64_t offset);
SFT_API void sft_gather_rows(float* y, const void* table, int32_t ttype, const int32_t* ids, int64_t n, int64_t cols);
SFT_API void sft_scatter_rows(float* table, const float* x, const int32_t* ids, int64_t n, int64_t cols, float beta);
// norms[r] = |x[r]|, at least the smallest normal number.
SFT_API void sft_row_norms(float* norms, const float* x, int64_t rows, int64_t cols);
// x[r,c] *= factors[r] / norms[r].
SFT_API void sft_scale_rows(float* x, const float* factors, const float* norms, int64_t rows, int64_t cols);
// y[r,c] = beta y + x[r,c] factors[c] / norms[c]. Backward: dfactors[c] += sum over r of dy[r,c] x[r,c] / norms[c].
SFT_API void sft_scale_columns(float* y, const float* x, const float* factors, const float* norms, int64_t rows, int64_t cols,
                               float beta);
SFT_API void sft_scale_columns_backward(float* dfactors, const float* dy, const float* x, const float* norms, int64_t rows,
                                        int64_t cols);
// Writes x [n] of a float type into `to` (whose arrays are written though they are const, and whose map is read).
SFT_API void sft_quantize_nf4(const sft_nf4* to, const void* x, int32_t xtype, int64_t n);
// grad_scale is read only where with_gradient is not 0.
SFT_API void sft_cross_entropy(float* nll, float* logits, const int32_t* targets, int64_t rows, int64_t vocab,
                               int32_t with_gradient, float grad_scale);
SFT_API double sft_sum_squares(const float* x, int64_t n);
SFT_API void sft_adamw(float* p, const float* grad, float* m, float* v, int64_t n, double learning_rate, double beta1, double beta2,
                       double eps, double weight_decay, int64_t step, double grad_scale);
// blocks: i32 [count, 3]. Moments of two kinds: codes u8 [.., 256] with absmax of each block, and exact fp32 [.., 256].
SFT_API void sft_adamw_8bit(float* p, const float* grad, const int32_t* blocks, int64_t count, const float* map1, uint8_t* codes1,
                            float* absmax1, float* exact1, const float* map2, uint8_t* codes2, float* absmax2, float* exact2,
                            double learning_rate, double beta1, double beta2, double eps, double weight_decay, int64_t step,
                            double grad_scale);
