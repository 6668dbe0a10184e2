// What attention is told, in fp32 (attention_fp32.h) and on tensor cores (attention_bf16.h).
#pragma once
#include "sft_cuda.h"

namespace sft {

// Packed sequences (indices.ts: four numbers each), heads, and how scores are taken.
struct Attention {
  const int32_t* table;
  int32_t sequences, width, heads, kv_heads, window;
  // Rows that the sequences lie within: of queries, or of keys where a block has a tile of keys.
  int32_t rows;
  float scale;
};

// From first on, below end.
struct Range {
  int first, end;

  __device__ __forceinline__ bool empty() const { return first >= end; }
  __device__ __forceinline__ bool holds(int i) const { return i >= first && i < end; }
  __device__ __forceinline__ bool meets(int from, int count) const { return first < from + count && end > from; }
  __device__ __forceinline__ Range within(Range other) const {
    return {first > other.first ? first : other.first, end < other.end ? end : other.end};
  }
};

// One of them: query rows q0 .. q0 + queries, key rows k0 .. k0 + keys. Keys are counted within the sequence.
struct Sequence {
  int q0, queries, k0, keys;

  __device__ __forceinline__ Sequence(const Attention& g, int index)
      : q0(g.table[4 * index]), queries(g.table[4 * index + 1]), k0(g.table[4 * index + 2]), keys(g.table[4 * index + 3]) {}

  // The last key that the query at `row` sees lies at row + ahead().
  __device__ __forceinline__ int ahead() const { return keys - queries - q0; }

  // Its query rows, and its keys, in a tile of rows of q or of k.
  __device__ __forceinline__ Range queries_in(int row0, int count) const {
    return Range{row0, row0 + count}.within({q0, q0 + queries});
  }
  __device__ __forceinline__ Range keys_in(int row0, int count) const {
    return Range{row0 - k0, row0 - k0 + count}.within({0, keys});
  }

  // Keys that one of these queries sees.
  __device__ __forceinline__ Range seen_by(const Attention& g, Range rows) const {
    if (rows.empty()) return {0, 0};
    const int first = rows.first + ahead() - g.window + 1;
    return {g.window > 0 && first > 0 ? first : 0, rows.end + ahead()};
  }

  // Query rows that see one of these keys.
  __device__ __forceinline__ Range seeing(const Attention& g, Range of) const {
    if (of.empty()) return {0, 0};
    const Range rows{of.first - ahead(), g.window > 0 ? of.end - 1 - ahead() + g.window : q0 + queries};
    return rows.within({q0, q0 + queries});
  }

  __device__ __forceinline__ bool sees(const Attention& g, int row, int key) const {
    return seen_by(g, queries_in(row, 1)).holds(key);
  }
};

// Whether a row of q, or of k, lies in one of them.
__device__ __forceinline__ bool has_query(const Attention& g, int row) {
#pragma unroll 1
  for (int index = 0; index < g.sequences; index++) {
    if (!Sequence(g, index).queries_in(row, 1).empty()) return true;
  }
  return false;
}
__device__ __forceinline__ bool has_key(const Attention& g, int row) {
#pragma unroll 1
  for (int index = 0; index < g.sequences; index++) {
    if (!Sequence(g, index).keys_in(row, 1).empty()) return true;
  }
  return false;
}

// Rows from `first` on of one head of a matrix [rows, heads, width]: 0 from `end` on, and beyond the width.
struct Rows {
  const float* data;
  int64_t stride;
  int first, end, width;

  __device__ __forceinline__ Rows(const float* matrix, int heads, int head, int width, int first, int end)
      : data(matrix + static_cast<int64_t>(head) * width),
        stride(static_cast<int64_t>(heads) * width),
        first(first),
        end(end),
        width(width) {}

  // From column d on, of V: one number or several.
  template <class V = float>
  __device__ __forceinline__ V at(int i, int d) const {
    return first + i < end && d < width ? *reinterpret_cast<const V*>(data + (first + i) * stride + d) : V{};
  }
};

// What backward is given.
struct AttentionInputs {
  const float* dout;
  const float* q;
  const float* k;
  const float* v;
  // A pair a query row and head: its lse, and dout·o.
  const float* pairs;
};

__device__ __forceinline__ const float* pair_of(const AttentionInputs& x, const Attention& g, int row, int head) {
  return x.pairs + 2 * (static_cast<int64_t>(row) * g.heads + head);
}

}  // namespace sft

// A kernel for each number of chunks of 64 columns that a head's width may have.
#define SFT_FOR_CHUNKS(define) define(1) define(2) define(3) define(4)
