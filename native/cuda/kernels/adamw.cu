// AdamW (Loshchilov & Hutter 2019), with moments in fp32 and in 8 bits by blocks (Dettmers et al. 2022): one rule.
#include "../reduce.h"

namespace sft {
namespace {

constexpr int MOMENT_BLOCK = 256;
static_assert(MOMENT_BLOCK == THREADS, "a thread an element of a block");

// What does not change from element to element.
struct Step {
  float decay, rest1, keep2, rest2, step_size, root_correction, epsilon;
};

struct Element {
  float weight, first, second;

  __device__ __forceinline__ void update(const Step& step, float gradient) {
    first += (gradient - first) * step.rest1;
    second = second * step.keep2 + gradient * gradient * step.rest2;
    weight = weight * step.decay - first * step.step_size / (sqrtf(second) / step.root_correction + step.epsilon);
  }
};

// A moment in 8 bits: what its codes stand for (ascending), codes [blocks, 256], absmax [blocks].
struct Moment {
  const float* map;
  uint8_t* codes;
  float* absmax;

  __device__ __forceinline__ float open(int64_t home, int i) const { return map[codes[home * MOMENT_BLOCK + i]] * absmax[home]; }

  // The nearest code, of two as near the lower one; moved by one where its value has not the sign of x.
  __device__ __forceinline__ uint8_t code_of(float x) const {
    int low = 0;
    for (int step = 128; step > 0; step /= 2) low += map[low + step] <= x ? step : 0;
    if (low > 254) low = 254;
    if (x > 0.5f * (map[low] + map[low + 1])) low++;
    if (x < 0 && !(map[low] < 0)) low--;
    if (x > 0 && map[low] < 0) low++;
    return static_cast<uint8_t>(low);
  }

  __device__ __forceinline__ void close(float (&room)[WARPS], int64_t home, int i, bool inside, float x) const {
    const float most = over_block(fabsf(x), room, Largest());
    if (inside) codes[home * MOMENT_BLOCK + i] = code_of(x / (most > 0 ? most : 1.0f));
    if (i == 0) absmax[home] = most;
  }
};

}  // namespace
}  // namespace sft

// verdict: see clip.cu. Where it says that something is not finite, nothing changes.
SFT_KERNEL(adamw, float* weights, const float* grad, float* m, float* v, const float* verdict, sft::Step step, int64_t n) {
  if (verdict[3] != 1.0f) return;
  SFT_EACH(i, n) {
    sft::Element x{weights[i], m[i], v[i]};
    x.update(step, grad[i] * verdict[2]);
    weights[i] = x.weight;
    m[i] = x.first;
    v[i] = x.second;
  }
}

// A block of the grid a block of 256 elements. blocks: three numbers each, where it begins, its length, and its home: block h in 8 bits as
// h, block h in fp32 as -1 - h.
SFT_KERNEL(adamw_blocks, float* weights, const float* grad, sft::Moment m, float* exact_m, sft::Moment v, float* exact_v,
           const int32_t* blocks, int64_t count, const float* verdict, sft::Step step) {
  __shared__ float room[sft::WARPS];
  if (verdict[3] != 1.0f) return;
  const int t = static_cast<int>(threadIdx.x);
  for (int64_t block = blockIdx.x; block < count; block += gridDim.x) {
    const int64_t at = blocks[3 * block] + static_cast<int64_t>(t), home = blocks[3 * block + 2];
    const bool inside = t < blocks[3 * block + 1], exact = home < 0;
    const int64_t kept = (-1 - home) * sft::MOMENT_BLOCK + t;
    sft::Element x{0, 0, 0};
    if (inside) {
      x = exact ? sft::Element{weights[at], exact_m[kept], exact_v[kept]}
                : sft::Element{weights[at], m.open(home, t), v.open(home, t)};
      x.update(step, grad[at] * verdict[2]);
      weights[at] = x.weight;
    }
    if (exact) {
      if (inside) {
        exact_m[kept] = x.first;
        exact_v[kept] = x.second;
      }
      continue;
    }
    m.close(room, home, t, inside, x.first);
    v.close(room, home, t, inside, x.second);
  }
}
