// Attention (attention.cu) on tensor cores: what there is a tile of 64 scores a row, here is in registers from the scores to the output.
#include "../attention_bf16.h"
#include "../reduce.h"

namespace sft {
namespace {

// What is known of a lane's two rows so far; its total is that of the columns that the lane holds.
struct Softmax {
  float most[2] = {-3.0e38f, -3.0e38f}, total[2] = {};

  // Makes weights of the scores of keys from j0 on. The factor by which outputs so far shrink, of each row.
  __device__ __forceinline__ void soften(LaneSums<OTHERS>& scores, float (&shrink)[2], const Attention& g, const Sequence& s,
                                         int row0, int j0) {
    const Range seen[2] = {s.seen_by(g, s.queries_in(row0 + lane_row(0), 1)), s.seen_by(g, s.queries_in(row0 + lane_row(2), 1))};
    float top[2] = {most[0], most[1]};
    each_sum<OTHERS>([&](int i, int half, int e) {
      float& score = scores[i][half][e];
      score *= g.scale;
      if (seen[e / 2].holds(j0 + lane_column(i, half, e))) top[e / 2] = fmaxf(top[e / 2], score);
    });
#pragma unroll
    for (int row = 0; row < 2; row++) {
      top[row] = over_warp(top[row], Largest(), 4);
      shrink[row] = expf(most[row] - top[row]);
      most[row] = top[row];
      total[row] *= shrink[row];
    }
    each_sum<OTHERS>([&](int i, int half, int e) {
      float& score = scores[i][half][e];
      score = seen[e / 2].holds(j0 + lane_column(i, half, e)) ? expf(score - top[e / 2]) : 0.0f;
      total[e / 2] += score;
    });
  }
};

template <int CHUNKS, int PARTS>
__device__ __forceinline__ void attend(Chunk<PARTS, OTHERS>& room, float* o, float* lse, const float* q, const float* k,
                                       const float* v, const Attention& g) {
  const int head = blockIdx.y, group = head / (g.heads / g.kv_heads);
  const int row0 = static_cast<int>(blockIdx.x) * BLOCK_ROWS, own0 = row0 + own_rows();
  const Rows queries(q, g.heads, head, g.width, own0, g.rows);
  LaneSums<CHUNK> out[CHUNKS] = {};
  Softmax softmax;
  for (int index = 0; index < g.sequences; index++) {
    const Sequence s(g, index);
    const Range all = s.seen_by(g, s.queries_in(row0, BLOCK_ROWS)), mine = s.seen_by(g, s.queries_in(own0, OWN_ROWS));
    for (int j0 = all.first; j0 < all.end; j0 += OTHERS) {
      const Rows keys(k, g.kv_heads, group, g.width, s.k0 + j0, s.k0 + s.keys);
      const Rows values(v, g.kv_heads, group, g.width, s.k0 + j0, s.k0 + s.keys);
      const bool sees = mine.meets(j0, OTHERS);
      LaneSums<OTHERS> scores = {};
      for (int d0 = 0; d0 < g.width; d0 += CHUNK) {
        replace(room, keys, d0);
        if (sees) room.add_products(scores, queries, d0);
      }
      float shrink[2];
      if (sees) softmax.soften(scores, shrink, g, s, own0, j0);
#pragma unroll
      for (int chunk = 0; chunk < CHUNKS; chunk++) {
        replace(room, values, chunk * CHUNK);
        if (!sees) continue;
        each_sum<CHUNK>([&](int i, int half, int e) { out[chunk][i][half][e] *= shrink[e / 2]; });
        room.add_weighted(out[chunk], scores, g.width - chunk * CHUNK);
      }
    }
  }
  float total[2];
#pragma unroll
  for (int row = 0; row < 2; row++) total[row] = over_warp(softmax.total[row], Sum(), 4);
  // A row in a sequence sees one key at least, of which the largest score weighs 1.
#pragma unroll
  for (int chunk = 0; chunk < CHUNKS; chunk++) {
    each_sum<CHUNK>([&](int i, int half, int e) {
      const int column = chunk * CHUNK + lane_column(i, half, e);
      if (total[e / 2] == 0.0f || column >= g.width) return;
      o[(static_cast<int64_t>(own0 + lane_row(e)) * g.heads + head) * g.width + column] = out[chunk][i][half][e] / total[e / 2];
    });
  }
  if (lse == nullptr || lane_of() % 4 > 0) return;
#pragma unroll
  for (int row = 0; row < 2; row++) {
    if (total[row] == 0.0f) continue;
    lse[static_cast<int64_t>(own0 + lane_row(2 * row)) * g.heads + head] = softmax.most[row] + logf(total[row]);
  }
}

}  // namespace
}  // namespace sft

// Beside an output of one chunk, two blocks have registers.
#define SFT_ATTENTION(form, parts, chunks)                                                                               \
  SFT_KERNEL_FOR(chunks == 1 ? 2 : 1, attention_##form##_##chunks, float* o, float* lse, const float* q, const float* k, \
                 const float* v, sft::Attention g) {                                                                     \
    __shared__ sft::Chunk<parts, sft::OTHERS> room;                                                                      \
    if constexpr (sft::TENSOR_CORES) sft::attend<chunks>(room, o, lse, q, k, v, g);                                      \
  }
SFT_FOR_FORMS(SFT_ATTENTION)
#undef SFT_ATTENTION
