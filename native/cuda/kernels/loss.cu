// Cross-entropy, and sums of what it gives.
#include "../reduce.h"
#include "../pairs.h"

// A block a row of logits [rows, vocab]: nll = log sum exp - logits[target]; where wanted, logits = factor (softmax - onehot).
SFT_KERNEL(cross_entropy, float* nll, float* logits, const int32_t* targets, int rows, int vocab, int gradient, float factor) {
  __shared__ float room[sft::WARPS];
  for (int row = blockIdx.x; row < rows; row += gridDim.x) {
    float* const x = logits + static_cast<int64_t>(row) * vocab;
    float most = -3.0e38f;
    for (int i = threadIdx.x; i < vocab; i += sft::THREADS) most = fmaxf(most, x[i]);
    const float top = sft::over_block(most, room, sft::Largest());
    float part = 0;
    for (int i = threadIdx.x; i < vocab; i += sft::THREADS) part += expf(x[i] - top);
    const float total = sft::over_block(part, room, sft::Sum());
    const int target = targets[row];
    if (threadIdx.x == 0) nll[row] = top - x[target] + logf(total);
    // The target's logit is read before it is written.
    __syncthreads();
    if (gradient == 0) continue;
    for (int i = threadIdx.x; i < vocab; i += sft::THREADS) {
      x[i] = factor * (expf(x[i] - top) / total - (i == target ? 1.0f : 0.0f));
    }
  }
}

// A block a range: sums[range] = sum of x over it, as a pair.
SFT_KERNEL(sum_ranges, float* sums, const float* x, const int32_t* offsets, int ranges) {
  __shared__ double room[sft::WARPS];
  for (int range = blockIdx.x; range < ranges; range += gridDim.x) {
    double part = 0;
    for (int64_t i = offsets[range] + static_cast<int64_t>(threadIdx.x); i < offsets[range + 1]; i += sft::THREADS) part += x[i];
    const double total = sft::over_block(part, room, sft::Sum());
    if (threadIdx.x == 0) sft::put_pair(sums + 2 * range, total);
  }
}
