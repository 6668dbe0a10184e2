// How a product is cut into panels, chunks of the reduction and tasks. The cuts of the reduction depend on the shape alone, so that a
// result does not depend on the number of threads.
#pragma once
#include "../pool.h"
#include "../sft_cpu.h"
#include "gemm_pack.h"
#include "gemm_tile.h"

namespace sft {
namespace SFT_ISA {
namespace {

SFT_INLINE int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
SFT_INLINE int64_t most(int64_t a, int64_t b) { return a > b ? a : b; }
SFT_INLINE int64_t divided_up(int64_t a, int64_t b) { return (a + b - 1) / b; }
SFT_INLINE int64_t rounded_up(int64_t a, int64_t b) { return divided_up(a, b) * b; }

// C [rows, cols] = beta C + alpha A [rows, depth] B [depth, cols].
template <typename T>
struct Product {
  Destination to;
  int64_t rows, cols, depth;
  // A's element (i, p) is a[i * a_stride + p], or a[p * a_stride + i] where it is stored transposed.
  const float* a;
  int64_t a_stride;
  bool a_transposed;
  // B's element (p, j) is b[p * b_stride + j], or b[j * b_stride + p].
  const typename T::element* b;
  int64_t b_stride;
  bool b_transposed;

  const typename T::element* b_at(int64_t p, int64_t j) const { return b_transposed ? b + j * b_stride + p : b + p * b_stride + j; }
};

// Equal chunks of the reduction, none longer than `limit`.
SFT_INLINE int64_t chunk_depth(int64_t depth, int64_t limit) { return rounded_up(divided_up(depth, divided_up(depth, limit)), 16); }

constexpr int64_t kDepth = 640;  // a panel of B (48 columns) then takes 120 KB, an eighth of a large L2
// Bytes of A and of packed panels that a thread uses again and again: with the panels that come next they fit into L2 (512 KB on Zen 3,
// 1 MB and more where there is AVX-512).
#if defined(__AVX512F__)
constexpr int64_t kBlockBytes = 384 << 10, kGroupBytes = 128 << 10;
#else
constexpr int64_t kBlockBytes = 192 << 10, kGroupBytes = 80 << 10;
#endif
constexpr int64_t kBlockRows = 1024;         // rows of A that are packed at a time: 2.5 MB with kDepth
constexpr int64_t kSmallPanels = 320 << 10;  // bytes of B that stay in L2 while all of A streams by

// With AVX-512 a tile of C is as quickly read as asked for.
constexpr bool kAskForC = WIDTH < 16;

// Rows of A a page apart fall into the same sets of the caches and each need an entry of the TLB.
SFT_INLINE bool strides_badly(int64_t floats) { return floats > 4096 || floats * 4 % 4096 == 0; }

// Small B: all of it is packed once, then each task takes some rows of A and writes them across, asking for C two tiles before it is
// written: where B is shallow little else would hide its way from memory. A is read in place, once.
template <typename T>
static void multiply_small_b(const Product<T>& g, int64_t depth_step) {
  const int64_t panels = divided_up(g.cols, kTileCols);
  const int64_t width = rounded_up(g.cols, WIDTH);
  const int64_t chunks = divided_up(g.depth, depth_step);
  float* const packed = static_cast<float*>(shared_scratch(static_cast<uint64_t>(width * g.depth) * 4));
  // A chunk holds its panels one after another.
  parallel_for(panels * chunks, 1, [&](int64_t begin, int64_t end, int) {
    for (int64_t task = begin; task < end; ++task) {
      const int64_t p = task / panels * depth_step, j = task % panels * kTileCols;
      const int64_t depth = least(depth_step, g.depth - p), cols = least(kTileCols, g.cols - j);
      pack_panel<T>(packed + p * width + j * depth, rounded_up(cols, WIDTH), g.b_at(p, j), g.b_stride, g.b_transposed, depth, cols);
    }
  });
  const int64_t block = 4 * kTileRows;
  parallel_for(divided_up(g.rows, block), 1, [&](int64_t begin, int64_t end, int) {
    for (int64_t i = begin * block; i < least(end * block, g.rows); i += kTileRows) {
      const int64_t rows = least(kTileRows, g.rows - i);
      Destination to = g.to;
      for (int64_t p = 0; p < g.depth; p += depth_step) {
        const int64_t depth = least(depth_step, g.depth - p);
        for (int64_t j = 0; j < g.cols; j += kTileCols) {
          const int64_t cols = least(kTileCols, g.cols - j), soon = j + 2 * kTileCols;
          if (kAskForC && soon + kTileCols <= g.cols) ask_for_tile(to.data + i * to.rows + soon, to.rows, rows);
          column_of_tiles(g.a + i * g.a_stride + p, g.a_stride, rows, packed + p * width + j * depth, rounded_up(cols, WIDTH),
                          depth, to, to.data + i * to.rows + j * to.cols, cols);
        }
        to.beta = 1;
      }
    }
  });
}

// A few rows, stored transposed, times a B that is read in place where its columns fill whole vectors.
static void multiply_few_rows(const Product<F32>& g) {
  const int64_t depth_step = chunk_depth(g.depth, 256);
  const int64_t stride = rounded_up(g.depth, 16) + 16;
  float* const a = static_cast<float*>(shared_scratch(static_cast<uint64_t>(stride * g.rows) * 4));
  pack_transposed<F32>(a, stride, g.a, g.a_stride, g.depth, g.rows);
  parallel_for(divided_up(g.cols, kTileCols), 1, [&](int64_t begin, int64_t end, int thread) {
    for (int64_t j = begin * kTileCols; j < least(end * kTileCols, g.cols); j += kTileCols) {
      const int64_t cols = least(kTileCols, g.cols - j);
      Destination to = g.to;
      for (int64_t p = 0; p < g.depth; p += depth_step) {
        const int64_t depth = least(depth_step, g.depth - p);
        const float* b = g.b_at(p, j);
        int64_t ldb = g.b_stride;
        if (cols % WIDTH != 0) {
          ldb = rounded_up(cols, WIDTH);
          float* const panel = static_cast<float*>(scratch(thread, kTileCols * 256 * 4));
          pack_panel<F32>(panel, ldb, b, g.b_stride, false, depth, cols);
          b = panel;
        }
        // Its next lines of B lie a row of B apart, too far for the processor to guess.
        const bool down = p + depth < g.depth;
        const int64_t next_p = down ? p + depth : 0, next_j = down ? j : j + kTileCols;
        Ahead ahead;
        if (next_j < g.cols) {
          ahead = Ahead(g.b_at(next_p, next_j), least(depth_step, g.depth - next_p), least(kTileCols, g.cols - next_j) * 4 - 1,
                        g.b_stride * 4, most(1, g.rows / kTileRows));
        }
        column_of_tiles(a + p, stride, g.rows, b, ldb, depth, to, to.data + j * to.cols, cols, &ahead);
        to.beta = 1;
      }
    }
  });
}

// Panels [first, first + count) of B, packed one after another, against rows of A: block by block of A, each of which stays in L2 while
// the panels pass by.
template <typename T>
struct Group {
  const Product<T>& g;
  int64_t p, depth, first, count;

  int64_t cols(int64_t panel) const { return least(kTileCols, g.cols - panel * kTileCols); }
  static float* at(float* packed, int64_t index, int64_t depth_step) { return packed + index * kTileCols * depth_step; }

  void pack(float* packed, int64_t depth_step) const {
    if (g.b_transposed) {
      for (int64_t i = 0; i < count; ++i) {
        const int64_t j = (first + i) * kTileCols, wide = cols(first + i);
        pack_panel<T>(at(packed, i, depth_step), rounded_up(wide, WIDTH), g.b_at(p, j), g.b_stride, true, depth, wide);
      }
      return;
    }
    // A few rows at a time across all panels: what lies side by side is read together.
    constexpr int64_t kRows = 8;
    for (int64_t r = 0; r < depth; r += kRows) {
      for (int64_t i = 0; i < count; ++i) {
        const int64_t j = (first + i) * kTileCols, wide = cols(first + i), width = rounded_up(wide, WIDTH);
        pack_panel<T>(at(packed, i, depth_step) + r * width, width, g.b_at(p + r, j), g.b_stride, false, least(kRows, depth - r),
                      wide);
      }
    }
  }

  // What is asked for by `steps` steps: all panels of this group.
  Ahead ahead(int64_t steps) const {
    constexpr int64_t kBytes = sizeof(typename T::element);
    const int64_t j = first * kTileCols, wide = least(count * kTileCols, g.cols - j);
    const int64_t lines = g.b_transposed ? wide : depth, length = g.b_transposed ? depth : wide;
    return steps == 0 ? Ahead() : Ahead(g.b_at(p, j), lines, length * kBytes, g.b_stride * kBytes, steps);
  }
};

// The general case: each task packs panels of B for itself and runs down the rows of A, which is packed first where it is stored
// transposed or its rows lie badly.
template <typename T>
static void multiply_panels(const Product<T>& g) {
  const int64_t depth_step = chunk_depth(g.depth, kDepth);
  const int64_t panels = divided_up(g.cols, kTileCols);
  const bool packs_a = g.a_transposed || strides_badly(g.a_stride);
  const int64_t packed_stride = depth_step + 16;
  const int64_t together = most(1, kGroupBytes / (kTileCols * depth_step * 4));
  const int64_t block = most(1, kBlockBytes / (depth_step * 4) / kTileRows) * kTileRows;
  for (int64_t first = 0; first < g.rows; first += kBlockRows) {
    const int64_t rows = least(kBlockRows, g.rows - first);
    float* const packed = packs_a ? static_cast<float*>(shared_scratch(static_cast<uint64_t>(rows * packed_stride) * 4)) : nullptr;
    // Rows are cut too, so that there are enough items for all threads to end together.
    const int64_t items = thread_count() > 1 ? 64 * thread_count() : 1;
    const int64_t cut = rounded_up(most(divided_up(rows, divided_up(items, panels)), least(rows, 48)), kTileRows);
    const int64_t cuts = divided_up(rows, cut);
    // The items [begin, end), each a cut of the rows against a panel, for the chunk of the reduction from p on.
    const auto work = [&](int64_t begin, int64_t end, int thread, int64_t p, const float* a, int64_t a_stride) {
      const int64_t depth = least(depth_step, g.depth - p);
      Destination to = g.to;
      if (p > 0) to.beta = 1;
      float* const panel = static_cast<float*>(scratch(thread, together * kTileCols * static_cast<uint64_t>(depth_step) * 4));
      while (begin < end) {
        // Whole panels together; at the ends of a range perhaps a part of the rows of one.
        const int64_t j = begin / cuts, from = begin % cuts, whole = from == 0 ? (end - begin) / cuts : 0;
        const int64_t upto = whole > 0 ? cuts : least(cuts, from + end - begin);
        const int64_t i0 = from * cut, i1 = least(upto * cut, rows);
        const Group<T> group{g, p, depth, j, most(1, least(together, whole))};
        group.pack(panel, depth_step);
        const int64_t after = least(together, whole - group.count);
        Ahead ahead =
            after > 0 ? Group<T>{g, p, depth, j + group.count, after}.ahead(group.count * ((i1 - i0) / kTileRows)) : Ahead();
        for (int64_t i = i0; i < i1; i += block) {
          const int64_t height = least(block, i1 - i);
          for (int64_t n = 0; n < group.count; ++n) {
            const int64_t cols = group.cols(j + n);
            column_of_tiles(a + i * a_stride, a_stride, height, group.at(panel, n, depth_step), rounded_up(cols, WIDTH), depth, to,
                            to.data + (first + i) * to.rows + (j + n) * kTileCols * to.cols, cols, &ahead);
          }
        }
        begin += whole > 0 ? group.count * cuts : upto - from;
      }
    };
    if (!packs_a) {
      parallel_for_shrinking(panels * cuts, [&](int64_t begin, int64_t end, int thread) {
        for (int64_t p = 0; p < g.depth; p += depth_step) work(begin, end, thread, p, g.a + first * g.a_stride + p, g.a_stride);
      });
      continue;
    }
    for (int64_t p = 0; p < g.depth; p += depth_step) {
      const int64_t depth = least(depth_step, g.depth - p);
      parallel_for(rows, 4 * WIDTH, [&](int64_t begin, int64_t end, int) {
        float* const target = packed + begin * packed_stride;
        if (g.a_transposed) {
          pack_transposed<F32>(target, packed_stride, g.a + p * g.a_stride + first + begin, g.a_stride, depth, end - begin);
        } else {
          pack_rows<F32>(target, packed_stride, g.a + (first + begin) * g.a_stride + p, g.a_stride, end - begin, depth);
        }
      });
      parallel_for_shrinking(panels * cuts,
                             [&](int64_t begin, int64_t end, int thread) { work(begin, end, thread, p, packed, packed_stride); });
    }
  }
}

// C = beta C, for a product over nothing.
static void scale_only(const Destination& to, int64_t rows, int64_t cols) {
  if (to.beta != 0) return;
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t j = 0; j < cols; ++j) to.data[i * to.rows + j * to.cols] = 0;
  }
}

}  // namespace
}  // namespace SFT_ISA
}  // namespace sft
