// Lengths of rows, and factors over them: what DoRA (Liu et al. 2024) needs.
#include "../columns.h"
#include "../reduce.h"

// norms[row] = |x[row]|, and at least the smallest normal number; a block a row
SFT_KERNEL(row_norms, float* norms, const float* x, int rows, int cols) {
  __shared__ double room[sft::WARPS];
  for (int row = blockIdx.x; row < rows; row += gridDim.x) {
    double squares = 0;
    for (int i = threadIdx.x; i < cols; i += sft::THREADS) {
      const double value = x[static_cast<int64_t>(row) * cols + i];
      squares += value * value;
    }
    squares = sft::over_block(squares, room, sft::Sum());
    const float norm = static_cast<float>(sqrt(squares));
    if (threadIdx.x == 0) norms[row] = norm < 1.17549435e-38f ? 1.17549435e-38f : norm;
  }
}

// x[row] *= factors[row] / norms[row], n = rows cols
SFT_KERNEL(scale_rows, float* x, const float* factors, const float* norms, int64_t n, int cols) {
  SFT_EACH(i, n) x[i] *= factors[i / cols] / norms[i / cols];
}

// y = beta y + x factors[column] / norms[column]
SFT_KERNEL(scale_columns, float* y, const float* x, const float* factors, const float* norms, int64_t n, int cols, int beta) {
  SFT_EACH(i, n) {
    const float scaled = x[i] * (factors[i % cols] / norms[i % cols]);
    y[i] = beta == 0 ? scaled : y[i] + scaled;
  }
}

// dfactors += sum over rows of dy x / norms
SFT_KERNEL(scale_columns_backward, float* dfactors, const float* dy, const float* x, const float* norms, int rows, int cols) {
  __shared__ sft::ColumnRoom room;
  sft::sum_columns(
      room, rows, cols,
      [=](int row, int i) {
        const int64_t at = static_cast<int64_t>(row) * cols + i;
        return dy[at] * x[at];
      },
      [=](int i, float sum) { dfactors[i] += sum / norms[i]; });
}
