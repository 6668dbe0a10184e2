// Measures matrix products and attention of one instruction set against the peak of fused multiply-adds, which is measured in turn with
// them, so that a clock that changes or a neighbour that takes its share strikes both. Arguments: isa, threads, rows, type of the weights
// (f32, bf16, f16, nf4 with scales in 8 bits), seconds a kernel, part of the names of the kernels wanted. Prints a line a kernel: name, GFLOP/s of the fastest call, peak GFLOP/s, microseconds of the fastest call and of the middle one.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "../../native/cpu/sft_cpu.h"
#include "fma.h"

namespace {

// SmolLM2-135M.
constexpr int64_t kHidden = 576, kInner = 1536, kKeys = 192, kVocabulary = 49152, kRank = 16;
constexpr int64_t kHeads = 9, kKvHeads = 3, kHeadDim = 64;

struct Kernel {
  std::string name;
  double operations;
  std::function<void()> call;
};

float* floats(int64_t n) {
  auto* const x = static_cast<float*>(sft_alloc(static_cast<uint64_t>(n) * 4));
  if (x == nullptr) abort();
  uint32_t state = 1;
  for (int64_t i = 0; i < n; i++) {
    state = state * 1664525u + 1013904223u;
    x[i] = (static_cast<float>(state >> 8) / 8388608.0f - 1.0f) * 0.05f;
  }
  return x;
}

// Matrices of n weights of the type, taken in turn and on small pages: as in a step, where they lie in a mapped file and none is still in
// a cache when it is read again.
struct Weights {
  char* data;
  int64_t bytes, count;
  // With NF4, what kernels are given in the place of the data.
  std::vector<sft_nf4> nf4;
  int64_t turn = 0;
  const void* next() {
    const int64_t at = turn++ % count;
    return nf4.empty() ? data + bytes * at : static_cast<const void*>(&nf4[static_cast<size_t>(at)]);
  }
};

// In the order of the bytes of one matrix: codes, then codes of scales, then absmax of those, and offset.
sft_nf4 nf4_at(const char* data, int64_t n, const float* map) {
  const int64_t scales = (n + 63) / 64, nested = (scales + 255) / 256;
  const auto* const codes = reinterpret_cast<const uint8_t*>(data);
  const auto* const absmax = reinterpret_cast<const float*>(data + (n / 2 + scales + 3) / 4 * 4);
  return {codes, nullptr, codes + n / 2, map, absmax, absmax + nested};
}

int64_t bytes_of(int64_t n, int32_t type) {
  const int64_t scales = (n + 63) / 64, nested = (scales + 255) / 256;
  if (type == SFT_NF4) return (n / 2 + scales + 3) / 4 * 4 + 4 * nested + 4;
  return n * (type == SFT_F32 ? 4 : 2);
}

std::shared_ptr<Weights> weights(int64_t n, int32_t type) {
  constexpr int64_t kBeyondCaches = 160 << 20;
  const int64_t bytes = bytes_of(n, type), count = kBeyondCaches / bytes + 1;
  const auto all = static_cast<size_t>(bytes * count);
  auto* const data = static_cast<char*>(mmap(nullptr, all, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  if (data == MAP_FAILED) abort();
#if defined(MADV_NOHUGEPAGE)
  madvise(data, all, MADV_NOHUGEPAGE);
#endif
  const auto result = std::make_shared<Weights>(Weights{data, bytes, count, {}});
  float* const x = floats(n);
  if (type == SFT_NF4) {
    float* const map = floats(256);
    std::sort(map, map + 256);
    for (int64_t i = 0; i < count; i++) {
      result->nf4.push_back(nf4_at(data + i * bytes, n, map));
      if (i == 0) sft_quantize_nf4(&result->nf4[0], x, SFT_F32, n);
      else memcpy(data + i * bytes, data, static_cast<size_t>(bytes));
    }
  } else {
    for (int64_t i = 0; i < count; i++) sft_copy(data + i * bytes, type, x, SFT_F32, n);
  }
  sft_free(x, static_cast<uint64_t>(n) * 4);
  return result;
}

std::string named(const char* what, int64_t m, int64_t from, int64_t to) {
  return std::string(what) + " " + std::to_string(m) + " x " + std::to_string(from) + " -> " + std::to_string(to);
}

// The kernels whose name holds `only`.
struct List {
  std::string only;
  std::vector<Kernel> kernels;
  bool wants(const std::string& name) const { return name.find(only) != std::string::npos; }
  void add(Kernel kernel) {
    if (wants(kernel.name)) kernels.push_back(std::move(kernel));
  }
};

void add_products(List& list, int64_t m, int64_t out, int64_t in, int32_t type, bool whole) {
  const std::string forward = named("forward", m, in, out), input = named("to input", m, out, in), weight = named("to weight", m, in, out);
  if (!list.wants(forward) && !list.wants(input) && !(whole && list.wants(weight))) return;
  float *const x = floats(m * in), *const y = floats(m * out);
  const std::shared_ptr<Weights> w = weights(out * in, type);
  const double operations = 2.0 * static_cast<double>(m) * static_cast<double>(out) * static_cast<double>(in);
  list.add({forward, operations, [=] { sft_linear(y, x, w->next(), type, m, out, in, 1, 0, nullptr, nullptr, 0, 0); }});
  list.add({input, operations, [=] { sft_linear_backward_input(x, y, w->next(), type, m, out, in, 1, 0, nullptr, nullptr, 0, 0); }});
  if (!whole) return;
  float* const dw = floats(out * in);
  list.add({weight, operations, [=] { sft_linear_backward_weight(dw, y, x, m, out, in, 1, 1); }});
}

void add_attention(List& list, int64_t m) {
  // Sequences of about 200 tokens, of unequal lengths.
  const int64_t sequences = (m + 199) / 200;
  auto* const table = static_cast<int32_t*>(malloc(static_cast<size_t>(sequences) * 16));
  double pairs = 0;
  for (int64_t i = 0, first = 0; i < sequences; i++) {
    const int64_t left = m - first, share = left / (sequences - i);
    const int64_t n = i + 1 == sequences ? left : i % 2 == 0 ? share * 5 / 4 : share * 3 / 4;
    const int32_t row[] = {static_cast<int32_t>(first), static_cast<int32_t>(n), static_cast<int32_t>(first), static_cast<int32_t>(n)};
    memcpy(table + 4 * i, row, sizeof row);
    pairs += static_cast<double>(n) * static_cast<double>(n + 1) / 2;
    first += n;
  }
  const int64_t queries = m * kHeads * kHeadDim, keys = m * kKvHeads * kHeadDim;
  float *const q = floats(queries), *const k = floats(keys), *const v = floats(keys), *const o = floats(queries);
  float *const dq = floats(queries), *const dk = floats(keys), *const dv = floats(keys), *const dout = floats(queries);
  float* const lse = floats(m * kHeads);
  const double product = 2.0 * pairs * kHeads * kHeadDim;
  const std::string shape = " " + std::to_string(m) + " rows, " + std::to_string(sequences) + " sequences";
  sft_attention(o, lse, q, k, v, table, sequences, kHeads, kKvHeads, kHeadDim, 0.125f, 0);
  list.add({"attention" + shape, 2 * product, [=] {
                    sft_attention(o, lse, q, k, v, table, sequences, kHeads, kKvHeads, kHeadDim, 0.125f, 0);
                  }});
  list.add({"attention back" + shape, 5 * product, [=] {
                    sft_attention_backward(dq, dk, dv, dout, q, k, v, o, lse, table, sequences, kHeads, kKvHeads, kHeadDim, 0.125f, 0);
                  }});
}

// A share of the peak that other processes cannot spoil: alone by this thread's own time, with helpers by the best of many.
void measure(const Kernel& kernel, int threads, double seconds) {
  const clockid_t clock = threads == 1 ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC;
  double peak = 0;
  std::vector<double> times;
  kernel.call();
  const double until = seconds_of(CLOCK_MONOTONIC) + seconds;
  for (int round = 0; round < 8 || seconds_of(CLOCK_MONOTONIC) < until; round++) {
    std::vector<double> rates(static_cast<size_t>(threads));
    std::vector<std::thread> others;
    // Longer than the library's helpers spin after a call.
    timespec pause = {0, 1500000};
    if (threads > 1) nanosleep(&pause, nullptr);
    for (int t = 1; t < threads; t++) others.emplace_back([&, t] { rates[static_cast<size_t>(t)] = fma_rate(2e-3, clock); });
    rates[0] = fma_rate(2e-3, clock);
    double total = rates[0];
    for (int t = 1; t < threads; t++) {
      others[static_cast<size_t>(t - 1)].join();
      total += rates[static_cast<size_t>(t)];
    }
    if (total > peak) peak = total;
    const double end = seconds_of(CLOCK_MONOTONIC) + 8e-3;
    for (int call = 0; call < 3 || seconds_of(CLOCK_MONOTONIC) < end; call++) {
      const double start = seconds_of(clock);
      kernel.call();
      times.push_back(seconds_of(clock) - start);
    }
  }
  std::sort(times.begin(), times.end());
  printf("%s\t%.1f\t%.1f\t%.0f\t%.0f\n", kernel.name.c_str(), kernel.operations / times.front() / 1e9, peak / 1e9, times.front() * 1e6,
         times[times.size() / 2] * 1e6);
  fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 6) return 2;
  const int threads = atoi(argv[2]);
  const int64_t m = atoi(argv[3]), targets = m * 3 / 5;
  const int32_t type = strcmp(argv[4], "bf16") == 0  ? SFT_BF16
                       : strcmp(argv[4], "f16") == 0 ? SFT_F16
                       : strcmp(argv[4], "nf4") == 0 ? SFT_NF4
                                                     : SFT_F32;
  if (sft_init(argv[1], threads) != 0) return 3;
  List list{argc > 6 ? argv[6] : "", {}};
  add_products(list, m, kInner, kHidden, type, true);
  add_products(list, m, kHidden, kInner, type, false);
  add_products(list, m, kHidden, kHidden, type, true);
  add_products(list, m, kKeys, kHidden, type, false);
  add_products(list, m, kRank, kHidden, SFT_F32, true);
  add_products(list, m, kRank, kInner, SFT_F32, true);
  add_products(list, m, kHidden, kRank, SFT_F32, true);
  add_products(list, m, kInner, kRank, SFT_F32, true);
  // The head is not quantised.
  add_products(list, targets, kVocabulary, kHidden, type == SFT_NF4 ? SFT_BF16 : type, false);
  add_attention(list, m);
  for (const Kernel& kernel : list.kernels) measure(kernel, threads, atof(argv[5]));
}
