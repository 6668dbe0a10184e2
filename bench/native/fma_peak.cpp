// Prints the fp32 GFLOP/s of independent fused multiply-adds on all threads asked for: the roof the benchmarks measure against.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#if defined(__AVX512F__)
constexpr int kWidth = 16, kChains = 24;
#elif defined(__AVX__)
constexpr int kWidth = 8, kChains = 12;
#else
constexpr int kWidth = 4, kChains = 12;
#endif
typedef float vector __attribute__((vector_size(4 * kWidth)));

static double run(double seconds) {
  vector sums[kChains];
  for (int i = 0; i < kChains; i++) sums[i] = vector{} + 1.0f;
  vector a = vector{} + 0.999f, b = vector{} + 0.001f;
  asm volatile("" : "+v"(a), "+v"(b));
  long rounds = 0;
  auto start = std::chrono::steady_clock::now();
  double elapsed = 0;
  while (elapsed < seconds) {
    for (int k = 0; k < 1024; k++) {
#pragma GCC unroll 24
      for (int i = 0; i < kChains; i++) sums[i] = sums[i] * a + b;
      asm volatile("" : "+v"(a), "+v"(b));
    }
    rounds += 1024;
    elapsed = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }
  float keep = 0;
  for (int i = 0; i < kChains; i++) keep += sums[i][0];
  volatile float sink = keep;
  (void)sink;
  return 2.0 * kWidth * kChains * rounds / elapsed;
}

int main(int argc, char** argv) {
  int threads = argc > 1 ? atoi(argv[1]) : 1;
  double best = 0;
  for (int attempt = 0; attempt < 100; attempt++) {
    std::vector<double> rates(threads);
    std::vector<std::thread> pool;
    for (int t = 0; t < threads; t++) pool.emplace_back([&, t] { rates[t] = run(0.01); });
    double total = 0;
    for (int t = 0; t < threads; t++) {
      pool[t].join();
      total += rates[t];
    }
    if (total > best) best = total;
  }
  printf("%.1f\n", best / 1e9);
}
