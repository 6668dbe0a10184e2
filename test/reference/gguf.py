#!/usr/bin/env python3
"""Blocks quantised by the gguf package (0.19), for src/export/gguf/quantise.test.ts.

    python3 -m venv venv && venv/bin/pip install gguf && venv/bin/python test/reference/gguf.py

Writes test/reference/gguf/blocks.json: fp32 numbers and their Q8_0 and Q4_0 bytes, in base64, and what the bytes stand for.
"""

import base64
import json
import sys
from pathlib import Path

# The script's own folder holds a folder of the package's name.
sys.path.pop(0)

import numpy as np  # noqa: E402
from gguf import GGMLQuantizationType as Type  # noqa: E402
from gguf import quants  # noqa: E402


def blocks():
    random = np.random.default_rng(7)
    rows = [random.normal(0, scale, 32) for scale in (1e-6, 1e-3, 0.02, 0.02, 0.5, 1, 30, 2000)]
    rows += [
        np.zeros(32),
        np.full(32, -0.25),
        np.linspace(-1, 1, 32),
        # Halves of Q8_0's and Q4_0's steps, both signs.
        np.concatenate([[127], np.arange(31) - 15.5]),
        np.concatenate([[-8], np.arange(31) / 2 - 7.5]),
        # Two of the same size: the first decides the sign of Q4_0's scale.
        np.concatenate([[0.5, -0.5], np.zeros(30)]),
        np.concatenate([[-0.5, 0.5], np.zeros(30)]),
        # Scales that fp16 holds as subnormal numbers.
        random.normal(0, 1e-7, 32),
    ]
    return np.array(rows, dtype=np.float32)


def text(array):
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()


values = blocks()
out = {"values": text(values)}
for name, kind in (("q8_0", Type.Q8_0), ("q4_0", Type.Q4_0)):
    stored = quants.quantize(values, kind)
    out[name] = {"bytes": text(stored), "dequantised": text(quants.dequantize(stored, kind).astype(np.float32))}
(Path(__file__).parent / "gguf" / "blocks.json").write_text(json.dumps(out, indent=2) + "\n")
