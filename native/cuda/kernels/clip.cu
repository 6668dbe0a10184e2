// The norm of gradients, and what an update needs to know of it.
#include "../reduce.h"
#include "../pairs.h"

// squares[block] = sum of the squares of its part of x
SFT_KERNEL(squares, double* squares, const float* x, int64_t n) {
  __shared__ double room[sft::WARPS];
  double part = 0;
  SFT_EACH(i, n) part += static_cast<double>(x[i]) * x[i];
  const double total = sft::over_block(part, room, sft::Sum());
  if (threadIdx.x == 0) squares[blockIdx.x] = total;
}

// One block: verdict = the norm as a pair, the factor that clips it to `most` (0 for none), and whether it and all sums are finite.
SFT_KERNEL(verdict, float* verdict, const double* squares, int parts, const float* sums, int64_t sums_length, double most) {
  __shared__ double room[sft::WARPS];
  double part = 0;
  for (int i = threadIdx.x; i < parts; i += sft::THREADS) part += squares[i];
  const double norm = sqrt(sft::over_block(part, room, sft::Sum()));
  double bad = 0;
  for (int64_t i = threadIdx.x; i < sums_length; i += sft::THREADS) bad += sft::is_finite(sums[i]) ? 0 : 1;
  bad = sft::over_block(bad, room, sft::Sum());
  if (threadIdx.x > 0) return;
  sft::put_pair(verdict, norm);
  const double factor = most / (norm + 1e-6);
  verdict[2] = most > 0 && factor < 1 ? static_cast<float>(factor) : 1.0f;
  // The norm may leave fp32 where it is finite: no difference of it and itself is NaN.
  verdict[3] = norm - norm == 0 && bad == 0 ? 1.0f : 0.0f;
}
