// Backward of attention (Dao 2022, algorithm 4): probabilities are recomputed from the scores and lse.
//   P = exp(S - lse)   dP = dO Vt   dS = P (dP - rowsum(dO O))   dQ = scale dS K   dK = scale dSt Q   dV = Pt dO
// Either one pass over (sequence, kv head), five products, or two passes that cut finer, seven products: one over blocks of queries
// for dQ, one over blocks of keys for dK and dV. Both add up the same blocks in the same order, hence to the same bits.
#include "../kernels.h"
#include "../pool.h"
#include "attention_blocks.h"

namespace sft {
namespace SFT_ISA {

constexpr int64_t BLOCK_ROWS = 96;

static int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

struct Operands {
  const float *dout, *q, *k, *v, *o, *lse;
};

// Rows of a block of queries: q is scaled, delta is rowsum(dO O).
struct QueryRows {
  float *q, *dout, *lse, *delta;
};
struct KeyRows {
  float *k, *k_transposed, *v_transposed;
  int64_t n;
};

static QueryRows take_queries(Arena& arena, const Shape& shape, int64_t queries) {
  const int64_t rows = queries * shape.group;
  float* q = arena.take(rows * shape.width);
  float* dout = arena.take(rows * shape.width);
  float* lse = arena.take(rows);
  return {q, dout, lse, arena.take(rows)};
}
static KeyRows take_keys(Arena& arena, const Shape& shape) {
  float* k = arena.take(KEYS * shape.width);
  float* transposed = arena.take(KEYS * shape.head_dim);
  return {k, transposed, arena.take(KEYS * shape.head_dim), 0};
}
static QueryRows from_row(const QueryRows& rows, int64_t r, int64_t width) {
  return {rows.q + r * width, rows.dout + r * width, rows.lse + r, rows.delta + r};
}

static float dot(const float* a, const float* b, int64_t n) {
  vf total{};
  each_vector(
      0, n, [&](int64_t i) { total += load(a + i) * load(b + i); },
      [&](int64_t i, int64_t k) { total += load_part(a + i, k) * load_part(b + i, k); });
  return sum(total);
}

static void load_queries(const QueryRows& rows, const Operands& x, const Shape& shape, int64_t head, int64_t query,
                         int64_t queries) {
  pack_group(rows.q, x.q, shape, head, query, queries, shape.scale);
  pack_group(rows.dout, x.dout, shape, head, query, queries, 1.0f);
  for (int64_t r = 0; r < queries * shape.group; r++) {
    const int64_t line = (query + r / shape.group) * shape.heads + head * shape.group + r % shape.group;
    rows.lse[r] = x.lse[line];
    rows.delta[r] = dot(x.dout + line * shape.head_dim, x.o + line * shape.head_dim, shape.head_dim);
  }
}

static void load_keys(KeyRows& rows, const Operands& x, const Shape& shape, const Sequence& s, int64_t head, int64_t key) {
  const int64_t stride = shape.kv_heads * shape.head_dim, at = (s.key + key) * stride + head * shape.head_dim;
  rows.n = s.keys - key < KEYS ? s.keys - key : KEYS;
  pack(rows.k, x.k + at, stride, rows.n, shape.head_dim, 1.0f);
  pack_transposed(rows.k_transposed, KEYS, x.k + at, stride, rows.n, shape.head_dim);
  pack_transposed(rows.v_transposed, KEYS, x.v + at, stride, rows.n, shape.head_dim);
}

// A block of queries from `query` on, with all heads of the group, against a block of keys from `key` on.
struct Pair {
  const Shape& shape;
  const Sequence& s;
  int64_t query, queries, key;

  int64_t rows() const { return queries * shape.group; }
  // How many of the block's keys row r sees.
  int64_t seen(int64_t r, const KeyRows& keys) const { return s.seen(query + r / shape.group, key, keys.n); }
  // The rows from which on key j is seen.
  int64_t seeing(int64_t j) const {
    const int64_t first = s.first_query(key + j) - query;
    return first <= 0 ? 0 : smaller(first, queries) * shape.group;
  }
};

// p, ds [rows, KEYS]; zero where a key is not seen, as far as a strip of rows and a strip of keys read them.
static void probabilities(float* p, float* ds, const QueryRows& rows, const KeyRows& keys, const Pair& pair) {
  const Shape& shape = pair.shape;
  const int64_t count = pair.rows();
  const auto part = [&](int64_t i, int64_t n) { return Part{padded(pair.seen(i + n - 1, keys)) / WIDTH, 0, shape.head_dim}; };
  multiply(p, KEYS, {rows.q, shape.width, 1}, keys.k_transposed, KEYS, count, false, part);
  multiply(ds, KEYS, {rows.dout, shape.width, 1}, keys.v_transposed, KEYS, count, false, part);
  for (int64_t r = 0; r < count; r++) {
    const int64_t of_strip = smaller(r / TILE_ROWS * TILE_ROWS + TILE_ROWS, count) - 1;
    const int64_t read = smaller(padded(pair.seen(of_strip, keys) + TILE_ROWS - 1), KEYS);
    const int64_t low = pair.s.first(pair.query + r / shape.group) - pair.key, high = pair.seen(r, keys);
    const vf lse = broadcast(rows.lse[r]), delta = broadcast(rows.delta[r]);
    for (int64_t j = 0; j < read; j += WIDTH) {
      float *pj = p + r * KEYS + j, *dsj = ds + r * KEYS + j;
      if (j >= high) {
        store(pj, vf{});
        store(dsj, vf{});
        continue;
      }
      vf probability = exp_of_negative(load(pj) - lse);
      vf gradient = probability * (load(dsj) - delta);
      if (j < low || j + WIDTH > high) {
        const vi mask = seen(j / WIDTH, low, high);
        probability = mask ? probability : vf{};
        gradient = mask ? gradient : vf{};
      }
      store(pj, probability);
      store(dsj, gradient);
    }
  }
}

static void add_query_gradient(float* dq, const float* ds, const KeyRows& keys, const Pair& pair) {
  const int64_t width = pair.shape.width;
  multiply(dq, width, {ds, KEYS, 1}, keys.k, width, pair.rows(), true,
           [&](int64_t i, int64_t n) { return Part{width / WIDTH, 0, pair.seen(i + n - 1, keys)}; });
}
static void add_key_gradients(float* dk, float* dv, const float* p, const float* ds, const QueryRows& rows, const KeyRows& keys,
                              const Pair& pair) {
  const int64_t width = pair.shape.width;
  const auto part = [&](int64_t j, int64_t) { return Part{width / WIDTH, pair.seeing(j), pair.rows()}; };
  multiply(dk, width, {ds, 1, KEYS}, rows.q, width, keys.n, true, part);
  multiply(dv, width, {p, 1, KEYS}, rows.dout, width, keys.n, true, part);
}

static void clear(float* x, int64_t floats) { memset(x, 0, static_cast<size_t>(floats) * sizeof(float)); }

// to[row] = from[row] * factor for rows of head_dim, `from` padded to whole vectors.
static void unpack(float* to, int64_t stride, const float* from, const Shape& shape, int64_t rows, float factor) {
  for (int64_t r = 0; r < rows; r++) {
    float* out = to + r * stride;
    const float* in = from + r * shape.width;
    each_vector(
        0, shape.head_dim, [&](int64_t i) { store(out + i, load(in + i) * factor); },
        [&](int64_t i, int64_t n) { store_part(out + i, load_part(in + i, n) * factor, n); });
  }
}
static void unpack_queries(float* dq, const float* from, const Shape& shape, int64_t head, int64_t query, int64_t queries) {
  for (int64_t i = 0; i < queries; i++) {
    float* to = dq + ((query + i) * shape.heads + head * shape.group) * shape.head_dim;
    unpack(to, shape.head_dim, from + i * shape.group * shape.width, shape, shape.group, shape.scale);
  }
}
static void unpack_keys(float* to, const float* from, const Shape& shape, const Sequence& s, int64_t head, int64_t key, int64_t n) {
  const int64_t stride = shape.kv_heads * shape.head_dim;
  unpack(to + (s.key + key) * stride + head * shape.head_dim, stride, from, shape, n, 1.0f);
}

// One sequence and kv head: dq, dk and dv in one pass.
static void fused(float* dq, float* dk, float* dv, const Operands& x, const Shape& shape, const Sequence& s, int64_t head,
                  Arena arena) {
  const int64_t rows = s.queries * shape.group, block_rows = shape.block * shape.group;
  const QueryRows queries = take_queries(arena, shape, s.queries);
  float* sums = arena.take(rows * shape.width);
  KeyRows keys = take_keys(arena, shape);
  float *dk_block = arena.take(KEYS * shape.width), *dv_block = arena.take(KEYS * shape.width);
  float *p = arena.take(block_rows * KEYS), *ds = arena.take(block_rows * KEYS);
  load_queries(queries, x, shape, head, s.query, s.queries);
  clear(sums, rows * shape.width);
  for (int64_t key = 0; key < s.keys; key += KEYS) {
    load_keys(keys, x, shape, s, head, key);
    clear(dk_block, KEYS * shape.width);
    clear(dv_block, KEYS * shape.width);
    for (int64_t block = 0; block < s.queries; block += shape.block) {
      const Range seeing = queries_seeing(s, key, block, smaller(block + shape.block, s.queries));
      const int64_t n = seeing.end - seeing.begin, first = seeing.begin * shape.group;
      if (n == 0) continue;
      const QueryRows part = from_row(queries, first, shape.width);
      const Pair pair{shape, s, seeing.begin, n, key};
      probabilities(p, ds, part, keys, pair);
      add_query_gradient(sums + first * shape.width, ds, keys, pair);
      add_key_gradients(dk_block, dv_block, p, ds, part, keys, pair);
    }
    unpack_keys(dk, dk_block, shape, s, head, key, keys.n);
    unpack_keys(dv, dv_block, shape, s, head, key, keys.n);
  }
  unpack_queries(dq, sums, shape, head, s.query, s.queries);
}

// dq of one block of queries.
static void query_block(float* dq, const Operands& x, const Shape& shape, const Sequence& s, int64_t head, int64_t begin,
                        int64_t end, Arena arena) {
  const int64_t rows = (end - begin) * shape.group;
  const QueryRows queries = take_queries(arena, shape, end - begin);
  float* sums = arena.take(rows * shape.width);
  KeyRows keys = take_keys(arena, shape);
  float *p = arena.take(rows * KEYS), *ds = arena.take(rows * KEYS);
  load_queries(queries, x, shape, head, s.query + begin, end - begin);
  clear(sums, rows * shape.width);
  for (int64_t key = s.first(begin) / KEYS * KEYS; key <= s.last(end - 1); key += KEYS) {
    const Range seeing = queries_seeing(s, key, begin, end);
    const int64_t n = seeing.end - seeing.begin, first = (seeing.begin - begin) * shape.group;
    if (n == 0) continue;
    load_keys(keys, x, shape, s, head, key);
    const Pair pair{shape, s, seeing.begin, n, key};
    probabilities(p, ds, from_row(queries, first, shape.width), keys, pair);
    add_query_gradient(sums + first * shape.width, ds, keys, pair);
  }
  unpack_queries(dq, sums, shape, head, s.query + begin, end - begin);
}

// dk and dv of one block of keys.
static void key_block(float* dk, float* dv, const Operands& x, const Shape& shape, const Sequence& s, int64_t head, int64_t key,
                      Arena arena) {
  const int64_t block_rows = shape.block * shape.group;
  const QueryRows queries = take_queries(arena, shape, shape.block);
  KeyRows keys = take_keys(arena, shape);
  float *dk_block = arena.take(KEYS * shape.width), *dv_block = arena.take(KEYS * shape.width);
  float *p = arena.take(block_rows * KEYS), *ds = arena.take(block_rows * KEYS);
  load_keys(keys, x, shape, s, head, key);
  clear(dk_block, KEYS * shape.width);
  clear(dv_block, KEYS * shape.width);
  for (int64_t block = 0; block < s.queries; block += shape.block) {
    const Range seeing = queries_seeing(s, key, block, smaller(block + shape.block, s.queries));
    const int64_t n = seeing.end - seeing.begin;
    if (n == 0) continue;
    load_queries(queries, x, shape, head, s.query + seeing.begin, n);
    const Pair pair{shape, s, seeing.begin, n, key};
    probabilities(p, ds, queries, keys, pair);
    add_key_gradients(dk_block, dv_block, p, ds, queries, keys, pair);
  }
  unpack_keys(dk, dk_block, shape, s, head, key, keys.n);
  unpack_keys(dv, dv_block, shape, s, head, key, keys.n);
}

// Whether one pass (5 products, but as many tasks as sequences times kv heads) ends before two (7 products, evenly spread).
static bool one_pass_is_faster(const int32_t* table, int64_t sequences, const Shape& shape) {
  double total = 0, longest = 0;
  int64_t rows = 0;
  for (int64_t i = 0; i < sequences; i++) {
    const Sequence s = sequence_at(table, i, 0);
    const int64_t n = s.queries;
    const double seen = static_cast<double>(shape.window > 0 && shape.window < s.keys ? 2 * shape.window : s.keys);
    const double cost = static_cast<double>(n) * seen;
    total += cost * static_cast<double>(shape.kv_heads);
    longest = cost > longest ? cost : longest;
    rows = n * shape.group > rows ? n * shape.group : rows;
  }
  const double threads = thread_count();
  const double last = total / threads + longest * (1 - 1 / threads);
  return rows <= 65536 && 5 * last <= 7 * total / threads;
}

static void attention_backward(float* dq, float* dk, float* dv, const float* dout, const float* q, const float* k, const float* v,
                               const float* o, const float* lse, const int32_t* table, int64_t sequences, int64_t heads,
                               int64_t kv_heads, int64_t head_dim, float scale, int64_t window) {
  const Shape shape = shape_of(heads, kv_heads, head_dim, scale, window, BLOCK_ROWS);
  const Operands x{dout, q, k, v, o, lse};
  const bool one_pass = one_pass_is_faster(table, sequences, shape);
  const auto run = [&](auto&& blocks_of, auto&& each) {
    const Tasks tasks =
        list_tasks(sequences, table, [&](int64_t i) { return blocks_of(sequence_at(table, i, window)) * kv_heads; });
    parallel_items(tasks.count, [&](int64_t item, int thread) {
      const Task task = task_at(tasks, item, kv_heads);
      const Sequence s = sequence_at(table, task.sequence, window);
      const int64_t rows = (one_pass ? s.queries : shape.block) * shape.group, block_rows = shape.block * shape.group;
      const int64_t floats = rows * (3 * shape.width + 2) + block_rows * 2 * KEYS + KEYS * (3 * shape.width + 2 * head_dim) + 256;
      each(s, task, Arena{static_cast<float*>(scratch(thread, static_cast<uint64_t>(floats) * sizeof(float)))});
    });
    free(tasks.starts);
  };
  if (one_pass) {
    run([](const Sequence& s) -> int64_t { return s.queries > 0 ? 1 : 0; },
        [&](const Sequence& s, const Task& task, Arena arena) { fused(dq, dk, dv, x, shape, s, task.head, arena); });
    return;
  }
  run([&](const Sequence& s) { return (s.queries + shape.block - 1) / shape.block; },
      [&](const Sequence& s, const Task& task, Arena arena) {
        const int64_t begin = (task.blocks - 1 - task.block) * shape.block;  // late blocks see most keys and go first
        query_block(dq, x, shape, s, task.head, begin, smaller(begin + shape.block, s.queries), arena);
      });
  run([](const Sequence& s) { return (s.keys + KEYS - 1) / KEYS; },
      [&](const Sequence& s, const Task& task, Arena arena) {
        key_block(dk, dv, x, shape, s, task.head, task.block * KEYS, arena);
      });
}

void register_attention_backward(Kernels& kernels) { kernels.attention_backward = attention_backward; }

}  // namespace SFT_ISA
}  // namespace sft
