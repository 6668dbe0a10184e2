// RMS norm: a block has a row at a time.
#include "../columns.h"
#include "../floats.h"
#include "../norm.h"

// y = x / sqrt(mean(x²) + eps) (offset + weight); x, y [rows, dim]
SFT_KERNEL(rms_norm, float* y, const float* x, sft::Floats weight, int rows, int dim, float eps, float offset) {
  __shared__ float room[sft::WARPS];
  for (int row = blockIdx.x; row < rows; row += gridDim.x) {
    const int64_t at = static_cast<int64_t>(row) * dim;
    const float inverse = sft::inverse_norm(room, x + at, dim, eps);
    for (int i = threadIdx.x; i < dim; i += sft::THREADS) y[at + i] = x[at + i] * inverse * (offset + weight[i]);
  }
}

// With s = 1 / sqrt(mean(x²) + eps) and g = dy (offset + weight): dx = beta dx + s g - x s³ mean(g x).
SFT_KERNEL(rms_norm_backward, float* dx, const float* dy, const float* x, sft::Floats weight, int rows, int dim, float eps,
           float offset, int beta) {
  __shared__ float room[sft::WARPS];
  for (int row = blockIdx.x; row < rows; row += gridDim.x) {
    const int64_t at = static_cast<int64_t>(row) * dim;
    const float inverse = sft::inverse_norm(room, x + at, dim, eps);
    float along = 0;
    for (int i = threadIdx.x; i < dim; i += sft::THREADS) along = fmaf(dy[at + i] * (offset + weight[i]), x[at + i], along);
    const float back = sft::over_block(along, room, sft::Sum()) * inverse * inverse * inverse / static_cast<float>(dim);
    for (int i = threadIdx.x; i < dim; i += sft::THREADS) {
      const float g = inverse * dy[at + i] * (offset + weight[i]) - x[at + i] * back;
      dx[at + i] = beta == 0 ? g : dx[at + i] + g;
    }
  }
}

// inverses[row] = 1 / sqrt(mean(x²) + eps)
SFT_KERNEL(inverse_norms, float* inverses, const float* x, int rows, int dim, float eps) {
  __shared__ float room[sft::WARPS];
  for (int row = blockIdx.x; row < rows; row += gridDim.x) {
    const float inverse = sft::inverse_norm(room, x + static_cast<int64_t>(row) * dim, dim, eps);
    if (threadIdx.x == 0) inverses[row] = inverse;
  }
}

// dweight += sum over rows of dy x inverses
SFT_KERNEL(norm_weight_backward, float* dweight, const float* dy, const float* x, const float* inverses, int rows, int dim) {
  __shared__ sft::ColumnRoom room;
  sft::sum_columns(
      room, rows, dim,
      [=](int row, int i) {
        const int64_t at = static_cast<int64_t>(row) * dim + i;
        return dy[at] * (x[at] * inverses[row]);
      },
      [=](int i, float sum) { dweight[i] += sum; });
}
