// The instructions that CUDA C++ has no function for, once as PTX (compute capability 8.0 and newer) and once for the emulation. Kernels use
// nothing else that is special.
#pragma once
#include "floats.h"

namespace sft {

// Whether the card that is compiled for has them. Kernels that use them are empty where it has not, and never launched there.
#if !defined(__CUDACC__) || __CUDA_ARCH__ >= 800
constexpr bool TENSOR_CORES = true;
#else
constexpr bool TENSOR_CORES = false;
#endif

#ifdef __CUDACC__

// Four matrices of 8 x 8 numbers of 16 bits, in pairs, from shared memory: lane i gives where row i % 8 of matrix i / 8 begins, at a multiple of 16
// bytes, and gets of each matrix the two numbers in row lane / 4 from column lane % 4 * 2 on.
__device__ __forceinline__ void load_matrices(uint32_t (&to)[4], const uint32_t* row) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(to[0]), "=r"(to[1]), "=r"(to[2]), "=r"(to[3])
               : "r"(static_cast<uint32_t>(__cvta_generic_to_shared(row)))
               : "memory");
}

// The same of what lies transposed: each lane gets of each matrix the two numbers in column lane / 4 from row lane % 4 * 2 on.
__device__ __forceinline__ void load_transposed(uint32_t (&to)[4], const uint32_t* row) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(to[0]), "=r"(to[1]), "=r"(to[2]), "=r"(to[3])
               : "r"(static_cast<uint32_t>(__cvta_generic_to_shared(row)))
               : "memory");
}

// Two numbers rounded to bf16 (to_bf16), the first in the low half.
__device__ __forceinline__ uint32_t pack_bf16(float low, float high) {
  uint32_t pair;
  asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(pair) : "f"(high), "f"(low));
  return pair;
}

// d [16, 8] += a [16, 16] b [16, 8] by a warp, a and b bf16, sums in fp32: a as load_matrices gives its quarters (rows 0-7 and 8-15 of columns
// 0-7, then of columns 8-15), b as it gives the halves of bᵀ; d in rows lane / 4 and that + 8, columns lane % 4 * 2 and the next.
__device__ __forceinline__ void multiply_bf16(float (&d)[4], const uint32_t (&a)[4], uint32_t b0, uint32_t b1) {
  asm("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

#else

struct MatrixLane {
  uint32_t* to;
  const uint32_t* row;
};

inline uint32_t number_of(const uint32_t* row, int i) { return row[i / 2] >> i % 2 * 16 & 0xffffu; }

template <class Number>
void load_by(const char* what, uint32_t (&to)[4], const uint32_t* row, Number number) {
  MatrixLane mine{to, row};
  emulation::check_shared(what, row, 16);
  emulation::meet(what, &mine, [=](void* const* lanes) {
    for (int matrix = 0; matrix < 4; matrix++) {
      const uint32_t* rows[8];
      for (int i = 0; i < 8; i++) rows[i] = static_cast<const MatrixLane*>(lanes[8 * matrix + i])->row;
      emulation::check_banks(what, rows);
      for (int lane = 0; lane < WARP; lane++) {
        const uint32_t low = number(rows, lane / 4, lane % 4 * 2), high = number(rows, lane / 4, lane % 4 * 2 + 1);
        static_cast<const MatrixLane*>(lanes[lane])->to[matrix] = low | high << 16;
      }
    }
  });
}

inline void load_matrices(uint32_t (&to)[4], const uint32_t* row) {
  load_by("ldmatrix", to, row, [](const uint32_t* const* rows, int i, int k) { return number_of(rows[i], k); });
}

inline void load_transposed(uint32_t (&to)[4], const uint32_t* row) {
  load_by("ldmatrix.trans", to, row, [](const uint32_t* const* rows, int i, int k) { return number_of(rows[k], i); });
}

inline uint32_t pack_bf16(float low, float high) { return to_bf16(low) | static_cast<uint32_t>(to_bf16(high)) << 16; }

inline void multiply_bf16(float (&d)[4], const uint32_t (&a)[4], uint32_t b0, uint32_t b1) {
  struct Lane {
    float* d;
    const uint32_t* a;
    uint32_t b[2];
  } mine{d, a, {b0, b1}};
  emulation::meet("mma", &mine, [](void* const* lanes) {
    float a[16][16], b[16][8], d[16][8];
    for (int lane = 0; lane < WARP; lane++) {
      const Lane& x = *static_cast<const Lane*>(lanes[lane]);
      const int row = lane / 4, column = lane % 4 * 2;
      for (int half = 0; half < 2; half++) {
        const auto number = [&](uint32_t pair) { return from_bf16(static_cast<uint16_t>(pair >> 16 * half)); };
        for (int i = 0; i < 4; i++) a[row + i % 2 * 8][column + i / 2 * 8 + half] = number(x.a[i]);
        for (int i = 0; i < 2; i++) b[column + i * 8 + half][row] = number(x.b[i]);
        for (int i = 0; i < 2; i++) d[row + i * 8][column + half] = x.d[2 * i + half];
      }
    }
    for (int k = 0; k < 16; k++) {
      for (int m = 0; m < 16; m++) {
        for (int n = 0; n < 8; n++) d[m][n] += a[m][k] * b[k][n];
      }
    }
    for (int lane = 0; lane < WARP; lane++) {
      const int row = lane / 4, column = lane % 4 * 2;
      for (int i = 0; i < 4; i++) static_cast<const Lane*>(lanes[lane])->d[i] = d[row + i / 2 * 8][column + i % 2];
    }
  });
}

#endif

}  // namespace sft
