// Rotary positions (Su et al. 2021): of each head the first `half` elements pair with the `half` behind them.
#include "../sft_cuda.h"

// x [tokens, heads, width], n = tokens heads half; (a, b) turns by the angle of its token's position.
SFT_KERNEL(rope, float* x, const float* cosines, const float* sines, const int32_t* positions, int64_t n, int heads, int width,
           int half, float sign) {
  SFT_EACH(i, n) {
    const int64_t head = i / half, pair = i % half;
    const int64_t angle = static_cast<int64_t>(positions[head / heads]) * half + pair;
    const float c = cosines[angle], s = sines[angle] * sign;
    float *const low = x + head * width + pair, *const high = low + half;
    const float a = *low, b = *high;
    *low = a * c - b * s;
    *high = b * c + a * s;
  }
}
