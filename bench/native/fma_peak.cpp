// Prints the fp32 GFLOP/s of independent fused multiply-adds on all threads asked for.
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#include "fma.h"

int main(int argc, char** argv) {
  int threads = argc > 1 ? atoi(argv[1]) : 1;
  double best = 0;
  for (int attempt = 0; attempt < 100; attempt++) {
    std::vector<double> rates(threads);
    std::vector<std::thread> pool;
    for (int t = 0; t < threads; t++) pool.emplace_back([&, t] { rates[t] = fma_rate(0.01, CLOCK_MONOTONIC); });
    double total = 0;
    for (int t = 0; t < threads; t++) {
      pool[t].join();
      total += rates[t];
    }
    if (total > best) best = total;
  }
  printf("%.1f\n", best / 1e9);
}
