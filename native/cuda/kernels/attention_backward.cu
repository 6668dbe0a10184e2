// Backward of attention. With s = scale q·k, p = exp(s - lse), dp = dout·v and delta = dout·o of a query:
//   ds = p (dp - delta),  dq = scale sum over keys of ds k,  dk = scale sum over queries of ds q,  dv = sum over queries of p dout.
// Scores are computed again, once for dq by tiles of queries and once for dk and dv by tiles of keys, so that each result has one owner.
#include "../attention_fp32.h"
#include "../reduce.h"

namespace sft {
namespace {

struct Backward {
  Slabs slabs;
  ScoreTile weights, changes;
};

template <int CHUNKS>
__device__ __forceinline__ void to_queries(Backward& room, float* dq, const AttentionInputs& x, const Attention& g) {
  const int head = blockIdx.y, group = head / (g.heads / g.kv_heads), row0 = static_cast<int>(blockIdx.x) * TILE;
  const Rows queries(x.q, g.heads, head, g.width, row0, g.rows), gradients(x.dout, g.heads, head, g.width, row0, g.rows);
  Output<CHUNKS> out;
  for (int index = 0; index < g.sequences; index++) {
    const Sequence s(g, index);
    const Range seen = s.seen_by(g, s.queries_in(row0, TILE));
    for (int j0 = seen.first; j0 < seen.end; j0 += TILE) {
      const Rows keys(x.k, g.kv_heads, group, g.width, s.k0 + j0, s.k0 + s.keys);
      const Rows values(x.v, g.kv_heads, group, g.width, s.k0 + j0, s.k0 + s.keys);
      Scores scores, products;
      multiply_rows(room.slabs, scores, queries, keys);
      multiply_rows(room.slabs, products, gradients, values);
      store(room.changes, products, [](int, int, float product) { return product; });
      store(room.weights, scores, [&](int i, int j, float score) {
        if (!s.sees(g, row0 + i, j0 + j)) return 0.0f;
        const float* const pair = pair_of(x, g, row0 + i, head);
        return expf(score * g.scale - pair[0]) * (room.changes[i][j] - pair[1]);
      });
      __syncthreads();
      out.add(room.slabs, room.weights, keys);
    }
  }
  const auto has = [&](int i) { return has_query(g, row0 + i); };
  out.each(g.width, has, [&](int i, int column, float value) {
    dq[(static_cast<int64_t>(row0 + i) * g.heads + head) * g.width + column] = value * g.scale;
  });
}

template <int CHUNKS>
__device__ __forceinline__ void to_keys(Backward& room, float* dk, float* dv, const AttentionInputs& x, const Attention& g) {
  const int group = blockIdx.y, sharing = g.heads / g.kv_heads, key0 = static_cast<int>(blockIdx.x) * TILE;
  const Rows keys(x.k, g.kv_heads, group, g.width, key0, g.rows), values(x.v, g.kv_heads, group, g.width, key0, g.rows);
  Output<CHUNKS> to_k, to_v;
  for (int index = 0; index < g.sequences; index++) {
    const Sequence s(g, index);
    const Range rows = s.seeing(g, s.keys_in(key0, TILE));
    for (int head = group * sharing; head < (group + 1) * sharing; head++) {
      for (int i0 = rows.first; i0 < rows.end; i0 += TILE) {
        const Rows queries(x.q, g.heads, head, g.width, i0, s.q0 + s.queries);
        const Rows gradients(x.dout, g.heads, head, g.width, i0, s.q0 + s.queries);
        // One set of scores at a time: beside the outputs of wide heads there are no registers for two.
        Scores scores;
        multiply_rows(room.slabs, scores, keys, queries);
        store(room.weights, scores, [&](int i, int j, float score) {
          if (!s.sees(g, i0 + j, key0 - s.k0 + i)) return 0.0f;
          return expf(score * g.scale - pair_of(x, g, i0 + j, head)[0]);
        });
        multiply_rows(room.slabs, scores, values, gradients);
        store(room.changes, scores, [&](int i, int j, float product) {
          const float weight = room.weights[i][j];
          return weight == 0.0f ? 0.0f : weight * (product - pair_of(x, g, i0 + j, head)[1]);
        });
        __syncthreads();
        to_v.add(room.slabs, room.weights, gradients);
        to_k.add(room.slabs, room.changes, queries);
      }
    }
  }
  const auto has = [&](int i) { return has_key(g, key0 + i); };
  const auto write = [&](float* to, float factor) {
    return [=](int i, int column, float value) {
      to[(static_cast<int64_t>(key0 + i) * g.kv_heads + group) * g.width + column] = value * factor;
    };
  };
  to_k.each(g.width, has, write(dk, g.scale));
  to_v.each(g.width, has, write(dv, 1.0f));
}

}  // namespace
}  // namespace sft

// A warp a query row and head, n of them.
SFT_KERNEL(attention_pairs, float* pairs, const float* dout, const float* o, const float* lse, int64_t n, int width) {
  const int lane = threadIdx.x % sft::WARP;
  for (int64_t i = static_cast<int64_t>(blockIdx.x) * sft::WARPS + threadIdx.x / sft::WARP; i < n;
       i += static_cast<int64_t>(gridDim.x) * sft::WARPS) {
    float sum = 0;
    for (int d = lane; d < width; d += sft::WARP) sum = fmaf(dout[i * width + d], o[i * width + d], sum);
    sum = sft::over_warp(sum, sft::Sum());
    if (lane > 0) continue;
    pairs[2 * i] = lse[i];
    pairs[2 * i + 1] = sum;
  }
}

#define SFT_ATTENTION_QUERIES(chunks)                                                           \
  SFT_KERNEL(attention_queries_##chunks, float* dq, sft::AttentionInputs x, sft::Attention g) { \
    __shared__ sft::Backward room;                                                              \
    sft::to_queries<chunks>(room, dq, x, g);                                                    \
  }
SFT_FOR_CHUNKS(SFT_ATTENTION_QUERIES)

#define SFT_ATTENTION_KEYS(chunks)                                                                      \
  SFT_KERNEL(attention_keys_##chunks, float* dk, float* dv, sft::AttentionInputs x, sft::Attention g) { \
    __shared__ sft::Backward room;                                                                      \
    sft::to_keys<chunks>(room, dk, dv, x, g);                                                           \
  }
SFT_FOR_CHUNKS(SFT_ATTENTION_KEYS)
