// Rows of tables, and biases.
#include "../columns.h"
#include "../weights.h"

// y[i] = row ids[i] of the table, n = rows cols
SFT_KERNEL(gather_rows, float* y, sft::Weight table, const int32_t* ids, int64_t n, int cols) {
  SFT_EACH(i, n) y[i] = table[static_cast<int64_t>(ids[i / cols]) * cols + i % cols];
}

// table[ids[i]] = beta table[ids[i]] + x[i]: a thread a column, rows in the order of ids, so that what repeats adds up in order.
SFT_KERNEL(scatter_rows, float* table, const float* x, const int32_t* ids, int rows, int cols, int beta) {
  SFT_EACH(column, cols) {
    for (int i = 0; i < rows; i++) {
      float* const to = table + static_cast<int64_t>(ids[i]) * cols + column;
      const float value = x[static_cast<int64_t>(i) * cols + column];
      *to = beta == 0 ? value : *to + value;
    }
  }
}

// y += bias, n = rows cols
SFT_KERNEL(add_bias, float* y, sft::Floats bias, int64_t n, int cols) { SFT_EACH(i, n) y[i] += bias[i % cols]; }

// db += sum over rows of dy
SFT_KERNEL(add_bias_backward, float* db, const float* dy, int rows, int cols) {
  __shared__ sft::ColumnRoom room;
  sft::sum_columns(
      room, rows, cols, [=](int row, int i) { return dy[static_cast<int64_t>(row) * cols + i]; },
      [=](int i, float sum) { db[i] += sum; });
}
