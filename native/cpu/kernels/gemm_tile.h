// The register tile: a few rows of A, broadcast element by element, times a panel of B, a few vectors wide.
#pragma once
#include "gemm_vector.h"

namespace sft {
namespace SFT_ISA {
namespace {

// Where a product goes: element (i, j) at data[i * rows + j * cols]. c = beta c + alpha (product); beta is 0 (c is not read) or 1.
struct Destination {
  float* data;
  int64_t rows;
  int64_t cols;
  float alpha;
  float beta;
};

// Rows of A, `stride` apart, whose elements lie side by side.
struct Rows {
  const float* data;
  int64_t stride;
  Rows at(int64_t row) const { return {data + row * stride, stride}; }
};

// A few more steps of the reduction: rows of another A, against what follows in the panel.
struct Slab {
  Rows a{nullptr, 0};
  int64_t depth = 0;
  Slab at(int64_t row) const { return {a.at(row), depth}; }
};

// With AVX-512 a tile of C is as quickly read as asked for.
constexpr bool kAskForC = WIDTH < 16;

// Asks for V vectors of a row of C.
template <int V>
SFT_INLINE void ask_for_row(const float* c) {
  for (int j = 0; j < V * WIDTH; j += 16) __builtin_prefetch(c + j, 1, 3);
}

// acc += `depth` elements of R rows of A times as many rows of B.
template <int R, int V>
SFT_INLINE void accumulate(vf (&acc)[R][V], const float* a, int64_t lda, const float* b, int64_t ldb, int64_t depth) {
#pragma GCC unroll 2
  for (int64_t p = 0; p < depth; ++p) {
    vf bv[V];
#pragma GCC unroll 4
    for (int v = 0; v < V; ++v) bv[v] = load(b + v * WIDTH);
#pragma GCC unroll 8
    for (int r = 0; r < R; ++r) {
      vf av = splat(a[r * lda + p]);
      if (V > 1) SFT_IN_REGISTER(av);
#pragma GCC unroll 4
      for (int v = 0; v < V; ++v) SFT_MULTIPLY_ADD(acc[r][v], av, bv[v]);
    }
    b += ldb;
  }
}

// One tile: R rows of A times `depth` rows of B (ldb apart, V vectors each), and the slab's rows times those that follow, of which
// the first `cols` columns are written. Reads V whole vectors of each row of B.
template <int R, int V>
static __attribute__((noinline)) void tile(Rows a, const float* b, int64_t ldb, int64_t depth, const Slab& slab,
                                           const Destination& to, float* c, int64_t cols) {
  vf acc[R][V];
#pragma GCC unroll 8
  for (int r = 0; r < R; ++r) {
    // Asked for now, C is there when the sums are.
    if (kAskForC && to.cols == 1) ask_for_row<V>(c + r * to.rows);
#pragma GCC unroll 4
    for (int v = 0; v < V; ++v) acc[r][v] = vf{};
  }
  accumulate<R, V>(acc, a.data, a.stride, b, ldb, depth);
  if (slab.depth > 0) accumulate<R, V>(acc, slab.a.data, slab.a.stride, b + depth * ldb, ldb, slab.depth);
  const vf alpha = splat(to.alpha);
  if (cols == V * WIDTH && to.cols == 1) {
#pragma GCC unroll 8
    for (int r = 0; r < R; ++r) {
      float* const row = c + r * to.rows;
#pragma GCC unroll 4
      for (int v = 0; v < V; ++v) {
        vf sum = acc[r][v] * alpha;
        if (to.beta != 0) sum += load(row + v * WIDTH);
        store(row + v * WIDTH, sum);
      }
    }
    return;
  }
  float out[R][V * WIDTH];
#pragma GCC unroll 8
  for (int r = 0; r < R; ++r) {
#pragma GCC unroll 4
    for (int v = 0; v < V; ++v) store(&out[r][v * WIDTH], acc[r][v] * alpha);
  }
  for (int64_t j = 0; j < cols; ++j) {
    for (int r = 0; r < R; ++r) {
      float* const at = c + r * to.rows + j * to.cols;
      *at = to.beta != 0 ? *at + out[r][j] : out[r][j];
    }
  }
}

using TileFn = void (*)(Rows, const float*, int64_t, int64_t, const Slab&, const Destination&, float*, int64_t);

template <int R>
SFT_INLINE TileFn tile_of_rows(int vectors) {
  if (vectors == 1) return tile<R, 1>;
  if constexpr (kTileVectors == 2) {
    return tile<R, 2>;
  } else {
    return vectors == 2 ? tile<R, 2> : tile<R, 3>;
  }
}

static TileFn tile_for(int rows, int vectors) {
  switch (rows) {
    case 1:
      return tile_of_rows<1>(vectors);
    case 2:
      return tile_of_rows<2>(vectors);
    case 3:
      return tile_of_rows<3>(vectors);
    case 4:
      return tile_of_rows<4>(vectors);
#if defined(__AVX2__) || defined(__aarch64__)
    case 5:
      return tile_of_rows<5>(vectors);
    case 6:
      return tile_of_rows<6>(vectors);
#endif
#if defined(__AVX512F__) || defined(__aarch64__)
    case 7:
      return tile_of_rows<7>(vectors);
    case 8:
      return tile_of_rows<8>(vectors);
#endif
    default:
      return nullptr;
  }
}

// What is read from memory next, asked for bit by bit while the present tiles are computed.
class Ahead {
 public:
  Ahead() = default;
  // `rows` rows of `bytes` bytes each, `stride` bytes apart, asked for in `steps` equal steps.
  Ahead(const void* data, int64_t rows, int64_t bytes, int64_t stride, int64_t steps)
      : data_(static_cast<const char*>(data)), stride_(stride), lines_(bytes / 64 + 1), all_(rows * lines_) {
    step_ = (all_ + steps - 1) / steps;
  }

  void step() {
    const int64_t end = next_ + step_ < all_ ? next_ + step_ : all_;
    const char* row = data_ + next_ / lines_ * stride_;
    int64_t line = next_ % lines_;
    for (; next_ < end; ++next_) {
      __builtin_prefetch(row + line * 64, 0, 2);
      if (++line == lines_) {
        line = 0;
        row += stride_;
      }
    }
  }

 private:
  const char* data_ = nullptr;
  int64_t stride_ = 0, lines_ = 1, all_ = 0, step_ = 0, next_ = 0;
};

// Rows [0, rows) of A, with those of a slab, times one panel, `cols` columns wide, written to c.
static void column_of_tiles(Rows a, int64_t rows, const float* b, int64_t ldb, int64_t depth, const Slab& slab,
                            const Destination& to, float* c, int64_t cols, Ahead* ahead = nullptr) {
  const int vectors = static_cast<int>((cols + WIDTH - 1) / WIDTH);
  const TileFn whole = tile_for(kTileRows, vectors);
  int64_t i = 0;
  for (; i + kTileRows <= rows; i += kTileRows) {
    if (ahead != nullptr) ahead->step();
    whole(a.at(i), b, ldb, depth, slab.at(i), to, c + i * to.rows, cols);
  }
  if (i < rows) tile_for(static_cast<int>(rows - i), vectors)(a.at(i), b, ldb, depth, slab.at(i), to, c + i * to.rows, cols);
}

}  // namespace
}  // namespace SFT_ISA
}  // namespace sft
