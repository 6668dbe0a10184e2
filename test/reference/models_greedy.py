"""Greedy continuations with transformers' generate, held against the arg max of whole forward passes."""

import torch

MAX_NEW_TOKENS = 12
# Far above what another order of summation in fp32 changes.
SMALLEST_MARGIN = 0.01


def generate(model: torch.nn.Module, prompt: list, eos: list) -> list:
    """New token ids, the end-of-sequence token included where it was reached."""
    out = model.generate(
        torch.tensor([prompt]),
        attention_mask=torch.ones(1, len(prompt), dtype=torch.long),
        do_sample=False,
        max_new_tokens=MAX_NEW_TOKENS,
        eos_token_id=eos or None,
        pad_token_id=0,
    )
    return out[0, len(prompt) :].tolist()


def without_cache(model: torch.nn.Module, prompt: list, eos: list) -> tuple[list, float]:
    """The same from whole forward passes, and the smallest distance between the best and the second-best logit."""
    ids, margin = list(prompt), float("inf")
    for _ in range(MAX_NEW_TOKENS):
        with torch.no_grad():
            logits = model(input_ids=torch.tensor([ids]), use_cache=False).logits[0, -1]
        best = logits.topk(2)
        margin = min(margin, (best.values[0] - best.values[1]).item())
        ids.append(best.indices[0].item())
        if ids[-1] in eos:
            break
    return ids[len(prompt) :], margin


def continuation(model: torch.nn.Module, prompt: list, eos: list) -> dict:
    """`{token_ids, stop}`: the new ids without the stop token, and why it ended. Raises where a choice is too close to hold."""
    made = generate(model, prompt, eos)
    checked, margin = without_cache(model, prompt, eos)
    if made != checked:
        raise AssertionError(f"generate gives {made}, whole forward passes give {checked}")
    if margin < SMALLEST_MARGIN:
        raise ArithmeticError(f"two logits only {margin} apart")
    stopped = made[-1] in eos
    return {
        "token_ids": made[:-1] if stopped else made,
        "stop": "eos" if stopped else "length",
        "smallest_margin": margin,
    }
