// The roof that the benchmarks measure against: fp32 operations a second of independent fused multiply-adds, with the vectors that the
// including file is compiled for.
#pragma once
#include <time.h>

#if defined(__AVX512F__)
constexpr int kWidth = 16, kChains = 24;
#elif defined(__AVX__)
constexpr int kWidth = 8, kChains = 12;
#else
constexpr int kWidth = 4, kChains = 12;
#endif
typedef float fma_vector __attribute__((vector_size(4 * kWidth)));

// The compiler must take the vector for changed.
#if defined(__x86_64__)
#define FMA_OPAQUE(v) __asm__ volatile("" : "+v"(v))
#else
#define FMA_OPAQUE(v) __asm__ volatile("" : "+w"(v))
#endif

static inline double seconds_of(clockid_t clock) {
  timespec now;
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

// Floating point operations a second over about `seconds` on this thread, by the given clock.
static inline double fma_rate(double seconds, clockid_t clock) {
  fma_vector sums[kChains];
  for (int i = 0; i < kChains; i++) {
    sums[i] = fma_vector{} + 1.0f;
    FMA_OPAQUE(sums[i]);  // or chains that begin alike become one
  }
  fma_vector a = fma_vector{} + 0.999f, b = fma_vector{} + 0.001f;
  // Long enough that reading the clock, a system call for a thread's own time, counts for nothing.
  constexpr long kRounds = 16384;
  long rounds = 0;
  const double start = seconds_of(clock);
  double elapsed = 0;
  while (elapsed < seconds) {
    FMA_OPAQUE(a);
    FMA_OPAQUE(b);
    for (long k = 0; k < kRounds; k++) {
#pragma GCC unroll 24
      for (int i = 0; i < kChains; i++) sums[i] = sums[i] * a + b;
    }
    rounds += kRounds;
    elapsed = seconds_of(clock) - start;
  }
  float keep = 0;
  for (int i = 0; i < kChains; i++) keep += sums[i][0];
  volatile float sink = keep;
  (void)sink;
  return 2.0 * kWidth * kChains * static_cast<double>(rounds) / elapsed;
}
