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

  // The panel of B at (p, j), `depth` deep, to be asked for in `steps` steps.
  Ahead ahead(int64_t p, int64_t j, int64_t depth, int64_t steps) const {
    constexpr int64_t kBytes = sizeof(typename T::element);
    const int64_t wide = least(kTileCols, cols - j);
    const int64_t lines = b_transposed ? wide : depth, length = b_transposed ? depth : wide;
    return steps == 0 ? Ahead() : Ahead(b_at(p, j), lines, length * kBytes, b_stride * kBytes, steps);
  }

  const typename T::element* b_at(int64_t p, int64_t j) const { return b_transposed ? b + j * b_stride + p : b + p * b_stride + j; }
};

// Equal chunks of the reduction, none longer than `most`.
SFT_INLINE int64_t chunk_depth(int64_t depth, int64_t most) { return rounded_up(divided_up(depth, divided_up(depth, most)), 16); }

constexpr int64_t kDepth = 640;        // a panel of B (48 columns) then takes 120 KB, an eighth of a large L2
constexpr int64_t kBlockRows = 1024;   // rows of A that are packed at a time: 2.5 MB with kDepth
constexpr int64_t kSmallPanels = 320 << 10;  // bytes of B that stay in L2 while all of A streams by

// Rows of A a page apart fall into the same sets of the caches and each need an entry of the TLB.
SFT_INLINE bool strides_badly(int64_t floats) { return floats > 4096 || floats * 4 % 4096 == 0; }

// Small B: all of it is packed once, then each task takes some rows of A and writes them across. A is read in place, once.
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
          const int64_t cols = least(kTileCols, g.cols - j);
          column_of_tiles(g.a + i * g.a_stride + p, g.a_stride, rows, packed + p * width + j * depth, rounded_up(cols, WIDTH), depth,
                          to, to.data + i * to.rows + j * to.cols, cols);
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
        column_of_tiles(a + p, stride, g.rows, b, ldb, depth, to, to.data + j * to.cols, cols);
        to.beta = 1;
      }
    }
  });
}

// The general case: each task packs a panel of B for itself and runs down the rows of A, which is packed first where it is stored
// transposed or its rows lie badly.
template <typename T>
static void multiply_panels(const Product<T>& g) {
  const int64_t depth_step = chunk_depth(g.depth, kDepth);
  const int64_t panels = divided_up(g.cols, kTileCols);
  const bool packs_a = g.a_transposed || strides_badly(g.a_stride);
  const int64_t packed_stride = depth_step + 16;
  for (int64_t first = 0; first < g.rows; first += kBlockRows) {
    const int64_t rows = least(kBlockRows, g.rows - first);
    float* const packed = packs_a ? static_cast<float*>(shared_scratch(static_cast<uint64_t>(rows * packed_stride) * 4)) : nullptr;
    // Rows are cut too where there are few panels for the threads.
    const int64_t threads = thread_count();
    int64_t cuts = 1;
    while (threads > 1 && panels * cuts < 4 * threads && rows / (cuts + 1) >= 96) ++cuts;
    const int64_t cut = rounded_up(divided_up(rows, cuts), kTileRows);
    Destination to = g.to;
    for (int64_t p = 0; p < g.depth; p += depth_step) {
      const int64_t depth = least(depth_step, g.depth - p);
      if (packs_a) {
        parallel_for(rows, 4 * WIDTH, [&](int64_t begin, int64_t end, int) {
          float* const target = packed + begin * packed_stride;
          if (g.a_transposed) {
            pack_transposed<F32>(target, packed_stride, g.a + p * g.a_stride + first + begin, g.a_stride, depth, end - begin);
          } else {
            pack_rows<F32>(target, packed_stride, g.a + (first + begin) * g.a_stride + p, g.a_stride, end - begin, depth);
          }
        });
      }
      const float* const a = packs_a ? packed : g.a + first * g.a_stride + p;
      const int64_t a_stride = packs_a ? packed_stride : g.a_stride;
      // Neighbouring panels go to one thread where there are many, so that a task knows which it will need next.
      const int64_t tasks = panels * cuts;
      parallel_for(tasks, tasks / (threads * 8) + 1, [&](int64_t begin, int64_t end, int thread) {
        float* const panel = static_cast<float*>(scratch(thread, kTileCols * static_cast<uint64_t>(depth_step) * 4));
        for (int64_t task = begin; task < end; ++task) {
          const int64_t j = task / cuts * kTileCols, i = task % cuts * cut;
          const int64_t cols = least(kTileCols, g.cols - j), height = least(cut, rows - i);
          if (height <= 0) continue;
          const int64_t width = rounded_up(cols, WIDTH);
          pack_panel<T>(panel, width, g.b_at(p, j), g.b_stride, g.b_transposed, depth, cols);
          const bool more = cuts == 1 && task + 1 < end;
          column_of_tiles(a + i * a_stride, a_stride, height, panel, width, depth, to,
                          to.data + (first + i) * to.rows + j * to.cols, cols,
                          more ? g.ahead(p, j + kTileCols, depth, height / kTileRows) : Ahead());
        }
      });
      to.beta = 1;
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
