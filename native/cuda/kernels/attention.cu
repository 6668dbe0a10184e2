// Causal attention over packed sequences with grouped heads, without the score matrix (Milakov & Gimelshein 2018, Dao 2022): a block has
// a tile of query rows of one head and goes through the keys they see, tile by tile, with the largest score and the sum of each row so far.
#include "../attention_fp32.h"
#include "../reduce.h"

namespace sft {
namespace {

struct Forward {
  Slabs slabs;
  ScoreTile weights;
  float most[TILE], total[TILE], shrink[TILE];
  int covered[TILE];
};

// The largest score and the sum of the rows with this tile of keys, whose scores become weights; four lanes share a row.
__device__ __forceinline__ void soften(Forward& room, const Attention& g, const Sequence& sequence, int row0, int j0) {
  const int i = threadIdx.x / EACH, part = threadIdx.x % EACH;
  float top = room.most[i];
  for (int j = part; j < TILE; j += EACH) {
    if (sequence.sees(g, row0 + i, j0 + j)) top = fmaxf(top, room.weights[i][j] * g.scale);
  }
  top = over_warp(top, Largest(), EACH);
  float sum = 0;
  for (int j = part; j < TILE; j += EACH) {
    const float e = sequence.sees(g, row0 + i, j0 + j) ? expf(room.weights[i][j] * g.scale - top) : 0.0f;
    room.weights[i][j] = e;
    sum += e;
  }
  sum = over_warp(sum, Sum(), EACH);
  if (part > 0) return;
  const float factor = expf(room.most[i] - top);
  room.total[i] = room.total[i] * factor + sum;
  room.shrink[i] = factor;
  room.most[i] = top;
}

template <int CHUNKS>
__device__ __forceinline__ void attend(Forward& room, float* o, float* lse, const float* q, const float* k, const float* v,
                                       const Attention& g) {
  const int t = threadIdx.x, head = blockIdx.y, group = head / (g.heads / g.kv_heads);
  const int row0 = static_cast<int>(blockIdx.x) * TILE;
  const Rows queries(q, g.heads, head, g.width, row0, g.rows);
  Output<CHUNKS> out;
  if (t < TILE) {
    room.most[t] = -3.0e38f;
    room.total[t] = 0;
    room.covered[t] = 0;
  }
  __syncthreads();
  for (int index = 0; index < g.sequences; index++) {
    const Sequence s(g, index);
    const Range rows = s.queries_in(row0, TILE);
    if (rows.empty()) continue;
    const Range seen = s.seen_by(g, rows);
    if (t < TILE && rows.holds(row0 + t)) room.covered[t] = 1;
    for (int j0 = seen.first; j0 < seen.end; j0 += TILE) {
      const Rows keys(k, g.kv_heads, group, g.width, s.k0 + j0, s.k0 + s.keys);
      const Rows values(v, g.kv_heads, group, g.width, s.k0 + j0, s.k0 + s.keys);
      Scores scores;
      multiply_rows(room.slabs, scores, queries, keys);
      store(room.weights, scores, [](int, int, float score) { return score; });
      __syncthreads();
      soften(room, g, s, row0, j0);
      __syncthreads();
#pragma unroll
      for (int a = 0; a < EACH; a++) {
#pragma unroll
        for (int c = 0; c < EACH * CHUNKS; c++) out.values[a][c] *= room.shrink[t / 16 * EACH + a];
      }
      out.add(room.slabs, room.weights, values);
    }
  }
  __syncthreads();
  const auto has = [&](int i) { return room.covered[i] != 0; };
  out.each(g.width, has, [&](int i, int column, float value) {
    o[(static_cast<int64_t>(row0 + i) * g.heads + head) * g.width + column] = value / room.total[i];
  });
  if (lse != nullptr && t < TILE && room.covered[t] != 0) {
    lse[static_cast<int64_t>(row0 + t) * g.heads + head] = room.most[t] + logf(room.total[t]);
  }
}

}  // namespace
}  // namespace sft

#define SFT_ATTENTION(chunks)                                                                                              \
  SFT_KERNEL(attention_##chunks, float* o, float* lse, const float* q, const float* k, const float* v, sft::Attention g) { \
    __shared__ sft::Forward room;                                                                                          \
    sft::attend<chunks>(room, o, lse, q, k, v, g);                                                                         \
  }
SFT_FOR_CHUNKS(SFT_ATTENTION)
