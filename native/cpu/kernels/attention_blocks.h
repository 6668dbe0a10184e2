// How attention is cut: blocks of queries (with all query heads of a group, which share keys) against blocks of keys.
#pragma once
#include <stdlib.h>

#include "tile.h"

namespace sft {
namespace SFT_ISA {

constexpr int64_t KEYS = 64;  // keys in a block
constexpr int64_t KEY_VECTORS = KEYS / WIDTH;

struct Shape {
  int64_t heads, kv_heads, group, head_dim, width;  // width: head_dim padded to whole vectors
  int64_t block;                                    // queries in a block
  int64_t window;
  float scale;
};

// `rows`: query rows in a block, about.
static Shape shape_of(int64_t heads, int64_t kv_heads, int64_t head_dim, float scale, int64_t window, int64_t rows) {
  const int64_t group = heads / kv_heads;
  const int64_t block = rows / group > 1 ? rows / group : 1;
  return {heads, kv_heads, group, head_dim, padded(head_dim), block, window, scale};
}

// One packed sequence. Query i sees keys first(i) .. last(i).
struct Sequence {
  int64_t query, queries, key, keys, window;
  int64_t last(int64_t i) const { return i + keys - queries; }
  // The first query that sees a key, its window aside.
  int64_t first_query(int64_t k) const { return k - (keys - queries); }
  // How many keys from `key` on query i may see, of at most `most`; a window may hide some in front.
  int64_t seen(int64_t i, int64_t key, int64_t most) const { return last(i) + 1 - key < most ? last(i) + 1 - key : most; }
  int64_t first(int64_t i) const { return window > 0 && last(i) - window + 1 > 0 ? last(i) - window + 1 : 0; }
};

static Sequence sequence_at(const int32_t* table, int64_t index, int64_t window) {
  const int32_t* row = table + 4 * index;
  return {row[0], row[1], row[2], row[3], window};
}

// The range of queries in [begin, end) that see any key of [key, key + KEYS).
struct Range {
  int64_t begin, end;
};
static Range queries_seeing(const Sequence& s, int64_t key, int64_t begin, int64_t end) {
  const int64_t shift = s.keys - s.queries;
  int64_t from = key - shift;
  if (from < begin) from = begin;
  int64_t to = end;
  if (s.window > 0) {
    const int64_t past = key + KEYS - 1 + s.window - shift;  // the first query whose window starts behind the block
    if (past < to) to = past;
  }
  return {from, to > from ? to : from};
}

// Tasks are (sequence, kv head, block) in one row, those of long sequences first, so that what is left for the last is short. The i-th
// sequence to be worked on is order[i], its first task starts[i].
struct Tasks {
  int64_t *starts, *order;
  int64_t sequences, count;
};
struct Task {
  int64_t sequence, head, block, blocks;
};

template <typename F>
static Tasks list_tasks(int64_t sequences, const int32_t* table, F&& tasks_of) {
  auto* starts = static_cast<int64_t*>(malloc(static_cast<size_t>(2 * sequences + 1) * sizeof(int64_t)));
  if (starts == nullptr) abort();
  int64_t* const order = starts + sequences + 1;
  const auto length = [&](int64_t sequence) { return table[4 * sequence + 1]; };
  for (int64_t i = 0; i < sequences; i++) {
    int64_t at = i;
    for (; at > 0 && length(order[at - 1]) < length(i); at--) order[at] = order[at - 1];
    order[at] = i;
  }
  starts[0] = 0;
  for (int64_t i = 0; i < sequences; i++) starts[i + 1] = starts[i] + tasks_of(order[i]);
  return {starts, order, sequences, starts[sequences]};
}

static Task task_at(const Tasks& tasks, int64_t index, int64_t kv_heads) {
  int64_t low = 0, high = tasks.sequences;
  while (high - low > 1) {
    const int64_t middle = (low + high) / 2;
    (tasks.starts[middle] <= index ? low : high) = middle;
  }
  const int64_t blocks = (tasks.starts[low + 1] - tasks.starts[low]) / kv_heads, local = index - tasks.starts[low];
  return {tasks.order[low], local % kv_heads, local / kv_heads, blocks};
}

// Copies the rows of one group of heads, query by query, each row padded to whole vectors: to[queries * group, width].
static void pack_group(float* to, const float* from, const Shape& shape, int64_t head, int64_t query, int64_t queries,
                       float factor) {
  for (int64_t i = 0; i < queries; i++) {
    const float* in = from + ((query + i) * shape.heads + head * shape.group) * shape.head_dim;
    pack(to + i * shape.group * shape.width, in, shape.head_dim, shape.group, shape.head_dim, factor);
  }
}

// Which keys of a block a row sees, as lanes: vector j of the block holds keys j * WIDTH and on, of which [low, high) are seen.
SFT_INLINE vi seen(int64_t j, int64_t low, int64_t high) {
  vi lane;
  for (int i = 0; i < WIDTH; i++) lane[i] = i;
  lane += static_cast<int32_t>(j * WIDTH);
  return (lane >= static_cast<int32_t>(low)) & (lane < static_cast<int32_t>(high));
}

// Bump allocation within a thread's scratch memory, in floats.
struct Arena {
  float* next;
  float* take(int64_t floats) {
    float* taken = next;
    next += (floats + 15) / 16 * 16;
    return taken;
  }
};

}  // namespace SFT_ISA
}  // namespace sft
