// Causal attention over packed sequences without the score matrix (Dao 2022; online softmax: Milakov & Gimelshein 2018).
#include "../kernels.h"
#include "../pool.h"
#include "attention_blocks.h"

namespace sft {
namespace SFT_ISA {

constexpr int64_t BLOCK_ROWS = 192;

// One row of scores of a block becomes exp(score - maximum), and the maximum and sum so far are brought up to date; keys outside
// [low, high) count as -inf. Returns the factor for what was summed before.
static float softmax_row(float* scores, int64_t low, int64_t high, float& maximum, float& total) {
  const int64_t vectors = padded(high) / WIDTH;
  vf x[KEY_VECTORS];
  vf top = broadcast(-INFINITY);
  for (int64_t j = 0; j < vectors; j++) {
    x[j] = load(scores + j * WIDTH);
    if (j * WIDTH < low || (j + 1) * WIDTH > high) x[j] = seen(j, low, high) ? x[j] : broadcast(-INFINITY);
    top = max(top, x[j]);
  }
  const float block = largest(top);
  const float next = block > maximum ? block : maximum;
  const float base = next == -INFINITY ? 0.0f : next;  // nothing seen yet: every term is exp(-inf)
  vf part{};
  for (int64_t j = 0; j < vectors; j++) {
    const vf e = exp_of_negative(x[j] - base);
    store(scores + j * WIDTH, e);
    part += e;
  }
  const float factor = maximum == next ? 1.0f : ::expf(maximum - base);
  total = total * factor + sum(part);
  maximum = next;
  return factor;
}

static void scale_row(float* row, int64_t width, float factor) {
  for (int64_t i = 0; i < width; i += WIDTH) store(row + i, load(row + i) * factor);
}

// All rows of one block of queries and one group of heads.
static void attend(float* o, float* lse, const float* q, const float* k, const float* v, const Shape& shape, const Sequence& s,
                   int64_t head, int64_t begin, int64_t end, Arena arena) {
  const int64_t group = shape.group, width = shape.width, dim = shape.head_dim, rows = (end - begin) * group;
  const int64_t stride = shape.kv_heads * dim;
  float* queries = arena.take(rows * width);
  float* sums = arena.take(rows * width);
  float* maxima = arena.take(rows);
  float* totals = arena.take(rows);
  float* scores = arena.take(rows * KEYS);
  float* keys = arena.take(dim * KEYS);
  float* values = arena.take(KEYS * width);
  pack_group(queries, q, shape, head, s.query + begin, end - begin, shape.scale);
  for (int64_t r = 0; r < rows; r++) {
    maxima[r] = -INFINITY;
    totals[r] = 0;
  }
  memset(sums, 0, static_cast<size_t>(rows * width) * sizeof(float));
  for (int64_t key = s.first(begin) / KEYS * KEYS; key <= s.last(end - 1); key += KEYS) {
    const Range seeing = queries_seeing(s, key, begin, end);
    const int64_t from = (seeing.begin - begin) * group, count = (seeing.end - seeing.begin) * group;
    const int64_t n = s.keys - key < KEYS ? s.keys - key : KEYS;
    const int64_t at = (s.key + key) * stride + head * dim;
    if (count == 0) continue;
    pack_transposed(keys, KEYS, k + at, stride, n, dim);
    pack(values, v + at, stride, n, dim, 1.0f);
    const auto seen_by = [&](int64_t r) { return s.seen(begin + (from + r) / group, key, n); };
    multiply(scores + from * KEYS, KEYS, {queries + from * width, width, 1}, keys, KEYS, count, false,
             [&](int64_t i, int64_t strip) { return Part{padded(seen_by(i + strip - 1)) / WIDTH, 0, dim}; });
    for (int64_t i = 0; i < count; i++) {
      const int64_t r = from + i, of_strip = (i / TILE_ROWS + 1) * TILE_ROWS < count ? (i / TILE_ROWS + 1) * TILE_ROWS : count;
      const int64_t high = seen_by(i);
      const float factor = softmax_row(scores + r * KEYS, s.first(begin + r / group) - key, high, maxima[r], totals[r]);
      for (int64_t j = padded(high); j < seen_by(of_strip - 1); j += WIDTH) store(scores + r * KEYS + j, vf{});
      if (factor != 1.0f) scale_row(sums + r * width, width, factor);
    }
    multiply(sums + from * width, width, {scores + from * KEYS, KEYS, 1}, values, width, count, true,
             [&](int64_t i, int64_t strip) { return Part{width / WIDTH, 0, seen_by(i + strip - 1)}; });
  }
  for (int64_t r = 0; r < rows; r++) {
    const int64_t line = (s.query + begin + r / group) * shape.heads + head * group + r % group;
    const float inverse = totals[r] == 0 ? 0.0f : 1.0f / totals[r];
    float* out = o + line * dim;
    const float* in = sums + r * width;
    each_vector(
        0, dim, [&](int64_t i) { store(out + i, load(in + i) * inverse); },
        [&](int64_t i, int64_t n) { store_part(out + i, load_part(in + i, n) * inverse, n); });
    if (lse != nullptr) lse[line] = maxima[r] + ::logf(totals[r]);
  }
}

static void attention(float* o, float* lse, const float* q, const float* k, const float* v, const int32_t* table, int64_t sequences,
                      int64_t heads, int64_t kv_heads, int64_t head_dim, float scale, int64_t window) {
  const Shape shape = shape_of(heads, kv_heads, head_dim, scale, window, BLOCK_ROWS);
  const Tasks tasks = list_tasks(sequences, table, [&](int64_t i) {
    return (sequence_at(table, i, window).queries + shape.block - 1) / shape.block * kv_heads;
  });
  const int64_t rows = shape.block * shape.group;
  const auto floats = static_cast<uint64_t>(rows * (2 * shape.width + KEYS + 2) + KEYS * (head_dim + shape.width) + 128);
  parallel_items(tasks.count, [&](int64_t item, int thread) {
    Arena arena{static_cast<float*>(scratch(thread, floats * sizeof(float)))};
    const Task task = task_at(tasks, item, kv_heads);
    const Sequence s = sequence_at(table, task.sequence, window);
    const int64_t first = (task.blocks - 1 - task.block) * shape.block;  // late blocks see most keys and go first
    const int64_t last = first + shape.block < s.queries ? first + shape.block : s.queries;
    attend(o, lse, q, k, v, shape, s, task.head, first, last, arena);
  });
  free(tasks.starts);
}

void register_attention(Kernels& kernels) { kernels.attention = attention; }

}  // namespace SFT_ISA
}  // namespace sft
