// Holds the matrix products of every instruction set of this machine against plain loops in double precision: odd shapes, all weight
// types, alpha and beta, thin products added, one to three threads bit for bit. Every operand ends at a page that may not be touched.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <vector>

#include "../sft_cpu.h"

namespace {

int failures = 0;

// Memory whose last byte is followed by a forbidden page.
class Guarded {
 public:
  explicit Guarded(size_t bytes) : bytes_(bytes) {
    const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    whole_ = (bytes + page - 1) / page * page + 2 * page;
    base_ = static_cast<char*>(mmap(nullptr, whole_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    if (base_ == MAP_FAILED) abort();
    mprotect(base_, page, PROT_NONE);
    mprotect(base_ + whole_ - page, page, PROT_NONE);
    data_ = base_ + whole_ - page - bytes;
  }
  ~Guarded() { munmap(base_, whole_); }
  Guarded(const Guarded&) = delete;
  Guarded& operator=(const Guarded&) = delete;
  template <typename T>
  T* as() {
    return reinterpret_cast<T*>(data_);
  }
  void read_only() { mprotect(base_ + sysconf(_SC_PAGESIZE), whole_ - 2 * static_cast<size_t>(sysconf(_SC_PAGESIZE)), PROT_READ); }
  size_t bytes() const { return bytes_; }

 private:
  size_t bytes_, whole_;
  char *base_, *data_;
};

uint32_t state = 12345;
float uniform() {
  state = state * 1664525u + 1013904223u;
  return static_cast<float>(state >> 8) / 8388608.0f - 1.0f;
}

// A random weight of the type, written to `at`; its exact value is returned. Mantissas are short enough for both 16-bit types.
float put_weight(void* at, int64_t i, int32_t type) {
  const float x = static_cast<float>(static_cast<int>(uniform() * 255)) / 128.0f;
  if (type == SFT_F32) {
    const float full = x + uniform() * 1e-3f;
    static_cast<float*>(at)[i] = full;
    return full;
  }
  uint32_t bits;
  if (type == SFT_BF16) {
    memcpy(&bits, &x, 4);
    bits &= 0xffff0000u;
    static_cast<uint16_t*>(at)[i] = static_cast<uint16_t>(bits >> 16);
    float back;
    memcpy(&back, &bits, 4);
    return back;
  }
  // fp16 by hand: a subnormal now and then, else sign, exponent - 15 and ten bits.
  if (i % 7 == 3) {
    static_cast<uint16_t*>(at)[i] = static_cast<uint16_t>(i % 1024);
    return static_cast<float>(i % 1024) * 0x1p-24f;
  }
  memcpy(&bits, &x, 4);
  const uint32_t exponent = bits >> 23 & 255u;
  const uint16_t half = x == 0 ? 0 : static_cast<uint16_t>((bits >> 16 & 0x8000u) | (exponent - 112u) << 10 | (bits >> 13 & 1023u));
  static_cast<uint16_t*>(at)[i] = half;
  return x;
}

enum Kind { kForward, kInput, kWeight };
const char* const kNames[] = {"linear", "linear_backward_input", "linear_backward_weight"};

// A thin product that is added: p [m, r] times u, [n, r] forward and [r, k] back to the input.
struct Delta {
  const float *p, *u;
  int64_t r;
};
constexpr float kDeltaAlpha = 1.75f;

void run(Kind kind, float* out, const float* a, const void* b, int32_t type, int64_t m, int64_t n, int64_t k, float alpha,
         float beta, const Delta& delta) {
  const auto [p, u, r] = delta;
  if (kind == kForward) sft_linear(out, a, b, type, m, n, k, alpha, beta, p, u, r, kDeltaAlpha);
  if (kind == kInput) sft_linear_backward_input(out, a, b, type, m, n, k, alpha, beta, p, u, r, kDeltaAlpha);
  if (kind == kWeight) sft_linear_backward_weight(out, a, static_cast<const float*>(b), m, n, k, alpha, beta);
}

// `second` is w [n, k] for the first two and x [m, k] for the weight's gradient.
void check(Kind kind, int32_t type, int64_t m, int64_t n, int64_t k, float alpha, float beta, int64_t rank, const char* isa) {
  const int64_t rows = kind == kWeight ? n : m, cols = kind == kForward ? n : k,
                depth = kind == kForward ? k
                        : kind == kInput ? n
                                         : m;
  const int64_t first_size = kind == kForward ? m * k : m * n, second_size = kind == kWeight ? m * k : n * k;
  Guarded first(static_cast<size_t>(first_size) * 4), second(static_cast<size_t>(second_size) * (type == SFT_F32 ? 4 : 2));
  float* const a = first.as<float>();
  std::vector<float> b(static_cast<size_t>(second_size));
  for (int64_t i = 0; i < first_size; ++i) a[i] = uniform();
  for (int64_t i = 0; i < second_size; ++i) b[static_cast<size_t>(i)] = put_weight(second.as<void>(), i, type);
  first.read_only();
  second.read_only();
  const int64_t r = kind == kWeight ? 0 : rank;
  Guarded thin(static_cast<size_t>(rows * r) * 4), up(static_cast<size_t>(cols * r) * 4);
  const Delta delta{thin.as<float>(), up.as<float>(), r};
  for (int64_t i = 0; i < rows * r; ++i) thin.as<float>()[i] = uniform();
  for (int64_t i = 0; i < cols * r; ++i) up.as<float>()[i] = uniform();
  thin.read_only();
  up.read_only();
  std::vector<float> before(static_cast<size_t>(rows * cols));
  for (float& x : before) x = beta == 0 ? NAN : uniform();

  std::vector<float> single;
  for (int32_t threads = 1; threads <= 3; ++threads) {
    sft_init(isa, threads);
    Guarded out(before.size() * 4);
    if (!before.empty()) memcpy(out.as<void>(), before.data(), out.bytes());
    run(kind, out.as<float>(), a, second.as<void>(), type, m, n, k, alpha, beta, delta);
    const float* const got = out.as<float>();
    if (threads == 1) single.assign(got, got + before.size());
    if (threads > 1 && !single.empty() && memcmp(single.data(), got, out.bytes()) != 0) {
      printf("%s %s type %d %lldx%lldx%lld: %d threads differ from one\n", isa, kNames[kind], type, static_cast<long long>(m),
             static_cast<long long>(n), static_cast<long long>(k), threads);
      ++failures;
    }
  }
  std::vector<float> right(static_cast<size_t>(depth * cols));
  for (int64_t p = 0; p < depth; ++p) {
    for (int64_t j = 0; j < cols; ++j) {
      right[static_cast<size_t>(p * cols + j)] = b[static_cast<size_t>(kind == kForward ? j * k + p : p * k + j)];
    }
  }
  for (int64_t i = 0; i < rows; ++i) {
    std::vector<double> sums(static_cast<size_t>(cols)), sizes(static_cast<size_t>(cols));
    for (int64_t p = 0; p < depth; ++p) {
      const double left = kind == kForward ? a[i * k + p] : kind == kInput ? a[i * n + p] : a[p * n + i];
      const float* const row = right.data() + p * cols;
      double *const sum = sums.data(), *const size = sizes.data();
      for (int64_t j = 0; j < cols; ++j) {
        const double product = left * row[j];
        sum[j] += product;
        size[j] += fabs(product);
      }
    }
    for (int64_t j = 0; j < cols; ++j) {
      const size_t at = static_cast<size_t>(i * cols + j), column = static_cast<size_t>(j);
      const double old = beta == 0 ? 0 : before[at];
      double added = 0, size = 0;
      for (int64_t q = 0; q < r; ++q) {
        const double product = kDeltaAlpha * delta.p[i * r + q] * delta.u[kind == kForward ? j * r + q : q * cols + j];
        added += product;
        size += fabs(product);
      }
      const double want = alpha * sums[column] + added + old;
      const double allowed = 1e-6 * (fabs(alpha) * sizes[column] + size + fabs(old)) + 1e-30;
      if (!(fabs(single[at] - want) <= allowed)) {
        if (++failures <= 20) {
          printf("%s %s type %d %lldx%lldx%lld alpha %g beta %g at (%lld, %lld): %.9g, not %.9g\n", isa, kNames[kind], type,
                 static_cast<long long>(m), static_cast<long long>(n), static_cast<long long>(k), alpha, beta,
                 static_cast<long long>(i), static_cast<long long>(j), single[at], want);
        }
        return;
      }
    }
  }
}

// Infinities and NaN in the weights reach the result, in every type.
void check_special(const char* isa) {
  sft_init(isa, 1);
  for (const int32_t type : {SFT_F32, SFT_BF16, SFT_F16}) {
    for (const int64_t m : {1, 20}) {
      const int64_t n = 40, k = 33;
      std::vector<float> x(static_cast<size_t>(m * k), 1.0f), y(static_cast<size_t>(m * n));
      std::vector<char> w(static_cast<size_t>(n * k) * 4, 0);
      const auto set = [&](int64_t i, float f32, uint16_t bf16, uint16_t f16) {
        if (type == SFT_F32) memcpy(&w[static_cast<size_t>(i) * 4], &f32, 4);
        if (type == SFT_BF16) memcpy(&w[static_cast<size_t>(i) * 2], &bf16, 2);
        if (type == SFT_F16) memcpy(&w[static_cast<size_t>(i) * 2], &f16, 2);
      };
      set(3 * k + 5, INFINITY, 0x7f80, 0x7c00);
      set(7 * k + 32, -INFINITY, 0xff80, 0xfc00);
      set(9 * k + 1, NAN, 0x7fc0, 0x7e00);
      sft_linear(y.data(), x.data(), w.data(), type, m, n, k, 1, 0, nullptr, nullptr, 0, 0);
      for (int64_t i = 0; i < m; ++i) {
        const float* const row = &y[static_cast<size_t>(i * n)];
        if (!(row[3] == INFINITY && row[7] == -INFINITY && isnan(row[9]) && row[0] == 0 && row[39] == 0)) {
          printf("%s type %d, %lld rows: infinity or NaN is lost\n", isa, type, static_cast<long long>(m));
          ++failures;
          break;
        }
      }
    }
  }
}

}  // namespace

int main() {
  // A forbidden page is hit by a signal: the line before it says where.
  setvbuf(stdout, nullptr, _IOLBF, 0);
  const int64_t sizes[] = {0, 1, 3, 17, 48, 49, 100, 193};
  const int64_t shapes[][3] = {{40, 700, 650}, {1100, 60, 70}, {33, 16, 1500}, {700, 300, 16}, {290, 16, 300}, {65, 1030, 1024},
                               {16, 300, 600}, {2, 5, 5000},   {1, 1000, 77},  {20, 50, 5000}, {300, 129, 257}};
  int sets = 0, checks = 0;
  for (const char* const isa : {"avx512", "avx2", "neon", "baseline"}) {
    if (sft_init(isa, 1) != 0) continue;
    ++sets;
    printf("%s\n", isa);
    int turn = 0;
    const auto all = [&](int64_t m, int64_t n, int64_t k) {
      // Every shape meets every type and kind; alpha, beta and the rank of what is added take turns.
      constexpr int64_t kRanks[] = {0, 3, 16, 0, 70};
      for (const int32_t type : {SFT_F32, SFT_BF16, SFT_F16}) {
        for (const Kind kind : {kForward, kInput, kWeight}) {
          if (kind == kWeight && type != SFT_F32) continue;
          ++turn;
          check(kind, type, m, n, k, turn % 3 == 0 ? -0.625f : 1.0f, turn % 2 == 0 ? 1.0f : 0.0f, kRanks[turn % 5], isa);
          ++checks;
        }
      }
    };
    for (const int64_t m : sizes) {
      for (const int64_t n : sizes) {
        for (const int64_t k : sizes) all(m, n, k);
      }
    }
    for (const auto& s : shapes) all(s[0], s[1], s[2]);
    check_special(isa);
  }
  printf("%d instruction sets, %d products, %d failures\n", sets, checks, failures);
  return failures == 0 && sets > 0 ? 0 : 1;
}
