"""Loss, optimizer steps and learning rates as transformers' Trainer takes them, one example at a time (no padding)."""

import torch
from peft.optimizers import create_loraplus_optimizer
from transformers import Trainer, get_linear_schedule_with_warmup

IGNORED = -100


def example_nll(model: torch.nn.Module, example: dict) -> torch.Tensor:
    """Sum of the negative log likelihood over trained tokens, fp32. Token t is predicted from t - 1; the first never counts.
    Rows of a prompt before the tokens predict none of them."""
    ids = torch.tensor([example["ids"]])
    targets = torch.where(torch.tensor(example["mask"]).bool(), ids[0], IGNORED)[1:]
    logits = model(input_ids=ids, use_cache=False).logits[0, -len(targets) - 1 : -1].float()
    return torch.nn.functional.cross_entropy(logits, targets, reduction="sum", ignore_index=IGNORED)


def trained_tokens(example: dict) -> int:
    return sum(example["mask"][1:])


def decay_groups(model: torch.nn.Module, weight_decay: float) -> tuple[list, list]:
    """The optimizer groups of transformers' Trainer: norms and biases are not decayed. LoRA's matrices all are."""
    # The method reads nothing of the trainer itself.
    decayed = set(Trainer.get_decay_parameter_names(None, model))
    trainable = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
    groups = [
        {"params": [p for name, p in trainable if name in decayed], "weight_decay": weight_decay},
        {"params": [p for name, p in trainable if name not in decayed], "weight_decay": 0.0},
    ]
    return [g for g in groups if g["params"]], [name for name, _ in trainable if name not in decayed]


def train(
    model: torch.nn.Module,
    examples: list,
    order: list,
    settings: dict,
    loraplus_lr_ratio: float | None = None,
    before=None,
) -> tuple[list, list]:
    """
    One optimizer step for each window of `order` (a list of batches, each a list of example indices); with a ratio by PEFT's optimizer of
    LoRA+. `before`, where given, is told of each example: its step and its place in the window. Returns the steps (loss of the window,
    gradient norm before clipping, learning rate used) and the names not decayed.
    """
    groups, not_decayed = decay_groups(model, settings["weight_decay"])
    parameters = [p for group in groups for p in group["params"]]
    options = {
        "lr": settings["learning_rate"],
        "betas": (settings["adam_beta1"], settings["adam_beta2"]),
        "eps": settings["adam_epsilon"],
    }
    if loraplus_lr_ratio is None:
        optimizer = torch.optim.AdamW(groups, **options)
    else:
        optimizer = create_loraplus_optimizer(
            model,
            torch.optim.AdamW,
            loraplus_lr_ratio=loraplus_lr_ratio,
            loraplus_weight_decay=settings["weight_decay"],
            **options,
        )
    schedule = get_linear_schedule_with_warmup(optimizer, settings["warmup_steps"], settings["max_steps"])
    steps = []
    for step, window in enumerate(order):
        members = [examples[index] for batch in window for index in batch]
        count = sum(trained_tokens(example) for example in members)
        total = 0.0
        for index, example in enumerate(members):
            if before is not None:
                before(step, index)
            nll = example_nll(model, example)
            total += nll.item()
            (nll / count).backward()
        norm = torch.nn.utils.clip_grad_norm_(parameters, settings["max_grad_norm"])
        rate = schedule.get_last_lr()[0]
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        steps.append({"loss": total / count, "grad_norm": norm.item(), "learning_rate": rate, "trained": count})
    return steps, not_decayed
