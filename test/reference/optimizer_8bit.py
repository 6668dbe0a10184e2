"""Writes adamw_8bit.safetensors and expected_8bit.json of models/llama2 and models/nf4: what bitsandbytes' AdamW8bit does on a CPU.

Run with a Python that has torch, transformers and bitsandbytes: python test/reference/optimizer_8bit.py
Made with bitsandbytes 0.50.2, torch 2.15 and transformers 5.24.

adamw_8bit.safetensors: four steps on 650 values in 8 bits (blocks of 256, the last of 138): parameter.0, and for each step N its gradient.N,
and after it parameter.N, state1.N, state2.N (codes), absmax1.N, absmax2.N; qmap1 and qmap2 are the two maps.
expected_8bit.json: ten steps of LoRA on a model, QLoRA on the one in 4 bits with bitsandbytes' own layers of 4 bits, as models_training.py takes them, with a rank so high that every tensor has
at least the 4,096 elements from which on bitsandbytes quantises. Its trained tensors, in the order of their names, start as `start_of` says.
"""

import json
from pathlib import Path

import bitsandbytes as bnb
import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, get_linear_schedule_with_warmup

from models_training import decay_groups, example_nll, trained_tokens

HERE = Path(__file__).parent
SETTINGS = {"learning_rate": 1e-3, "adam_beta1": 0.9, "adam_beta2": 0.999, "adam_epsilon": 1e-8, "weight_decay": 0.05}
STEPS, WARMUP, MAX_NORM = 10, 2, 1.0
RANK, TARGETS = 96, ["down_proj", "q_proj"]


def optimizer_of(parameters, **options):
    s = SETTINGS
    betas = (s["adam_beta1"], s["adam_beta2"])
    return bnb.optim.AdamW8bit(
        parameters, lr=s["learning_rate"], betas=betas, eps=s["adam_epsilon"], weight_decay=s["weight_decay"], **options
    )


def updates():
    torch.manual_seed(8)
    parameter = torch.nn.Parameter(torch.randn(650) * 0.02)
    optimizer = optimizer_of([parameter], min_8bit_size=0)
    out = {"parameter.0": parameter.detach().clone()}
    for step in range(1, 5):
        gradient = torch.randn(650) * 1e-3 * torch.exp(torch.randn(650))
        gradient[step::97] = 0
        parameter.grad = gradient.clone()
        optimizer.step()
        state = optimizer.state[parameter]
        out[f"gradient.{step}"] = gradient
        out[f"parameter.{step}"] = parameter.detach().clone()
        for key in ("state1", "state2", "absmax1", "absmax2"):
            out[f"{key}.{step}"] = state[key].clone()
    out["qmap1"], out["qmap2"] = state["qmap1"], state["qmap2"]
    save_file(out, HERE / "adamw_8bit.safetensors")


def start_of(index, shape):
    """A start that needs no file: the tensor's number and its elements' say it."""
    count = shape[0] * shape[1]
    values = (torch.arange(count, dtype=torch.float64) * 7919 + index * 104729) % 1000
    return ((values / 1000 - 0.5) / 4).float().reshape(shape)


def base_of(folder):
    """In fp32; weights in 4 bits stay so, and are multiplied in fp32."""
    base = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, device_map="cpu")
    for parameter in base.parameters():
        if parameter.is_floating_point():
            parameter.data = parameter.data.float()
    for module in base.modules():
        if isinstance(module, bnb.nn.Linear4bit):
            module.compute_dtype, module.compute_type_is_set = torch.float32, True
            module.weight.quant_state.dtype = torch.float32
    # In evaluation bitsandbytes packs such weights anew, for processors and shapes of its choice.
    return base.train()


def training(name):
    folder = HERE / "models" / name
    examples = json.loads((folder / "expected.json").read_text())["examples"]
    base = base_of(folder)
    layers = sum(isinstance(module, bnb.nn.Linear4bit) for module in base.modules())
    assert (layers > 0) == (name == "nf4"), layers
    model = get_peft_model(base, LoraConfig(r=RANK, lora_alpha=RANK // 4, target_modules=TARGETS))
    named = sorted((name, p) for name, p in model.named_parameters() if p.requires_grad)
    for index, (_, parameter) in enumerate(named):
        parameter.data = start_of(index, parameter.shape)
    groups, _ = decay_groups(model, SETTINGS["weight_decay"])
    parameters = [p for group in groups for p in group["params"]]
    optimizer = optimizer_of(groups)
    schedule = get_linear_schedule_with_warmup(optimizer, WARMUP, STEPS)
    order = [[(4 * step + i) % len(examples) for i in range(4)] for step in range(STEPS)]
    steps = []
    for window in order:
        members = [examples[index] for index in window]
        count = sum(trained_tokens(example) for example in members)
        total = 0.0
        for example in members:
            nll = example_nll(model, example)
            total += nll.item()
            (nll / count).backward()
        norm = torch.nn.utils.clip_grad_norm_(parameters, MAX_NORM)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        steps.append({"loss": total / count, "grad_norm": norm.item()})
    state = {optimizer.state[p]["state1"].dtype for p in parameters}
    assert state == {torch.uint8}, state
    settings = SETTINGS | {"max_steps": STEPS, "warmup_steps": WARMUP, "max_grad_norm": MAX_NORM, "lr_scheduler_type": "linear"}
    lora = {"r": RANK, "lora_alpha": RANK // 4, "target_modules": TARGETS}
    text = json.dumps({"settings": settings, "lora": lora, "order": order, "steps": steps}, indent=1)
    (folder / "expected_8bit.json").write_text(text + "\n")


if __name__ == "__main__":
    torch.set_num_threads(1)
    print("bitsandbytes", bnb.__version__)
    updates()
    training("llama2")
    training("nf4")
