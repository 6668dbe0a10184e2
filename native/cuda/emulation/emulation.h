// Runs CUDA kernels on the processor, to find wrong ones without the hardware: what a kernel sees of it. A thread is a fiber, the threads
// of a block share one thread of the system, blocks run in turn (scheduler.cpp). Linux on x86-64, GCC or Clang.
#pragma once
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#define __global__
#define __device__
#define __forceinline__ inline
#define __launch_bounds__(...)
#define __grid_constant__
// All of a block's fibers see one variable. In a section of its own, so that it can be spoilt before a block begins.
#define __shared__ static __attribute__((section("emulated_shared"), aligned(16)))

struct uint3 {
  unsigned x, y, z;
};
extern uint3 threadIdx, blockIdx, blockDim, gridDim;

namespace emulation {

constexpr unsigned WARP = 32;

// Waits for all threads of the block that have not ended.
void barrier(const char* what);
// Waits for all lanes of the warp; the last to come does `exchange` with what each has brought. Lanes that have ended never come.
void meet(const char* what, void* mine, const std::function<void(void* const*)>& exchange);
// Fails unless so many bytes lie in shared memory, and begin at a multiple of as many.
void check_shared(const char* what, const void* at, size_t bytes);
// Fails where two of eight rows of 16 bytes lie in the same banks of shared memory.
void check_banks(const char* what, const uint32_t* const (&rows)[8]);
// Ends the launch as a failed one and says why.
[[noreturn]] void fail(const std::string& why);

template <class T>
T shuffle(const char* what, T value, int (*from)(int lane, int by), int by) {
  struct Lane {
    T in, out;
    int by;
  } mine{value, value, by};
  meet(what, &mine, [&](void* const* lanes) {
    for (int lane = 0; lane < static_cast<int>(WARP); lane++) {
      Lane& to = *static_cast<Lane*>(lanes[lane]);
      to.out = static_cast<const Lane*>(lanes[from(lane, to.by) & 31])->in;
    }
  });
  return mine.out;
}

// What a kernel is given, packed as the driver takes it: each argument at its own alignment.
struct Kernel {
  const char* name;
  size_t bytes;
  std::function<void()> (*bind)(const unsigned char* packed);
};
std::vector<Kernel>& kernels();

template <auto F>
struct Bound;
template <class... A, void (*F)(A...)>
struct Bound<F> {
  static constexpr std::array<size_t, sizeof...(A) + 1> offsets() {
    std::array<size_t, sizeof...(A) + 1> at{};
    const size_t sizes[] = {sizeof(A)...}, alignments[] = {alignof(A)...};
    size_t end = 0;
    for (size_t i = 0; i < sizeof...(A); i++) {
      at[i] = (end + alignments[i] - 1) / alignments[i] * alignments[i];
      end = at[i] + sizes[i];
    }
    at[sizeof...(A)] = (end + 7) / 8 * 8;
    return at;
  }

  template <size_t... I>
  static std::function<void()> unpack(const unsigned char* packed, std::index_sequence<I...>) {
    std::tuple<A...> arguments;
    (std::memcpy(&std::get<I>(arguments), packed + offsets()[I], sizeof(A)), ...);
    return [arguments] { std::apply(F, arguments); };
  }

  static std::function<void()> bind(const unsigned char* packed) { return unpack(packed, std::index_sequence_for<A...>{}); }
};

template <auto F>
struct Registered {
  explicit Registered(const char* name) {
    const auto offsets = Bound<F>::offsets();
    kernels().push_back({name, offsets.back(), Bound<F>::bind});
  }
};

}  // namespace emulation

inline void __syncthreads() { emulation::barrier("__syncthreads"); }
template <class T>
T __shfl_xor_sync(unsigned, T value, int mask) {
  return emulation::shuffle<T>("__shfl_xor_sync", value, [](int lane, int by) { return lane ^ by; }, mask);
}
template <class T>
T __shfl_sync(unsigned, T value, int lane) {
  return emulation::shuffle<T>("__shfl_sync", value, [](int, int of) { return of; }, lane);
}
// Rounded as they are written: this is compiled without contraction.
inline float __fmul_rn(float a, float b) { return a * b; }
inline float __fadd_rn(float a, float b) { return a + b; }
inline unsigned __umulhi(unsigned a, unsigned b) { return static_cast<unsigned>(static_cast<uint64_t>(a) * b >> 32); }
inline unsigned __float_as_uint(float x) {
  unsigned bits;
  std::memcpy(&bits, &x, 4);
  return bits;
}
inline float __uint_as_float(unsigned bits) {
  float x;
  std::memcpy(&x, &bits, 4);
  return x;
}
