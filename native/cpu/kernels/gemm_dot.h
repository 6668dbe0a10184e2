// Products with a few rows of x, as in decoding: weights are streamed once, in place, each row of w against every row of x.
#pragma once
#include "../pool.h"
#include "gemm_vector.h"

namespace sft {
namespace SFT_ISA {
namespace {

// Elements of w that are asked for before they are needed; what lies beyond its end is never touched.
constexpr int64_t kAhead = 256;

// y[i * y_stride + j] for X rows of x and W rows of w, k long.
template <int X, int W, typename T>
static void dot_tile(float* y, int64_t y_stride, const float* x, typename T::source w, int64_t k, float alpha, float beta) {
  // Whole vectors of sums, so that they are added up by a transposition; the last may be empty in part.
  constexpr int kSums = (X * W + WIDTH - 1) / WIDTH * WIDTH;
  vf acc[kSums];
#pragma GCC unroll 16
  for (int i = 0; i < kSums; ++i) acc[i] = vf{};
  int64_t p = 0;
  for (; p + WIDTH <= k; p += WIDTH) {
    vf wv[W];
#pragma GCC unroll 4
    for (int j = 0; j < W; ++j) {
      __builtin_prefetch(T::address(w + (j * k + p + kAhead)));
      wv[j] = T::get(w + (j * k + p));
    }
#pragma GCC unroll 4
    for (int i = 0; i < X; ++i) {
      const vf xv = load(x + i * k + p);
#pragma GCC unroll 4
      for (int j = 0; j < W; ++j) acc[i * W + j] += xv * wv[j];
    }
  }
  float dots[kSums];
  if constexpr (X * W >= WIDTH) {
    for (int i = 0; i < kSums; i += WIDTH) store(dots + i, sums(acc + i));
  } else {
    for (int i = 0; i < X * W; ++i) dots[i] = sum(acc[i]);
  }
  for (int i = 0; i < X; ++i) {
    for (int j = 0; j < W; ++j) {
      float dot = dots[i * W + j];
      for (int64_t q = p; q < k; ++q) dot += x[i * k + q] * value<T>(w + (j * k + q));
      float* const at = y + i * y_stride + j;
      *at = beta != 0 ? *at + alpha * dot : alpha * dot;
    }
  }
}

template <int W, typename T>
static void dot_rows(float* y, int64_t y_stride, const float* x, int64_t m, typename T::source w, int64_t k, float alpha,
                     float beta) {
  int64_t i = 0;
  for (; i + 4 <= m; i += 4) dot_tile<4, W, T>(y + i * y_stride, y_stride, x + i * k, w, k, alpha, beta);
  switch (m - i) {
    case 3:
      return dot_tile<3, W, T>(y + i * y_stride, y_stride, x + i * k, w, k, alpha, beta);
    case 2:
      return dot_tile<2, W, T>(y + i * y_stride, y_stride, x + i * k, w, k, alpha, beta);
    case 1:
      return dot_tile<1, W, T>(y + i * y_stride, y_stride, x + i * k, w, k, alpha, beta);
    default:
      return;
  }
}

// y[m, n] = beta y + alpha x[m, k] wT for small m.
template <typename T>
static void multiply_dots(float* y, const float* x, typename T::source w, int64_t m, int64_t n, int64_t k, float alpha,
                          float beta) {
  constexpr int64_t kTaskBytes = 64 << 10;
  const int64_t groups = (n + kDotRows - 1) / kDotRows;
  const int64_t bytes = T::bytes(kDotRows * k);
  const int64_t grain = bytes >= kTaskBytes ? 1 : kTaskBytes / bytes;
  parallel_for(groups, grain, [&](int64_t begin, int64_t end, int) {
    int64_t j = begin * kDotRows;
    for (; j + kDotRows <= n && j < end * kDotRows; j += kDotRows) dot_rows<kDotRows, T>(y + j, n, x, m, w + j * k, k, alpha, beta);
    for (; j < n && j < end * kDotRows; ++j) dot_rows<1, T>(y + j, n, x, m, w + j * k, k, alpha, beta);
  });
}

}  // namespace
}  // namespace SFT_ISA
}  // namespace sft
