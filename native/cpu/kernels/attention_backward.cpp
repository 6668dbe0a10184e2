// Backward of attention (Dao 2022, algorithm 4): probabilities are recomputed from the scores and lse.
//   P = exp(S - lse)   dP = dO Vt   dS = P (dP - rowsum(dO O))   dQ = scale dS K   dK = scale dSt Q   dV = Pt dO
// Either one pass over (sequence, kv head), five products, or two passes that cut finer, seven products: one over blocks of queries
// for dQ, one over blocks of keys for dK and dV. Both add up the same blocks in the same order, hence to the same bits.
#include "../kernels.h"
#include "../pool.h"
#include "attention_blocks.h"

namespace sft {
namespace SFT_ISA {

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

static void load_queries(const QueryRows& rows, const Operands& x, const Shape& shape, int64_t head, int64_t query, int64_t queries) {
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

// p, ds [queries * group, KEYS] of the queries from `query` on against the keys from `key` on; zero where a key is not seen.
static void probabilities(float* p, float* ds, const QueryRows& rows, const KeyRows& keys, const Shape& shape, const Sequence& s,
                          int64_t query, int64_t queries, int64_t key) {
  const int64_t count = queries * shape.group, vectors = padded(keys.n) / WIDTH;
  multiply(p, KEYS, {rows.q, shape.width, 1}, keys.k_transposed, KEYS, count, vectors, shape.head_dim, false);
  multiply(ds, KEYS, {rows.dout, shape.width, 1}, keys.v_transposed, KEYS, count, vectors, shape.head_dim, false);
  for (int64_t r = 0; r < count; r++) {
    const int64_t i = query + r / shape.group;
    const int64_t low = s.first(i) - key, high = s.last(i) + 1 - key < keys.n ? s.last(i) + 1 - key : keys.n;
    const bool whole = low <= 0 && high >= KEYS;
    for (int64_t j = 0; j < vectors; j++) {
      float *pj = p + r * KEYS + j * WIDTH, *dsj = ds + r * KEYS + j * WIDTH;
      vf probability = exp(load(pj) - rows.lse[r]);
      vf gradient = probability * (load(dsj) - rows.delta[r]);
      if (!whole) {
        const vi mask = seen(j, low, high);
        probability = mask ? probability : vf{};
        gradient = mask ? gradient : vf{};
      }
      store(pj, probability);
      store(dsj, gradient);
    }
  }
}

static void add_query_gradient(float* dq, const float* ds, const KeyRows& keys, const Shape& shape, int64_t count) {
  multiply(dq, shape.width, {ds, KEYS, 1}, keys.k, shape.width, count, shape.width / WIDTH, keys.n, true);
}
static void add_key_gradients(float* dk, float* dv, const float* p, const float* ds, const QueryRows& rows, const KeyRows& keys,
                              const Shape& shape, int64_t count) {
  multiply(dk, shape.width, {ds, 1, KEYS}, rows.q, shape.width, keys.n, shape.width / WIDTH, count, true);
  multiply(dv, shape.width, {p, 1, KEYS}, rows.dout, shape.width, keys.n, shape.width / WIDTH, count, true);
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

static int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

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
      const int64_t n = seeing.end - seeing.begin, first = seeing.begin * shape.group, count = n * shape.group;
      if (n == 0) continue;
      const QueryRows part = from_row(queries, first, shape.width);
      probabilities(p, ds, part, keys, shape, s, seeing.begin, n, key);
      add_query_gradient(sums + first * shape.width, ds, keys, shape, count);
      add_key_gradients(dk_block, dv_block, p, ds, part, keys, shape, count);
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
    probabilities(p, ds, from_row(queries, first, shape.width), keys, shape, s, seeing.begin, n, key);
    add_query_gradient(sums + first * shape.width, ds, keys, shape, n * shape.group);
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
    probabilities(p, ds, queries, keys, shape, s, seeing.begin, n, key);
    add_key_gradients(dk_block, dv_block, p, ds, queries, keys, shape, n * shape.group);
  }
  unpack_keys(dk, dk_block, shape, s, head, key, keys.n);
  unpack_keys(dv, dv_block, shape, s, head, key, keys.n);
}

// Whether one pass (5 products, but as many tasks as sequences times kv heads) ends before two (7 products, evenly spread).
static bool one_pass_is_faster(const int32_t* table, int64_t sequences, const Shape& shape) {
  double total = 0, longest = 0;
  int64_t rows = 0;
  for (int64_t i = 0; i < sequences; i++) {
    const int64_t n = sequence_at(table, i, 0).queries;
    const double seen = static_cast<double>(shape.window > 0 && shape.window < n ? 2 * shape.window : n);
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
  const Shape shape = shape_of(heads, kv_heads, head_dim, scale, window);
  const Operands x{dout, q, k, v, o, lse};
  const bool one_pass = one_pass_is_faster(table, sequences, shape);
  const auto run = [&](auto&& blocks_of, auto&& each) {
    const Tasks tasks = list_tasks(sequences, [&](int64_t i) { return blocks_of(sequence_at(table, i, window)) * kv_heads; });
    parallel_for(tasks.count, 1, [&](int64_t begin, int64_t end, int thread) {
      for (int64_t t = begin; t < end; t++) {
        const Task task = task_at(tasks, t, kv_heads);
        const Sequence s = sequence_at(table, task.sequence, window);
        const int64_t rows = (one_pass ? s.queries : shape.block) * shape.group, block_rows = shape.block * shape.group;
        const int64_t floats =
            rows * (3 * shape.width + 2) + block_rows * 2 * KEYS + KEYS * (3 * shape.width + 2 * head_dim) + 256;
        each(s, task, Arena{static_cast<float*>(scratch(thread, static_cast<uint64_t>(floats) * sizeof(float)))});
      }
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
