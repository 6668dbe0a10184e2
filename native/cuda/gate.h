// Gated feed-forward parts: h = act(gate) up.
#pragma once
#include "sft_cuda.h"

namespace sft {

__device__ __forceinline__ float sigmoid(float x) { return 1.0f / (1.0f + expf(-x)); }

// sigmoid(2 u) with u = sqrt(2 / pi) (g + 0.044715 g^3): GELU's tanh form is g times that.
constexpr float TWO_ROOTS = 1.5957691216057308f;
__device__ __forceinline__ float gate_share(float g) { return sigmoid(TWO_ROOTS * g * (1.0f + 0.044715f * g * g)); }

// silu(gate) up, or gelu(gate) up
__device__ __forceinline__ float gated(bool gelu, float g, float up) { return g * (gelu ? gate_share(g) : sigmoid(g)) * up; }

struct Gradients {
  float gate, up;
};

// With s = sigmoid(g): dup = dh g s, dgate = dh up s (1 + g (1 - s)). With GELU's s = sigmoid(2 u): dgate = dh up (s + g s (1 - s) (2 u)').
__device__ __forceinline__ Gradients gate_backward(bool gelu, float g, float up, float dh) {
  if (!gelu) {
    const float s = sigmoid(g);
    return {dh * up * s * (1.0f + g * (1.0f - s)), dh * g * s};
  }
  const float s = gate_share(g);
  return {dh * up * (s + g * s * (1.0f - s) * TWO_ROOTS * (1.0f + 0.134145f * g * g)), dh * g * s};
}

}  // namespace sft
