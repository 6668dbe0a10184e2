"""
Loads a folder in 4 bits with transformers and bitsandbytes, dequantises it, and compares the loss with this project's, example by example.

    sft score DATA --model FOLDER --json > scores.json
    python test/reference/check_4bit.py FOLDER DATA scores.json

DATA is a JSON array of question and answer. Exits 1 where an example's NLL differs by more than 1e-4 relative.
"""

import sys

from compare_scores import compare
from models_nf4 import load_dequantised

folder, data, scores = sys.argv[1:4]
compare(load_dequantised(folder).eval(), folder, data, scores)
