// What the matrix products need beyond simd.h: the register tile that fits the instruction set, and squares transposed in registers.
#pragma once
#include "nf4.h"

namespace sft {
namespace SFT_ISA {
namespace {

// The tile of accumulators, in rows and vectors, and the rows of w in a tile of dot products: what the registers hold beside the
// operands (32 registers, or 16 with AVX2 and SSE2).
#if defined(__AVX512F__)
constexpr int kTileRows = 8, kTileVectors = 3, kDotRows = 4;
#elif defined(__AVX2__)
constexpr int kTileRows = 6, kTileVectors = 2, kDotRows = 2;
#elif defined(__aarch64__)
constexpr int kTileRows = 8, kTileVectors = 3, kDotRows = 4;
#else
constexpr int kTileRows = 4, kTileVectors = 2, kDotRows = 2;
#endif
constexpr int kTileCols = kTileVectors * WIDTH;

// One element of a storage type as fp32.
template <typename T>
SFT_INLINE float value(typename T::source p) {
  return T::get_part(p, 1)[0];
}

SFT_INLINE constexpr int lane_source(int i, int d, bool high) {
  return (i & d) == 0 ? (high ? i + d : i) : WIDTH + (high ? i : i - d);
}

#if defined(__has_builtin)
#if __has_builtin(__builtin_shufflevector)
#define SFT_SHUFFLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#endif
#endif
#if !defined(SFT_SHUFFLE)
#define SFT_SHUFFLE(a, b, ...) __builtin_shuffle(a, b, vi{__VA_ARGS__})
#endif
#define SFT_LANE(i) lane_source(i, d, high)
#define SFT_LANES4(i) SFT_LANE(i), SFT_LANE(i + 1), SFT_LANE(i + 2), SFT_LANE(i + 3)

// Lane i of the result is a[i] where bit `d` of i is clear and b[i - d] where it is set (low), or a[i + d] and b[i] (high): one step
// of a transposition by halves.
template <int d, bool high>
SFT_INLINE vf mixed(vf a, vf b) {
#if defined(__AVX512F__)
  return SFT_SHUFFLE(a, b, SFT_LANES4(0), SFT_LANES4(4), SFT_LANES4(8), SFT_LANES4(12));
#elif defined(__AVX2__)
  return SFT_SHUFFLE(a, b, SFT_LANES4(0), SFT_LANES4(4));
#else
  return SFT_SHUFFLE(a, b, SFT_LANES4(0));
#endif
}
#undef SFT_LANES4
#undef SFT_LANE
#undef SFT_SHUFFLE

template <int d>
SFT_INLINE void mix_rows(vf* rows) {
#pragma GCC unroll 16
  for (int i = 0; i < WIDTH; ++i) {
    if ((i & d) != 0) continue;
    const vf low = mixed<d, false>(rows[i], rows[i + d]);
    rows[i + d] = mixed<d, true>(rows[i], rows[i + d]);
    rows[i] = low;
  }
}

// Transposes a square of WIDTH rows in registers.
SFT_INLINE void transpose(vf* rows) {
  if constexpr (WIDTH >= 16) mix_rows<8>(rows);
  if constexpr (WIDTH >= 8) mix_rows<4>(rows);
  mix_rows<2>(rows);
  mix_rows<1>(rows);
}

// Lane i of the result is the sum of the lanes of rows[i].
SFT_INLINE vf sums(vf* rows) {
  transpose(rows);
#pragma GCC unroll 4
  for (int half = WIDTH / 2; half > 0; half /= 2) {
#pragma GCC unroll 8
    for (int i = 0; i < half; ++i) rows[i] += rows[i + half];
  }
  return rows[0];
}

}  // namespace
}  // namespace SFT_ISA
}  // namespace sft
