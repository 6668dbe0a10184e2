// Panels: a strip of a matrix brought into the order and the type that the register tile reads.
#pragma once
#include "gemm_vector.h"

namespace sft {
namespace SFT_ISA {
namespace {

// to[c * to_stride + r] = from[r * from_stride + c] for r < rows, c < cols, as fp32.
template <typename T>
static void pack_transposed(float* to, int64_t to_stride, typename T::source from, int64_t from_stride, int64_t rows,
                            int64_t cols) {
  int64_t r = 0;
  for (; r + WIDTH <= rows; r += WIDTH) {
    const typename T::source source = from + r * from_stride;
    int64_t c = 0;
    for (; c + WIDTH <= cols; c += WIDTH) {
      vf square[WIDTH];
#pragma GCC unroll 16
      for (int i = 0; i < WIDTH; ++i) square[i] = T::get(source + i * from_stride + c);
      transpose(square);
#pragma GCC unroll 16
      for (int i = 0; i < WIDTH; ++i) store(to + (c + i) * to_stride + r, square[i]);
    }
    for (; c < cols; ++c) {
      for (int i = 0; i < WIDTH; ++i) to[c * to_stride + r + i] = value<T>(source + i * from_stride + c);
    }
  }
  for (; r < rows; ++r) {
    for (int64_t c = 0; c < cols; ++c) to[c * to_stride + r] = value<T>(from + r * from_stride + c);
  }
}

// to[r * to_stride + c] = from[r * from_stride + c] for r < rows, c < cols, as fp32.
template <typename T>
static void pack_rows(float* to, int64_t to_stride, typename T::source from, int64_t from_stride, int64_t rows, int64_t cols) {
  for (int64_t r = 0; r < rows; ++r) {
    const typename T::source source = from + r * from_stride;
    float* const target = to + r * to_stride;
    int64_t c = 0;
    for (; c + WIDTH <= cols; c += WIDTH) store(target + c, T::get(source + c));
    for (; c < cols; ++c) target[c] = value<T>(source + c);
  }
}

// One panel of B: `depth` rows of `width` floats (a multiple of WIDTH), of which `cols` are B's and the rest 0. B's element (p, j) is
// from[p * stride + j], or from[j * stride + p] where B is stored transposed.
template <typename T>
static void pack_panel(float* to, int64_t width, typename T::source from, int64_t stride, bool transposed, int64_t depth,
                       int64_t cols) {
  if (cols < width) {
    for (int64_t p = 0; p < depth; ++p) store(to + p * width + width - WIDTH, vf{});
  }
  if (transposed) {
    pack_transposed<T>(to, width, from, stride, cols, depth);
  } else {
    pack_rows<T>(to, width, from, stride, depth, cols);
  }
}

}  // namespace
}  // namespace SFT_ISA
}  // namespace sft
