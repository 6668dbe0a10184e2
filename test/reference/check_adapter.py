"""
Loads a run's adapter with PEFT and compares its loss with this project's, example by example.

    sft score DATA --model BASE --adapter RUN/adapter --json > scores.json
    python test/reference/check_adapter.py BASE RUN/adapter DATA scores.json

DATA is a JSON array of question and answer. Exits 1 where an example's NLL differs by more than 1e-4 relative.
"""

import json
import sys

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer

base, adapter, data, scores = sys.argv[1:5]
tokenizer = AutoTokenizer.from_pretrained(base)
model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32, attn_implementation="eager")
model = PeftModel.from_pretrained(model, adapter).float().eval()
with open(data, encoding="utf-8") as file:
    examples = json.load(file)
with open(scores, encoding="utf-8") as file:
    expected = json.load(file)

worst = total = 0.0
with torch.no_grad():
    for example, ours in zip(examples, expected["examples"], strict=True):
        user = [{"role": "user", "content": example["question"]}]
        prompt = tokenizer.apply_chat_template(user, add_generation_prompt=True, return_dict=False)
        both = tokenizer.apply_chat_template(user + [{"role": "assistant", "content": example["answer"]}], return_dict=False)
        ids = torch.tensor([both])
        logits = model(input_ids=ids).logits[0, len(prompt) - 1 : -1].float()
        nll = torch.nn.functional.cross_entropy(logits, ids[0, len(prompt) :], reduction="sum").item()
        assert len(both) - len(prompt) == ours["trained"], (example["question"], ours)
        total += nll
        worst = max(worst, abs(nll - ours["nll"]) / abs(nll))
print(f"{len(examples)} examples, NLL {total:.4f} by PEFT, {expected['nll']:.4f} here, worst relative difference {worst:.2e}")
sys.exit(worst > 1e-4)
