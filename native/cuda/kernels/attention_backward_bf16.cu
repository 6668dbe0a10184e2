// Backward of attention (attention_backward.cu) on tensor cores.
#include "../attention_bf16.h"

namespace sft {
namespace {

template <int CHUNKS>
using Outputs = LaneSums<CHUNK>[CHUNKS];

// Of keys and values, or of queries and gradients of outputs.
template <int PARTS>
struct Others {
  Chunk<PARTS, OTHERS> first, second;

  __device__ __forceinline__ void replace(const Rows& of_first, const Rows& of_second, int d0) {
    __syncthreads();
    first.load(of_first, d0);
    second.load(of_second, d0);
    __syncthreads();
  }
};

// The gradient of a score, and its weight in its place.
__device__ __forceinline__ float change(float& score, float product, const Attention& g, const float* pair) {
  score = expf(score * g.scale - pair[0]);
  return score * (product - pair[1]);
}

// A lane's part of an output of the warp's, of rows from own0 on of which `has` says that they are in a sequence.
template <int CHUNKS, class Has>
__device__ __forceinline__ void put_outputs(float* to, const Outputs<CHUNKS>& sums, const Attention& g, int heads, int head,
                                            int own0, float factor, Has has) {
#pragma unroll
  for (int of = 0; of < 2; of++) {
    const int row = own0 + lane_row(2 * of);
    if (!has(g, row)) continue;
    float* const at = to + (static_cast<int64_t>(row) * heads + head) * g.width;
#pragma unroll
    for (int chunk = 0; chunk < CHUNKS; chunk++) {
      each_sum<CHUNK>([&](int i, int half, int e) {
        const int column = chunk * CHUNK + lane_column(i, half, e);
        if (e / 2 == of && column < g.width) at[column] = sums[chunk][i][half][e] * factor;
      });
    }
  }
}

template <int CHUNKS, int PARTS>
__device__ __forceinline__ void to_queries(Others<PARTS>& room, float* dq, const AttentionInputs& x, const Attention& g) {
  const int head = blockIdx.y, group = head / (g.heads / g.kv_heads);
  const int row0 = static_cast<int>(blockIdx.x) * BLOCK_ROWS, own0 = row0 + own_rows();
  const Rows queries(x.q, g.heads, head, g.width, own0, g.rows), gradients(x.dout, g.heads, head, g.width, own0, g.rows);
  Outputs<CHUNKS> out = {};
  for (int index = 0; index < g.sequences; index++) {
    const Sequence s(g, index);
    const Range all = s.seen_by(g, s.queries_in(row0, BLOCK_ROWS)), mine = s.seen_by(g, s.queries_in(own0, OWN_ROWS));
    for (int j0 = all.first; j0 < all.end; j0 += OTHERS) {
      const Rows keys(x.k, g.kv_heads, group, g.width, s.k0 + j0, s.k0 + s.keys);
      const Rows values(x.v, g.kv_heads, group, g.width, s.k0 + j0, s.k0 + s.keys);
      const bool sees = mine.meets(j0, OTHERS);
      LaneSums<OTHERS> scores = {}, products = {};
      for (int d0 = 0; d0 < g.width; d0 += CHUNK) {
        room.replace(keys, values, d0);
        if (!sees) continue;
        room.first.add_products(scores, queries, d0);
        room.second.add_products(products, gradients, d0);
      }
      if (sees) {
#pragma unroll
        for (int row = 0; row < 2; row++) {
          const int at = own0 + lane_row(2 * row);
          const Range seen = s.seen_by(g, s.queries_in(at, 1));
          const float* const pair = seen.empty() ? nullptr : pair_of(x, g, at, head);
          each_sum<OTHERS>([&](int i, int half, int e) {
            if (e / 2 != row) return;
            float& score = scores[i][half][e];
            score = seen.holds(j0 + lane_column(i, half, e)) ? change(score, products[i][half][e], g, pair) : 0.0f;
          });
        }
      }
#pragma unroll
      for (int chunk = 0; chunk < CHUNKS; chunk++) {
        // A head of one chunk is still there.
        if (CHUNKS > 1) replace(room.first, keys, chunk * CHUNK);
        if (sees) room.first.add_weighted(out[chunk], scores, g.width - chunk * CHUNK);
      }
    }
  }
  put_outputs(dq, out, g, g.heads, head, own0, g.scale, has_query);
}

// dk and dv, or where a warp has no registers for both outputs one of them, by blocks of its own.
template <int CHUNKS, int PARTS>
__device__ __forceinline__ void to_keys(Others<PARTS>& room, float* dk, float* dv, const AttentionInputs& x, const Attention& g) {
  // As attention.ts counts the blocks.
  constexpr bool BOTH = CHUNKS <= (PARTS > 1 ? 1 : 2);
  const int sharing = g.heads / g.kv_heads, group = static_cast<int>(blockIdx.y) % g.kv_heads;
  const bool of_keys = BOTH || static_cast<int>(blockIdx.y) >= g.kv_heads;
  const int key0 = static_cast<int>(blockIdx.x) * BLOCK_ROWS, own0 = key0 + own_rows();
  const Rows keys(x.k, g.kv_heads, group, g.width, own0, g.rows), values(x.v, g.kv_heads, group, g.width, own0, g.rows);
  Outputs<CHUNKS> out = {};
  Outputs<BOTH ? CHUNKS : 1> to_v = {};
  for (int index = 0; index < g.sequences; index++) {
    const Sequence s(g, index);
    const Range all = s.seeing(g, s.keys_in(key0, BLOCK_ROWS)), mine = s.seeing(g, s.keys_in(own0, OWN_ROWS));
    for (int head = group * sharing; head < (group + 1) * sharing; head++) {
      for (int i0 = all.first; i0 < all.end; i0 += OTHERS) {
        const Rows queries(x.q, g.heads, head, g.width, i0, s.q0 + s.queries);
        const Rows gradients(x.dout, g.heads, head, g.width, i0, s.q0 + s.queries);
        const bool sees = mine.meets(i0, OTHERS);
        LaneSums<OTHERS> weights = {}, changes = {};
        for (int d0 = 0; d0 < g.width; d0 += CHUNK) {
          room.replace(queries, gradients, d0);
          if (!sees) continue;
          room.first.add_products(weights, keys, d0);
          if (of_keys) room.second.add_products(changes, values, d0);
        }
        if (sees) {
          const Range rows[2] = {s.seeing(g, s.keys_in(own0 + lane_row(0), 1)), s.seeing(g, s.keys_in(own0 + lane_row(2), 1))};
          // A lane has the pair of one query, and gives it to those that have the scores of it.
          const float* const of_query = all.holds(i0 + lane_of()) ? pair_of(x, g, i0 + lane_of(), head) : nullptr;
          const float lse = of_query == nullptr ? 0.0f : of_query[0], delta = of_query == nullptr ? 0.0f : of_query[1];
          each_sum<OTHERS>([&](int i, int half, int e) {
            if (e > 1) return;
            const int column = lane_column(i, half, e);
            const float pair[2] = {__shfl_sync(0xffffffffu, lse, column), __shfl_sync(0xffffffffu, delta, column)};
#pragma unroll
            for (int row = 0; row < 2; row++) {
              const bool seen = rows[row].holds(i0 + column);
              float& weight = weights[i][half][2 * row + e];
              float& product = changes[i][half][2 * row + e];
              product = seen ? change(weight, product, g, pair) : 0.0f;
              weight = !seen ? 0.0f : BOTH || !of_keys ? weight : product;
            }
          });
        }
#pragma unroll
        for (int chunk = 0; chunk < CHUNKS; chunk++) {
          const int width = g.width - chunk * CHUNK;
          if (CHUNKS > 1) room.replace(queries, gradients, chunk * CHUNK);
          if (!sees) continue;
          if constexpr (BOTH) {
            room.second.add_weighted(to_v[chunk], weights, width);
            room.first.add_weighted(out[chunk], changes, width);
          } else {
            (of_keys ? room.first : room.second).add_weighted(out[chunk], weights, width);
          }
        }
      }
    }
  }
  put_outputs(of_keys ? dk : dv, out, g, g.kv_heads, group, own0, of_keys ? g.scale : 1.0f, has_key);
  if (BOTH) put_outputs(dv, to_v, g, g.kv_heads, group, own0, 1.0f, has_key);
}

}  // namespace
}  // namespace sft

#define SFT_ATTENTION_BACKWARD(form, parts, chunks)                                                              \
  SFT_KERNEL(attention_queries_##form##_##chunks, float* dq, sft::AttentionInputs x, sft::Attention g) {         \
    __shared__ sft::Others<parts> room;                                                                          \
    if constexpr (sft::TENSOR_CORES) sft::to_queries<chunks>(room, dq, x, g);                                    \
  }                                                                                                              \
  SFT_KERNEL(attention_keys_##form##_##chunks, float* dk, float* dv, sft::AttentionInputs x, sft::Attention g) { \
    __shared__ sft::Others<parts> room;                                                                          \
    if constexpr (sft::TENSOR_CORES) sft::to_keys<chunks>(room, dk, dv, x, g);                                   \
  }
SFT_FOR_FORMS(SFT_ATTENTION_BACKWARD)
