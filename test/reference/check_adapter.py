"""
Loads a run's adapter with PEFT and compares its loss with this project's, example by example.

    sft score DATA --model BASE --adapter RUN/adapter --json > scores.json
    python test/reference/check_adapter.py BASE RUN/adapter DATA scores.json

DATA is a JSON array of question and answer. Exits 1 where an example's NLL differs by more than 1e-4 relative.
"""

import sys

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM

from compare_scores import compare

base, adapter, data, scores = sys.argv[1:5]
model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32, attn_implementation="eager")
compare(PeftModel.from_pretrained(model, adapter).float().eval(), base, data, scores)
