#!/usr/bin/env python3
"""Writes nf4.safetensors: what bitsandbytes itself makes of a few matrices in 4 bits (NF4, on the CPU).

    pip install torch bitsandbytes safetensors && python3 test/reference/nf4.py

For each case NAME (rows x columns, type of the weight, plain or nested scales; one block of zeros, one with an outlier):
  NAME.weight        what was quantised
  NAME.codes         u8, two codes in a byte, the first in the high bits; blocks of 64 over all rows
  NAME.absmax        fp32, one a block; nested: the 8-bit codes of absmax - offset
  NAME.nested_absmax, NAME.nested_code, NAME.offset   nested only, blocks of 256
  NAME.dequantized   fp32
"""

from pathlib import Path

import bitsandbytes.functional as F
import torch
from bitsandbytes.backends.default.ops import _dequantize_4bit_compute
from safetensors.torch import save_file

# A ragged last block with an odd element, rows that fill blocks, and more than one block of scales.
CASES = [((33, 7), torch.float32), ((48, 80), torch.bfloat16), ((3, 64), torch.float16), ((65, 255), torch.bfloat16)]

torch.manual_seed(1)
out = {}
for shape, dtype in CASES:
    for nested in (False, True) if shape[0] < 60 else (True,):
        weight = torch.randn(shape) * 0.05
        flat = weight.view(-1)
        flat[64:128] = 0
        flat[130] = 3.0
        weight = weight.to(dtype)
        codes, state = F.quantize_4bit(weight, blocksize=64, compress_statistics=nested, quant_type="nf4")
        name = f"{shape[0]}x{shape[1]}.{'nested' if nested else 'plain'}"
        out[f"{name}.weight"] = weight
        out[f"{name}.codes"] = codes.flatten()
        out[f"{name}.absmax"] = state.absmax
        if nested:
            out[f"{name}.nested_absmax"] = state.state2.absmax
            out[f"{name}.nested_code"] = state.state2.code
            out[f"{name}.offset"] = state.offset.reshape(1)
        absmax = state.absmax
        if nested:
            absmax = F.dequantize_blockwise(absmax, state.state2) + state.offset
        # The plain path: the one for AVX-512 counts blocks by rows, which is wrong where a row is not a multiple of 64.
        out[f"{name}.dequantized"] = _dequantize_4bit_compute(
            codes.reshape(-1), absmax, state.code, 64, shape, torch.float32
        )
save_file({name: value.contiguous().clone() for name, value in out.items()}, Path(__file__).parent / "nf4.safetensors")
