// How a product is cut into panels, chunks of the reduction and tasks. The cuts of the reduction depend on the shape alone, so that a
// result does not depend on the number of threads.
#pragma once
#include <utility>

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

// What is added to a product while its sums are in registers: alpha A [rows, depth] B [depth, cols], a low-rank delta beside frozen
// weights. B's element (p, j) is b[p * b_stride + j], or b[j * b_stride + p].
struct Delta {
  const float* a = nullptr;
  const float* b = nullptr;
  int64_t depth = 0, b_stride = 0;
  bool b_transposed = false;
  float alpha = 1;
};

// C [rows, cols] = beta C + alpha A [rows, depth] B [depth, cols], plus the delta, with which alpha is 1.
template <typename T>
struct Product {
  Destination to;
  int64_t rows, cols, depth;
  // A's element (i, p) is a[i * a_stride + p], or a[p * a_stride + i] where it is stored transposed.
  const float* a;
  int64_t a_stride;
  bool a_transposed;
  // B's element (p, j) is b[p * b_stride + j], or b[j * b_stride + p].
  typename T::source b;
  int64_t b_stride;
  bool b_transposed;
  Delta delta{};

  typename T::source b_at(int64_t p, int64_t j) const { return b + (b_transposed ? j * b_stride + p : p * b_stride + j); }
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
constexpr int64_t kBlockRows = 1024;         // rows of A that are packed at a time: twice 2.5 MB with kDepth
constexpr int64_t kSmallPanels = 320 << 10;  // bytes of B that stay in L2 while all of A streams by

// Rows of A a page apart fall into the same sets of the caches and each need an entry of the TLB.
SFT_INLINE bool strides_badly(int64_t floats) { return floats > 4096 || floats * 4 % 4096 == 0; }

// Asks for a tile of C that is read and written soon.
SFT_INLINE void ask_for_tile(const float* c, int64_t row_stride, int64_t rows) {
  for (int64_t r = 0; r < rows; ++r) ask_for_row<kTileVectors>(c + r * row_stride);
}

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
          column_of_tiles({g.a + i * g.a_stride + p, g.a_stride}, rows, packed + p * width + j * depth, rounded_up(cols, WIDTH),
                          depth, {}, to, to.data + i * to.rows + j * to.cols, cols);
        }
        to.beta = 1;
      }
    }
  });
}

constexpr int64_t kFewRowsDepth = 512;

// A few rows, stored transposed, times a B that is read in place where its columns fill whole vectors.
static void multiply_few_rows(const Product<F32>& g) {
  const int64_t depth_step = chunk_depth(g.depth, kFewRowsDepth);
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
          float* const panel = static_cast<float*>(scratch(thread, kTileCols * kFewRowsDepth * 4));
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
        column_of_tiles({a + p, stride}, g.rows, b, ldb, depth, {}, to, to.data + j * to.cols, cols, &ahead);
        to.beta = 1;
      }
    }
  });
}

// Panels [first, first + count) of B for the chunk of the reduction from p on, packed one after another.
template <typename T>
struct Group {
  const Product<T>& g;
  int64_t p, depth, first, count;

  int64_t cols(int64_t panel) const { return least(kTileCols, g.cols - panel * kTileCols); }

  // Panel i goes to packed + i * stride; after the last chunk of B come the delta's rows.
  void pack(float* packed, int64_t stride) const {
    if (g.b_transposed) {
      for (int64_t i = 0; i < count; ++i) {
        const int64_t j = (first + i) * kTileCols, wide = cols(first + i);
        pack_panel<T>(packed + i * stride, rounded_up(wide, WIDTH), g.b_at(p, j), g.b_stride, true, depth, wide);
      }
    } else {
      pack_rows_across(packed, stride);
    }
    if (p + depth == g.depth) pack_delta(packed, stride);
  }

  // A few rows at a time across all panels: what lies side by side is read together.
  void pack_rows_across(float* packed, int64_t stride) const {
    constexpr int64_t kRows = 8;
    for (int64_t r = 0; r < depth; r += kRows) {
      for (int64_t i = 0; i < count; ++i) {
        const int64_t j = (first + i) * kTileCols, wide = cols(first + i), width = rounded_up(wide, WIDTH);
        pack_panel<T>(packed + i * stride + r * width, width, g.b_at(p + r, j), g.b_stride, false, least(kRows, depth - r), wide);
      }
    }
  }

  void pack_delta(float* packed, int64_t stride) const {
    const Delta& d = g.delta;
    if (d.depth == 0) return;
    for (int64_t i = 0; i < count; ++i) {
      const int64_t j = (first + i) * kTileCols, wide = cols(first + i), width = rounded_up(wide, WIDTH);
      float* const rows = packed + i * stride + depth * width;
      pack_panel<F32>(rows, width, d.b + (d.b_transposed ? j * d.b_stride : j), d.b_stride, d.b_transposed, d.depth, wide);
      for (int64_t e = 0; e < d.depth * width; e += WIDTH) store(rows + e, load(rows + e) * d.alpha);
    }
  }

  // What is asked for by `steps` steps: all panels of this group.
  Ahead ahead(int64_t steps) const {
    const int64_t j = first * kTileCols, wide = least(count * kTileCols, g.cols - j);
    const int64_t lines = g.b_transposed ? wide : depth, length = g.b_transposed ? depth : wide;
    return steps == 0 ? Ahead() : Ahead(T::address(g.b_at(p, j)), lines, T::bytes(length), T::bytes(g.b_stride), steps);
  }
};

// How a product is cut for its threads. Rows are cut too, so that there are enough items for all threads to end together: item i is the
// cut i % cuts of the rows of C against the panel i / cuts.
template <typename T>
struct Plan {
  const Product<T>& g;
  int64_t depth_step, together, block, panels, rows, cut, cuts;

  // For `rows` rows of C.
  Plan(const Product<T>& product, int64_t rows_of_c) : g(product), rows(rows_of_c) {
    depth_step = chunk_depth(g.depth, kDepth);
    together = most(1, kGroupBytes / (kTileCols * depth_step * 4));
    block = most(1, kBlockBytes / (depth_step * 4) / kTileRows) * kTileRows;
    panels = divided_up(g.cols, kTileCols);
    const int64_t items = thread_count() > 1 ? 64 * thread_count() : 1;
    cut = rounded_up(most(divided_up(rows, divided_up(items, panels)), least(rows, 48)), kTileRows);
    cuts = divided_up(rows, cut);
  }

  int64_t items() const { return panels * cuts; }
  int64_t depth(int64_t p) const { return least(depth_step, g.depth - p); }
  int64_t panel_floats() const { return kTileCols * (depth_step + g.delta.depth); }
  Group<T> group(int64_t p, int64_t panel, int64_t count) const { return {g, p, depth(p), panel, count}; }
};

// What a thread computes at a stretch: `count` panels from `panel` on, packed together, against some cuts of the rows, for the chunk of
// the reduction from p on.
struct Step {
  int64_t p, panel, count, from, upto;
};

// The steps of one thread, claimed as it goes, for the chunks of the reduction in [first, last).
template <typename T>
class Course {
 public:
  Course(const Plan<T>& plan, const Claims& claims, int thread, int64_t first, int64_t last)
      : plan_(plan), claims_(claims), thread_(thread), first_(first), last_(last), p_(last) {}

  bool next(Step* step) {
    if (at_ == end_ && !turn()) return false;
    const int64_t cuts = plan_.cuts, from = at_ % cuts, whole = from == 0 ? (end_ - at_) / cuts : 0;
    const int64_t count = most(1, least(plan_.together, whole)), upto = whole > 0 ? cuts : least(cuts, from + end_ - at_);
    *step = {p_, at_ / cuts, count, from, upto};
    at_ += whole > 0 ? count * cuts : upto - from;
    return true;
  }

 private:
  // To the next chunk of what is claimed, or to the first of what is claimed next.
  bool turn() {
    p_ += plan_.depth_step;
    if (p_ >= last_) {
      // A with all its chunks is too large to be read again for every group of panels.
      const bool one = first_ + plan_.depth_step >= last_;
      if (!claims_.take(thread_, one ? plan_.together * plan_.cuts : plan_.items(), plan_.cuts, &begin_, &end_)) return false;
      p_ = first_;
    }
    at_ = begin_;
    return true;
  }

  const Plan<T>& plan_;
  const Claims& claims_;
  int thread_;
  int64_t first_, last_, p_, begin_ = 0, end_ = 0, at_ = 0;
};

// One thread's part of rows of C, from row `first` on: `a` are the rows of A there, from the first chunk of the course on. Blocks of A stay
// in L2 while the panels of a group pass by. The next group is asked for meanwhile; where there is none, the one that begins a `later`
// chunk.
template <typename T>
static void follow(const Plan<T>& plan, Course<T> course, int thread, int64_t first, Rows a, int64_t a_begin,
                   const Group<T>* later) {
  const Product<T>& g = plan.g;
  const int64_t stride = plan.panel_floats();
  float* const packed = static_cast<float*>(scratch(thread, static_cast<uint64_t>(plan.together * stride) * 4));
  Step now, then;
  for (bool more = course.next(&now); more; now = then) {
    const Group<T> group = plan.group(now.p, now.panel, now.count);
    group.pack(packed, stride);
    more = course.next(&then);
    const int64_t begin = now.from * plan.cut, end = least(now.upto * plan.cut, plan.rows);
    const int64_t steps = now.count * ((end - begin) / kTileRows);
    Ahead ahead = more ? plan.group(then.p, then.panel, then.count).ahead(steps) : later != nullptr ? later->ahead(steps) : Ahead();
    Destination to = g.to;
    if (now.p > 0) to.beta = 1;
    Slab slab;
    if (g.delta.depth > 0 && now.p + group.depth == g.depth)
      slab = {{g.delta.a + first * g.delta.depth, g.delta.depth}, g.delta.depth};
    for (int64_t i = begin; i < end; i += plan.block) {
      const Rows rows{a.data + i * a.stride + now.p - a_begin, a.stride};
      for (int64_t n = 0; n < now.count; ++n) {
        const int64_t cols = group.cols(now.panel + n);
        float* const c = to.data + (first + i) * to.rows + (now.panel + n) * kTileCols * to.cols;
        column_of_tiles(rows, least(plan.block, end - i), packed + n * stride, rounded_up(cols, WIDTH), group.depth, slab.at(i), to,
                        c, cols, &ahead);
      }
    }
  }
}

// A packed, chunk by chunk: while one chunk is multiplied the next one is packed.
template <typename T>
static void multiply_packed(const Plan<T>& plan, int64_t first) {
  const Product<T>& g = plan.g;
  const int64_t stride = plan.depth_step + 16;
  float* const packed = static_cast<float*>(shared_scratch(static_cast<uint64_t>(2 * plan.rows * stride) * 4));
  const auto pack = [&](int64_t p, float* to, int64_t from, int64_t end) {
    if (g.a_transposed) {
      pack_transposed<F32>(to + from * stride, stride, g.a + p * g.a_stride + first + from, g.a_stride, plan.depth(p), end - from);
    } else {
      pack_rows<F32>(to + from * stride, stride, g.a + (first + from) * g.a_stride + p, g.a_stride, end - from, plan.depth(p));
    }
  };
  float *now = packed, *next = packed + plan.rows * stride;
  for (int64_t p = -plan.depth_step; p < g.depth; p += plan.depth_step) {
    const int64_t soon = p + plan.depth_step;
    const Claims items(p < 0 ? 0 : plan.items(), 0), parts(soon < g.depth ? divided_up(plan.rows, WIDTH) : 0, 1);
    parallel_threads([&](int thread) {
      int64_t begin, end;
      while (parts.take(thread, 4, 1, &begin, &end)) pack(soon, next, begin * WIDTH, least(end * WIDTH, plan.rows));
      if (p < 0) return;
      const Group<T> later = plan.group(soon, items.first(thread) / plan.cuts, plan.together);
      follow(plan, Course<T>(plan, items, thread, p, soon), thread, first, Rows{now, stride}, p, soon < g.depth ? &later : nullptr);
    });
    std::swap(now, next);
  }
}

// The general case: each thread packs panels of B for itself and runs down the rows of A, which is packed first where it is stored
// transposed or its rows lie badly.
template <typename T>
static void multiply_panels(const Product<T>& g) {
  for (int64_t first = 0; first < g.rows; first += kBlockRows) {
    const Plan<T> plan(g, least(kBlockRows, g.rows - first));
    if (g.a_transposed || strides_badly(g.a_stride)) {
      multiply_packed(plan, first);
      continue;
    }
    const Claims items(plan.items(), 0);
    parallel_threads([&](int thread) {
      const Rows a{g.a + first * g.a_stride, g.a_stride};
      follow<T>(plan, Course<T>(plan, items, thread, 0, g.depth), thread, first, a, 0, nullptr);
    });
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
