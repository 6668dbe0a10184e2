// AdamW with its moments in 8 bits, block by block (Dettmers et al. 2022, https://arxiv.org/abs/2110.02861).
#include "../kernels.h"
#include "../pool.h"
#include "../simd.h"
#include "adamw_rule.h"

namespace sft {
namespace SFT_ISA {

constexpr int64_t BLOCK = 256;
constexpr int64_t BLOCKS_AT_ONCE = 64;
constexpr int CODES = 256;

// Codes of numbers in [-1, 1] by an ascending map of 256 values. The code is the nearest value's, of two as near the lower one. The upper 16
// bits of a float (sign, exponent, 7 bits of the fraction) name a bucket; `first` holds the least code of each, and few steps lead on.
class Encoder {
 public:
  explicit Encoder(const float* map) {
    for (int c = 0; c + 1 < CODES; c++) middles_[c] = 0.5f * (map[c] + map[c + 1]);
    middles_[CODES - 1] = INFINITY;
    int up = code_from(0, 0.0f);
    for (uint32_t bucket = 0; bucket < BUCKETS; bucket++) {
      up = code_from(up, least(bucket));
      first_[0][bucket] = static_cast<uint8_t>(up);
    }
    int down = 0;
    for (uint32_t bucket = BUCKETS; bucket-- > 0;) {
      down = code_from(down, -least(bucket + 1));
      first_[1][bucket] = static_cast<uint8_t>(down);
    }
  }

  // x in [-1, 1]
  uint8_t operator()(float x) const {
    uint32_t word;
    memcpy(&word, &x, sizeof word);
    const uint32_t magnitude = word & 0x7fffffffu;
    uint32_t bucket = magnitude < LEAST ? 0 : (magnitude - LEAST) >> 16;
    if (bucket >= BUCKETS) bucket = BUCKETS - 1;
    return static_cast<uint8_t>(code_from(first_[word >> 31][bucket], x));
  }

 private:
  // From 2^-24, under the first border of every dynamic map, up to 1. The lowest bucket goes on to 0.
  static constexpr uint32_t LEAST = 103u << 23;
  static constexpr uint32_t BUCKETS = (((127u << 23) - LEAST) >> 16) + 1;

  static float least(uint32_t bucket) {
    if (bucket == 0) return 0;
    const uint32_t word = LEAST + (bucket << 16);
    float x;
    memcpy(&x, &word, sizeof x);
    return x;
  }

  int code_from(int code, float x) const {
    while (x > middles_[code]) code++;
    return code;
  }

  float middles_[CODES];
  uint8_t first_[2][BUCKETS];
};

// A moment of all tensors: in 8 bits with a scale for each block, or in fp32 where a tensor is small.
struct Moment {
  const float* map;
  uint8_t* codes;
  float* absmax;
  float* exact;

  // The n values of block `home`, at `room` where they are expanded.
  float* open(int64_t home, int64_t n, float* room) const {
    if (home < 0) return exact + (-1 - home) * BLOCK;
    const uint8_t* const code = codes + home * BLOCK;
    for (int64_t i = 0; i < n; i++) room[i] = map[code[i]] * absmax[home];
    return room;
  }

  // A code whose sign is not that of its value moves by one towards it: a small value does not become none of the other sign.
  void close(int64_t home, int64_t n, const float* x, const Encoder& encode) const {
    if (home < 0) return;
    float most = 0;
    for (int64_t i = 0; i < n; i++) most = fabsf(x[i]) > most ? fabsf(x[i]) : most;
    absmax[home] = most;
    const float scale = most > 0 ? most : 1;
    uint8_t* const code = codes + home * BLOCK;
    for (int64_t i = 0; i < n; i++) {
      const uint8_t nearest = encode(x[i] / scale);
      code[i] = static_cast<uint8_t>(nearest - (x[i] < 0 && !(map[nearest] < 0)) + (x[i] > 0 && map[nearest] < 0));
    }
  }
};

// The update takes the moments before they are rounded again.
static void adamw_8bit(float* p, const float* grad, const int32_t* blocks, int64_t count, const float* map1, uint8_t* codes1,
                       float* absmax1, float* exact1, const float* map2, uint8_t* codes2, float* absmax2, float* exact2,
                       double learning_rate, double beta1, double beta2, double eps, double weight_decay, int64_t step,
                       double grad_scale) {
  const AdamWRule rule(learning_rate, beta1, beta2, eps, weight_decay, step, grad_scale);
  const Moment first{map1, codes1, absmax1, exact1}, second{map2, codes2, absmax2, exact2};
  const Encoder encode1(map1), encode2(map2);
  parallel_for(count, BLOCKS_AT_ONCE, [&](int64_t begin, int64_t end, int) {
    float room1[BLOCK], room2[BLOCK];
    for (int64_t b = begin; b < end; b++) {
      const int64_t start = blocks[3 * b], n = blocks[3 * b + 1], home = blocks[3 * b + 2];
      float *const m = first.open(home, n, room1), *const v = second.open(home, n, room2);
      rule.update(p + start, grad + start, m, v, 0, n);
      first.close(home, n, m, encode1);
      second.close(home, n, v, encode2);
    }
  });
}

void register_optimizer_8bit(Kernels& kernels) { kernels.adamw_8bit = adamw_8bit; }

}  // namespace SFT_ISA
}  // namespace sft
