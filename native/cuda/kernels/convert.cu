// Copies between types, and constants.
#include "../floats.h"

// y = x, converting between float types.
SFT_KERNEL(copy_floats, void* y, int64_t type, sft::Floats x, int64_t n) { SFT_EACH(i, n) sft::put(y, type, i, x[i]); }

SFT_KERNEL(copy_integers, int32_t* y, const int32_t* x, int64_t n) { SFT_EACH(i, n) y[i] = x[i]; }

SFT_KERNEL(copy_bytes, uint8_t* y, const uint8_t* x, int64_t n) { SFT_EACH(i, n) y[i] = x[i]; }

SFT_KERNEL(fill_floats, void* x, int64_t type, int64_t n, float value) { SFT_EACH(i, n) sft::put(x, type, i, value); }

SFT_KERNEL(fill_integers, int32_t* x, int64_t n, int32_t value) { SFT_EACH(i, n) x[i] = value; }
