// Vectors of WIDTH floats over the compiler's vector extensions, for the files that are compiled once per instruction set. Everything
// lives in the namespace of its set: a function shared between sets could be linked in the flavour that this processor lacks.
#pragma once
#include <math.h>
#include <stdint.h>
#include <string.h>

#if defined(__x86_64__) || defined(_M_X64)
#if defined(__GNUC__) && !defined(__clang__)
// GCC 12's own header reads its "undefined" vectors when inlined, and warns about itself.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

#ifndef SFT_ISA
#error "compile with -DSFT_ISA=avx512, avx2, neon or baseline"
#endif

#define SFT_INLINE static inline __attribute__((always_inline))

// Keeps the compiler from reading the vector's source again for each use.
#if defined(__AVX512F__)
#define SFT_IN_REGISTER(v) __asm__("" : "+v"(v))
#elif defined(__aarch64__)
#define SFT_IN_REGISTER(v) __asm__("" : "+w"(v))
#else
#define SFT_IN_REGISTER(v) __asm__("" : "+x"(v))
#endif

// acc += a * b, for the inner loops of products. Of sixteen registers Clang spills the accumulators unless each is told to stay where it is.
#if defined(__clang__) && defined(__FMA__) && !defined(__AVX512F__)
#define SFT_MULTIPLY_ADD(acc, a, b) __asm__("vfmadd231ps %2, %1, %0" : "+x"(acc) : "x"(a), "x"(b))
#else
#define SFT_MULTIPLY_ADD(acc, a, b) (acc) += (a) * (b)
#endif

namespace sft {
namespace SFT_ISA {

#if defined(__AVX512F__)
constexpr int WIDTH = 16;
#elif defined(__AVX2__)
constexpr int WIDTH = 8;
#else
constexpr int WIDTH = 4;
#endif

using vf = float __attribute__((vector_size(WIDTH * 4)));
using vi = int32_t __attribute__((vector_size(WIDTH * 4)));
using vu = uint32_t __attribute__((vector_size(WIDTH * 4)));
using vh = uint16_t __attribute__((vector_size(WIDTH * 2)));
// Half as many lanes, twice as wide.
using vq = uint64_t __attribute__((vector_size(WIDTH * 4)));
using vd = double __attribute__((vector_size(WIDTH * 4)));
using vf_half = float __attribute__((vector_size(WIDTH * 2)));

// Memory of any alignment, as a vector; the copies compile to one plain move.
template <typename V>
SFT_INLINE V load_as(const void* p) {
  V x;
  memcpy(&x, p, sizeof x);
  return x;
}
template <typename V>
SFT_INLINE void store_as(void* p, V x) {
  memcpy(p, &x, sizeof x);
}

SFT_INLINE vf broadcast(float x) { return vf{} + x; }
// The same, for the inner loops of products: x - 0 is x for every x, -0 and NaN too (x + 0 is not), so that this compiles to a broadcast
// from memory and nothing else.
SFT_INLINE vf splat(float x) { return x - vf{}; }
SFT_INLINE vf load(const float* p) { return load_as<vf>(p); }
SFT_INLINE void store(float* p, vf x) { store_as(p, x); }
SFT_INLINE vu bits(vf x) { return reinterpret_cast<vu>(x); }
SFT_INLINE vf from_bits(vu x) { return reinterpret_cast<vf>(x); }

// The first n < WIDTH elements; the other lanes are zero and not touched in memory.
SFT_INLINE vf load_part(const float* p, int64_t n) {
#if defined(__AVX512F__)
  return reinterpret_cast<vf>(_mm512_maskz_loadu_ps(static_cast<__mmask16>((1u << n) - 1), p));
#else
  vf x{};
  for (int64_t i = 0; i < n; i++) x[i] = p[i];
  return x;
#endif
}
SFT_INLINE void store_part(float* p, vf x, int64_t n) {
#if defined(__AVX512F__)
  _mm512_mask_storeu_ps(p, static_cast<__mmask16>((1u << n) - 1), reinterpret_cast<__m512>(x));
#else
  for (int64_t i = 0; i < n; i++) p[i] = x[i];
#endif
}

// A NaN in b is lost, one in a is kept.
SFT_INLINE vf max(vf a, vf b) {
#if defined(__AVX512F__)
  return reinterpret_cast<vf>(_mm512_max_ps(reinterpret_cast<__m512>(b), reinterpret_cast<__m512>(a)));
#elif defined(__AVX2__)
  return reinterpret_cast<vf>(_mm256_max_ps(reinterpret_cast<__m256>(b), reinterpret_cast<__m256>(a)));
#elif defined(__SSE2__)
  return reinterpret_cast<vf>(_mm_max_ps(reinterpret_cast<__m128>(b), reinterpret_cast<__m128>(a)));
#else
  return b > a ? b : a;
#endif
}

SFT_INLINE vf sqrt(vf x) {
#if defined(__AVX512F__)
  return reinterpret_cast<vf>(_mm512_sqrt_ps(reinterpret_cast<__m512>(x)));
#elif defined(__AVX2__)
  return reinterpret_cast<vf>(_mm256_sqrt_ps(reinterpret_cast<__m256>(x)));
#elif defined(__SSE2__)
  return reinterpret_cast<vf>(_mm_sqrt_ps(reinterpret_cast<__m128>(x)));
#else
  return reinterpret_cast<vf>(vsqrtq_f32(reinterpret_cast<float32x4_t>(x)));
#endif
}

// Sums of lanes in a fixed order: halves onto halves.
SFT_INLINE float sum(vf x) {
  float lane[WIDTH];
  memcpy(lane, &x, sizeof lane);
  for (int half = WIDTH / 2; half > 0; half /= 2) {
    for (int i = 0; i < half; i++) lane[i] += lane[i + half];
  }
  return lane[0];
}
SFT_INLINE double sum(vd x) {
  double lane[WIDTH / 2];
  memcpy(lane, &x, sizeof lane);
  for (int half = WIDTH / 4; half > 0; half /= 2) {
    for (int i = 0; i < half; i++) lane[i] += lane[i + half];
  }
  return lane[0];
}
// Halves onto halves, as `max` takes NaN.
SFT_INLINE float largest(vf x) {
#if defined(__AVX2__)
#if defined(__AVX512F__)
  const __m512d all = reinterpret_cast<__m512d>(x);
  const __m256 eight =
      _mm256_max_ps(_mm256_castpd_ps(_mm512_extractf64x4_pd(all, 1)), _mm256_castpd_ps(_mm512_castpd512_pd256(all)));
#else
  const __m256 eight = reinterpret_cast<__m256>(x);
#endif
  __m128 most = _mm_max_ps(_mm256_extractf128_ps(eight, 1), _mm256_castps256_ps128(eight));
  most = _mm_max_ps(_mm_movehl_ps(most, most), most);
  return _mm_cvtss_f32(_mm_max_ss(_mm_shuffle_ps(most, most, 1), most));
#else
  float lane[WIDTH];
  memcpy(lane, &x, sizeof lane);
  for (int half = WIDTH / 2; half > 0; half /= 2) {
    for (int i = 0; i < half; i++) lane[i] = lane[i + half] > lane[i] ? lane[i + half] : lane[i];
  }
  return lane[0];
#endif
}

// Perfect shuffle of groups of GROUP lanes: a0 b0 a1 b1 .. over both results.
template <int GROUP>
constexpr int interleaved(int lane) {
  return lane / (2 * GROUP) * GROUP + lane % GROUP + (lane / GROUP % 2 != 0 ? WIDTH : 0);
}
#if defined(__clang__)
template <int... LANES>
struct Lanes {};
#if defined(__AVX512F__)
using AllLanes = Lanes<0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15>;
#elif defined(__AVX2__)
using AllLanes = Lanes<0, 1, 2, 3, 4, 5, 6, 7>;
#else
using AllLanes = Lanes<0, 1, 2, 3>;
#endif
template <int GROUP, int... LANES>
SFT_INLINE void interleave_lanes(vf a, vf b, vf& low, vf& high, Lanes<LANES...>) {
  low = __builtin_shufflevector(a, b, interleaved<GROUP>(LANES)...);
  high = __builtin_shufflevector(a, b, interleaved<GROUP>(LANES) + WIDTH / 2 ...);
}
template <int GROUP>
SFT_INLINE void interleave_groups(vf a, vf b, vf& low, vf& high) {
  interleave_lanes<GROUP>(a, b, low, high, AllLanes{});
}
#else
template <int GROUP>
SFT_INLINE void interleave_groups(vf a, vf b, vf& low, vf& high) {
  vi from;
  for (int i = 0; i < WIDTH; i++) from[i] = interleaved<GROUP>(i);
  low = __builtin_shuffle(a, b, from);
  high = __builtin_shuffle(a, b, from + WIDTH / 2);
}
#endif
SFT_INLINE void interleave(vf a, vf b, vf& low, vf& high) { interleave_groups<1>(a, b, low, high); }
SFT_INLINE void interleave_pairs(vf a, vf b, vf& low, vf& high) { interleave_groups<2>(a, b, low, high); }

// e^r for |r| <= ln 2 / 2.
SFT_INLINE vf exp_polynomial(vf r) {
  vf p = broadcast(1.9875691500e-4f);
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  return p * (r * r) + r + 1.0f;
}

// e^x to about 1 ulp: x = n ln 2 + r with |r| <= ln 2 / 2, a polynomial in r, and 2^n in two factors so that results below 2^-126
// and above 2^127 come out right. NaN stays NaN, -inf gives 0.
SFT_INLINE vf exp(vf x) {
  const vf low = broadcast(-104.0f), high = broadcast(89.0f);
  x = x < low ? low : x;
  x = x > high ? high : x;
  const vf magic = broadcast(12582912.0f);  // 1.5 * 2^23: adding it rounds to an integer held in the low bits
  const vf shifted = x * 1.44269504088896341f + magic;
  const vf n = shifted - magic;
  vf r = x - n * 0.693145751953125f;  // the upper bits of ln 2: exact product for |n| < 2^9
  r = r - n * 1.428606820309417232e-6f;
  const vf p = exp_polynomial(r);
#if defined(__AVX512F__)
  return reinterpret_cast<vf>(_mm512_scalef_ps(reinterpret_cast<__m512>(p), reinterpret_cast<__m512>(n)));
#else
  const vi whole = reinterpret_cast<vi>(shifted) - reinterpret_cast<vi>(magic);
  const vi half = whole >> 1;
  const vf first = reinterpret_cast<vf>((half + 127) << 23), second = reinterpret_cast<vf>((whole - half + 127) << 23);
  return p * first * second;
#endif
}

// exp(x) for x at most about 0 (or NaN): what is below 2^-125 counts as 0.
SFT_INLINE vf exp_of_negative(vf x) {
#if defined(__AVX512F__)
  return exp(x);
#else
  const vf low = broadcast(-86.5f), magic = broadcast(12582912.0f);
  const vf bounded = max(x, low);
  const vf shifted = bounded * 1.44269504088896341f + magic;
  const vf n = shifted - magic;
  vf r = bounded - n * 0.693145751953125f;
  r = r - n * 1.428606820309417232e-6f;
  const vf power = from_bits((bits(shifted) << 23) + (127u << 23));  // the bits of `magic` itself fall off
  const vf e = exp_polynomial(r) * power;
  return x < low ? vf{} : e;
#endif
}

// One factor makes the power of two here, where exp takes two: beyond 87 the result is 1, or 0 to within 1e-38.
SFT_INLINE vf sigmoid(vf x) {
#if defined(__AVX512F__)
  return 1.0f / (1.0f + exp(-x));
#else
  const vf y = max(-max(x, broadcast(-88.0f)), broadcast(-87.0f));
  const vf magic = broadcast(12582912.0f);
  const vf shifted = y * 1.44269504088896341f + magic;
  const vf n = shifted - magic;
  vf r = y - n * 0.693145751953125f;
  r = r - n * 1.428606820309417232e-6f;
  const vf power = from_bits((bits(shifted) << 23) + (127u << 23));  // the bits of `magic` itself fall off
  return 1.0f / (1.0f + exp_polynomial(r) * power);
#endif
}

// --- storage types

SFT_INLINE vf widen_bf16(vh x) { return from_bits(__builtin_convertvector(x, vu) << 16); }

SFT_INLINE vh narrow_bf16(vf x) {
  const vu b = bits(x);
  const vu rounded = (b + 0x7fffu + ((b >> 16) & 1u)) >> 16;  // to nearest even
  const vu nan = (b >> 16) | 0x40u;
  return __builtin_convertvector((b & 0x7fffffffu) > 0x7f800000u ? nan : rounded, vh);
}

SFT_INLINE vf widen_f16(vh x) {
#if defined(__AVX512F__)
  return reinterpret_cast<vf>(_mm512_cvtph_ps(reinterpret_cast<__m256i>(x)));
#elif defined(__F16C__) && defined(__AVX2__)
  return reinterpret_cast<vf>(_mm256_cvtph_ps(reinterpret_cast<__m128i>(x)));
#else
  // The exponent moves by a multiplication, which also normalises subnormal halves; infinity and NaN get their exponent by hand.
  const vu half = __builtin_convertvector(x, vu);
  const vu magnitude = half & 0x7fffu;
  vu wide = bits(from_bits(magnitude << 13) * 0x1p112f);
  wide = magnitude >= 0x7c00u ? wide | 0x7f800000u : wide;
  return from_bits(wide | ((half & 0x8000u) << 16));
#endif
}

SFT_INLINE vh narrow_f16(vf x) {
#if defined(__AVX512F__)
  return reinterpret_cast<vh>(_mm512_cvtps_ph(reinterpret_cast<__m512>(x), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
#elif defined(__F16C__) && defined(__AVX2__)
  return reinterpret_cast<vh>(_mm256_cvtps_ph(reinterpret_cast<__m256>(x), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
#else
  const vu b = bits(x);
  const vu magnitude = b & 0x7fffffffu;
  const vu normal = (magnitude + 0xfffu + ((magnitude >> 13) & 1u) - (112u << 23)) >> 13;
  const vu subnormal = bits(from_bits(magnitude) + 0.5f) - 0x3f000000u;  // the sum rounds at 2^-24, the step of subnormal halves
  vu half = magnitude < 0x38800000u ? subnormal : normal;
  half = half > 0x7c00u ? 0x7c00u + vu{} : half;
  half = magnitude > 0x7f800000u ? 0x7e00u | ((magnitude >> 13) & 0x3ffu) : half;
  return __builtin_convertvector(half | ((b >> 16) & 0x8000u), vh);
#endif
}

SFT_INLINE vh load_half(const uint16_t* p) { return load_as<vh>(p); }
SFT_INLINE void store_half(uint16_t* p, vh x) { store_as(p, x); }
SFT_INLINE vh load_half_part(const uint16_t* p, int64_t n) {
  vh x{};
  for (int64_t i = 0; i < n; i++) x[i] = p[i];
  return x;
}
SFT_INLINE void store_half_part(uint16_t* p, vh x, int64_t n) {
  for (int64_t i = 0; i < n; i++) p[i] = x[i];
}

// How a storage type is read and written as floats. `source` is where elements of it are read, counted on like a pointer; `address` and
// `bytes` say where that lies in memory and how far elements reach.
struct F32 {
  using element = float;
  using source = const float*;
  SFT_INLINE const void* address(const float* p) { return p; }
  SFT_INLINE int64_t bytes(int64_t n) { return n * 4; }
  SFT_INLINE vf get(const float* p) { return load(p); }
  SFT_INLINE vf get_part(const float* p, int64_t n) { return load_part(p, n); }
  SFT_INLINE void put(float* p, vf x) { store(p, x); }
  SFT_INLINE void put_part(float* p, vf x, int64_t n) { store_part(p, x, n); }
};
struct BF16 {
  using element = uint16_t;
  using source = const uint16_t*;
  SFT_INLINE const void* address(const uint16_t* p) { return p; }
  SFT_INLINE int64_t bytes(int64_t n) { return n * 2; }
  SFT_INLINE vf get(const uint16_t* p) { return widen_bf16(load_half(p)); }
  SFT_INLINE vf get_part(const uint16_t* p, int64_t n) { return widen_bf16(load_half_part(p, n)); }
  SFT_INLINE void put(uint16_t* p, vf x) { store_half(p, narrow_bf16(x)); }
  SFT_INLINE void put_part(uint16_t* p, vf x, int64_t n) { store_half_part(p, narrow_bf16(x), n); }
};
struct F16 {
  using element = uint16_t;
  using source = const uint16_t*;
  SFT_INLINE const void* address(const uint16_t* p) { return p; }
  SFT_INLINE int64_t bytes(int64_t n) { return n * 2; }
  SFT_INLINE vf get(const uint16_t* p) { return widen_f16(load_half(p)); }
  SFT_INLINE vf get_part(const uint16_t* p, int64_t n) { return widen_f16(load_half_part(p, n)); }
  SFT_INLINE void put(uint16_t* p, vf x) { store_half(p, narrow_f16(x)); }
  SFT_INLINE void put_part(uint16_t* p, vf x, int64_t n) { store_half_part(p, narrow_f16(x), n); }
};

// Calls f with the storage type that an sft_dtype names.
template <typename F>
SFT_INLINE void with_type(int32_t dtype, F&& f) {
  switch (dtype) {
    case 1:
      f(BF16{});
      break;
    case 2:
      f(F16{});
      break;
    default:
      f(F32{});
  }
}

// Walks [begin, end) in whole vectors and one part: whole(i), then part(i, n).
template <typename Whole, typename Part>
SFT_INLINE void each_vector(int64_t begin, int64_t end, Whole&& whole, Part&& part) {
  int64_t i = begin;
  for (; i + WIDTH <= end; i += WIDTH) whole(i);
  if (i < end) part(i, end - i);
}

}  // namespace SFT_ISA
}  // namespace sft
