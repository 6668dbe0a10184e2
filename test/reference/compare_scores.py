"""Per-example NLL of a dataset by a model of transformers, held against what `sft score --json` says."""

import json
import sys

import torch
from transformers import AutoTokenizer


def compare(model, tokenizer_folder: str, data: str, scores: str) -> None:
    """`data`: a JSON array of question and answer. Exits 1 where an example's NLL differs by more than 1e-4 relative."""
    tokenizer = AutoTokenizer.from_pretrained(tokenizer_folder)
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
            # A template's line break after the end of the answer is not trained.
            both = both[: len(prompt) + ours["trained"]]
            ids = torch.tensor([both])
            logits = model(input_ids=ids).logits[0, len(prompt) - 1 : -1].float()
            nll = torch.nn.functional.cross_entropy(logits, ids[0, len(prompt) :], reduction="sum").item()
            assert len(both) - len(prompt) == ours["trained"], (example["question"], ours)
            total += nll
            worst = max(worst, abs(nll - ours["nll"]) / abs(nll))
    print(f"{len(examples)} examples, NLL {total:.4f} by transformers, {expected['nll']:.4f} here, worst relative difference {worst:.2e}")
    sys.exit(worst > 1e-4)
