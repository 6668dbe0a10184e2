// Matrix products (product.h): a block computes a part of one of the results of a launch, in fp32 or on tensor cores.
#include "../product_bf16.h"
#include "../product_fp32.h"

namespace sft {
namespace {

union Room {
  Tiles<64, 64> tiles_64x64;
  Tiles<64, 16> tiles_64x16;
  Tiles<16, 64> tiles_16x64;
  Tiles<16, 16> tiles_16x16;
};

__device__ __forceinline__ void sum_in_fp32(Room& room, const Results& results, const Result& result) {
  if (result.tile == TILE_64X64) product(room.tiles_64x64, results, result);
  else if (result.tile == TILE_64X16) product(room.tiles_64x16, results, result);
  else if (result.tile == TILE_16X64) product(room.tiles_16x64, results, result);
  else product(room.tiles_16x16, results, result);
}

}  // namespace
}  // namespace sft

SFT_KERNEL(products, const __grid_constant__ sft::Results results) {
  __shared__ sft::Room room;
  sft::sum_in_fp32(room, results, results.of[results.own()]);
}

// The same, for launches of which some are on tensor cores: as exact as fp32, and of numbers rounded to bf16.
#define SFT_PRODUCTS(form, parts)                                                        \
  SFT_KERNEL_FOR(2, products_##form, const __grid_constant__ sft::Results results) {     \
    __shared__ union {                                                                   \
      sft::Factors<parts> factors;                                                       \
      sft::Room others;                                                                  \
    } room;                                                                              \
    if constexpr (!sft::TENSOR_CORES) return;                                            \
    const sft::Result& result = results.of[results.own()];                               \
    if (result.tile == sft::TILE_BF16) sft::product_bf16(room.factors, results, result); \
    else sft::sum_in_fp32(room.others, results, result);                                 \
  }
SFT_PRODUCTS(bf16, 3)
SFT_PRODUCTS(rounded, 1)
