// Rotary positions (Su et al. 2021): of each head the first `half` elements pair with the `half` behind them.
#include "../sft_cuda.h"

// x [tokens, heads, width] and y [tokens, others, width], n = tokens (heads + others) half; (a, b) turns by the angle of its token's position.
SFT_KERNEL(rope, float* x, float* y, const float* cosines, const float* sines, const int32_t* positions, int64_t n, int heads,
           int others, int width, int half, float sign) {
  SFT_EACH(i, n) {
    const int64_t pair = i % half, row = i / half, token = row / (heads + others), head = row % (heads + others);
    const int64_t angle = static_cast<int64_t>(positions[token]) * half + pair;
    const float c = cosines[angle], s = sines[angle] * sign;
    float* const of = head < heads ? x + (token * heads + head) * width : y + (token * others + head - heads) * width;
    float *const low = of + pair, *const high = low + half;
    const float a = *low, b = *high;
    *low = a * c - b * s;
    *high = b * c + a * s;
  }
}
