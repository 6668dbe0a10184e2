// Matrix products, as product.ts says them to the kernels: independent results c [m, n] = base + terms alpha a b, fp32. Strides say how a and b
// lie, so that x Wᵀ, dy W and dyᵀ x are one kind of term.
#pragma once
#include "gate.h"
#include "weights.h"

namespace sft {

struct Term {
  const float* a;
  Weight b;
  // Distances in memory: of a between rows and between steps of k, of b between columns and between steps of k.
  int64_t a_row, a_step, b_column, b_step, k;
  float alpha;
  int32_t unused;
};

// How large the part of a result is that one block computes, and whether on tensor cores.
enum Tile : int32_t { TILE_64X64, TILE_64X16, TILE_16X64, TILE_16X16, TILE_BF16 };

struct Result {
  float* c;
  const float* base;
  // Where it is the gradient of act(gate) up: c becomes that of gate, up its own.
  const float* gate;
  float* up;
  int64_t m, n;
  int32_t first_term, end_term;
  // The first block that computes a part of it, and parts from its left to its right.
  int32_t first_block, across;
  int32_t tile, gelu;

  __device__ __forceinline__ void put(int64_t row, int64_t column, float value) const {
    if (row >= m || column >= n) return;
    const int64_t at = row * n + column;
    if (gate == nullptr) {
      c[at] = base == nullptr ? value : base[at] + value;
      return;
    }
    const Gradients to = gate_backward(gelu != 0, gate[at], up[at], value);
    c[at] = to.gate;
    up[at] = to.up;
  }
};

// What is computed by one launch.
struct Results {
  Term terms[15];
  Result of[10];
  int32_t count, unused;

  // The one that this block computes a part of.
  __device__ __forceinline__ int own() const {
    int index = 0;
    while (index + 1 < count && static_cast<int>(blockIdx.x) >= of[index + 1].first_block) index++;
    return index;
  }
};

// Which part of a result this block computes, counted in tiles.
struct Part {
  int64_t row, column;

  __device__ __forceinline__ explicit Part(const Result& result)
      : row((static_cast<int>(blockIdx.x) - result.first_block) / result.across),
        column((static_cast<int>(blockIdx.x) - result.first_block) % result.across) {}
};

}  // namespace sft
