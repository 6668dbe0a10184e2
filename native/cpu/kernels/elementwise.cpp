// Sum, product with a number, copy with conversion, fill.
#include "../kernels.h"
#include "../pool.h"
#include "../sft_cpu.h"
#include "../simd.h"

namespace sft {
namespace SFT_ISA {

constexpr int64_t GRAIN = 32768;

static void add(float* y, const float* x, int64_t n) {
  parallel_for(n, GRAIN, [&](int64_t begin, int64_t end, int) {
    each_vector(
        begin, end, [&](int64_t i) { store(y + i, load(y + i) + load(x + i)); },
        [&](int64_t i, int64_t k) { store_part(y + i, load_part(y + i, k) + load_part(x + i, k), k); });
  });
}

static void scale(float* x, int64_t n, float factor) {
  parallel_for(n, GRAIN, [&](int64_t begin, int64_t end, int) {
    each_vector(
        begin, end, [&](int64_t i) { store(x + i, load(x + i) * factor); },
        [&](int64_t i, int64_t k) { store_part(x + i, load_part(x + i, k) * factor, k); });
  });
}

static void copy(void* y, int32_t ytype, const void* x, int32_t xtype, int64_t n) {
  if (ytype == xtype) {
    const int64_t bytes = ytype == SFT_U8 ? 1 : ytype == SFT_F32 || ytype == SFT_I32 ? 4 : 2;
    parallel_for(n, GRAIN, [&](int64_t begin, int64_t end, int) {
      memmove(static_cast<char*>(y) + begin * bytes, static_cast<const char*>(x) + begin * bytes,
              static_cast<size_t>((end - begin) * bytes));
    });
    return;
  }
  with_type(ytype, [&](auto out) {
    with_type(xtype, [&](auto in) {
      using Y = decltype(out);
      using X = decltype(in);
      auto* to = static_cast<typename Y::element*>(y);
      const auto* from = static_cast<const typename X::element*>(x);
      parallel_for(n, GRAIN, [&](int64_t begin, int64_t end, int) {
        each_vector(
            begin, end, [&](int64_t i) { Y::put(to + i, X::get(from + i)); },
            [&](int64_t i, int64_t k) { Y::put_part(to + i, X::get_part(from + i, k), k); });
      });
    });
  });
}

static void fill(void* x, int32_t xtype, int64_t n, double value) {
  if (xtype == SFT_I32) {
    auto* to = static_cast<int32_t*>(x);
    parallel_for(n, GRAIN, [&](int64_t begin, int64_t end, int) {
      for (int64_t i = begin; i < end; i++) to[i] = static_cast<int32_t>(value);
    });
    return;
  }
  with_type(xtype, [&](auto type) {
    using T = decltype(type);
    auto* to = static_cast<typename T::element*>(x);
    const vf filling = broadcast(static_cast<float>(value));
    parallel_for(n, GRAIN, [&](int64_t begin, int64_t end, int) {
      each_vector(
          begin, end, [&](int64_t i) { T::put(to + i, filling); }, [&](int64_t i, int64_t k) { T::put_part(to + i, filling, k); });
    });
  });
}

void register_elementwise(Kernels& kernels) {
  kernels.add = add;
  kernels.scale = scale;
  kernels.copy = copy;
  kernels.fill = fill;
}

}  // namespace SFT_ISA
}  // namespace sft
