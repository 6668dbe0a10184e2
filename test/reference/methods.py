"""
Reference for the tuning methods of src/tuning: what PEFT trains in ten steps from an adapter of each kind. Writes methods/, on the models of
models/ with their examples and order; run from anywhere: python test/reference/methods.py [case ...]
"""

import copy
import inspect
import json
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path

import torch
from peft import LoraConfig, PeftConfig, PeftModel, PromptTuningConfig, get_peft_model
from peft.tuners.lora import layer as lora_layer
from peft.utils import loftq_utils
from transformers.utils import logging

import models_json
import models_nf4
from models_training import example_nll, train
from noise import Neftune

HERE = Path(__file__).parent
OUT = HERE / "methods"
SMALL = {"lora_r": 2, "lora_alpha": 6, "target_modules": ["q_proj", "v_proj", "down_proj"]}

TOKENS = [3, 7, 20, 41]
"""Some of them stand in the examples, and are targets there."""


@dataclass
class Case:
    model: str
    keys: dict
    """Keys of sft.config.json, with LoRA on top of SMALL."""
    settings: dict = field(default_factory=dict)
    """What training does otherwise than expected.json of the model says."""

    @property
    def all_keys(self) -> dict:
        return self.keys if "training_type" in self.keys else SMALL | self.keys


CASES = {
    "rslora": Case("llama3", {"use_rslora": True}),
    "rank_pattern": Case("llama3", {"rank_pattern": {"^model.layers.(0|2).mlp.down_proj": 5, "down_proj": 1, "v_proj": 3}}),
    "alpha_pattern": Case("qwen25", {"alpha_pattern": {"^model.layers.1.*": 11, "q_proj": 2.5}}),
    "both_patterns_rslora": Case(
        "llama3", {"rank_pattern": {"q_proj": 4}, "alpha_pattern": {"q_proj": 7}, "use_rslora": True}
    ),
    "loraplus": Case("llama3", {"loraplus_lr_ratio": 16}, {"weight_decay": 0.1}),
    "dora": Case("qwen25", {"use_dora": True}, {"weight_decay": 0.1}),
    "dora_nf4": Case("nf4", {"use_dora": True}),
    "dora_loraplus": Case("gemma3", {"use_dora": True, "loraplus_lr_ratio": 4}, {"weight_decay": 0.1}),
    "gaussian": Case("mistral", {"init_lora_weights": "gaussian"}),
    "pissa": Case("llama3", {"init_lora_weights": "pissa"}, {"weight_decay": 0.1}),
    "pissa_sketched": Case("qwen25", {"init_lora_weights": "pissa_niter_4", "use_rslora": True}),
    "pissa_fused": Case(
        "phi3", {"init_lora_weights": "pissa", "target_modules": ["qkv_proj", "down_proj"], "rank_pattern": {"down_proj": 5}}
    ),
    "loftq": Case(
        "llama3",
        {"init_lora_weights": "loftq", "lora_alpha": 2, "load_in_4bit": True, "bnb_4bit_use_double_quant": False},
    ),
    "all_linear": Case("llama32", {"target_modules": "all-linear", "lora_r": 1}),
    "trainable_tokens": Case("llama3", {"trainable_tokens": TOKENS}),
    "trainable_tokens_tied": Case("llama32", {"trainable_tokens": TOKENS}),
    "trainable_tokens_scaled": Case("gemma3", {"trainable_tokens": TOKENS, "neftune_noise_alpha": 3}),
    "trainable_tokens_multiplied": Case("granite", {"trainable_tokens": TOKENS}),
    "modules_to_save": Case("llama3", {"modules_to_save": ["embed_tokens", "lm_head"]}, {"weight_decay": 0.1}),
    "modules_to_save_head": Case("nf4", {"modules_to_save": ["lm_head"]}),
    "modules_to_save_parted": Case("llama32", {"modules_to_save": ["embed_tokens", "lm_head"]}),
    "modules_to_save_parted_head": Case("qwen25", {"modules_to_save": ["lm_head"], "loraplus_lr_ratio": 4}),
    "modules_to_save_parted_embedding": Case("granite", {"modules_to_save": ["embed_tokens"], "neftune_noise_alpha": 3}),
    "modules_to_save_tied": Case("gemma3", {"modules_to_save": ["lm_head"], "ensure_weight_tying": True}),
    "neftune": Case("llama3", {"neftune_noise_alpha": 9}),
    "neftune_scaled": Case("gemma3", {"neftune_noise_alpha": 15}),
    "neftune_multiplied": Case("granite", {"neftune_noise_alpha": 4}),
    "prompt_tuning": Case("llama3", {"training_type": "prompt_tuning", "num_virtual_tokens": 9}),
    "prompt_tuning_scaled": Case("gemma3", {"training_type": "prompt_tuning", "num_virtual_tokens": 12}),
    "prompt_tuning_multiplied": Case("granite", {"training_type": "prompt_tuning", "num_virtual_tokens": 3}),
    "prompt_tuning_neftune": Case(
        "mistral", {"training_type": "prompt_tuning", "num_virtual_tokens": 10, "neftune_noise_alpha": 6}
    ),
    "regular_expression": Case("llama3", {"target_modules": r".*\.[02]\.(self_attn\.[ko]|mlp\.up)_proj"}),
}
SAME = ("target_modules", "modules_to_save", "ensure_weight_tying", "use_rslora", "use_dora", "init_lora_weights", "rank_pattern", "alpha_pattern", "lora_alpha")


def base(case: Case) -> torch.nn.Module:
    model = models_nf4.load(HERE / "models" / case.model)
    return models_nf4.in_4bit(model, case.keys["bnb_4bit_use_double_quant"]) if "load_in_4bit" in case.keys else model


def peft_config(keys: dict, tied: bool) -> PeftConfig:
    if keys.get("training_type") == "prompt_tuning":
        return PromptTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=keys["num_virtual_tokens"])
    indices = keys.get("trainable_tokens")
    if indices is not None and not tied:
        indices = {"embed_tokens": indices, "lm_head": indices}
    # PEFT writes into the lists that it is given.
    same = copy.deepcopy({key: keys[key] for key in SAME if key in keys})
    if same.get("init_lora_weights") == "loftq":
        same["loftq_config"] = {"loftq_bits": 4, "loftq_iter": 1}
    return LoraConfig(trainable_token_indices=indices, r=keys["lora_r"], task_type="CAUSAL_LM", **same)


def save(model: PeftModel, folder: Path, initial: Path | None = None) -> None:
    # PEFT changes the configuration of the initial adapter where it converts one.
    kept = None if initial is None else shutil.copytree(initial, folder.parent / "kept")
    model.save_pretrained(folder, **({} if kept is None else {"path_initial_model_for_weight_conversion": kept}))
    if kept is not None:
        shutil.rmtree(kept)
    (folder / "README.md").unlink(missing_ok=True)
    file = folder / "adapter_config.json"
    content = json.loads(file.read_text())
    for key in ("target_modules", "modules_to_save"):
        if isinstance(content.get(key), list):
            content[key].sort()
    if content.get("init_lora_weights") == "loftq":
        # What it starts from is in the pairs, and the 4-bit weights are those of load_in_4bit: PEFT has nothing to do again.
        content |= {"init_lora_weights": True, "loftq_config": {}}
    file.write_text(json.dumps(content, indent=2, sort_keys=True) + "\n")
    (folder / "adapter_model.safetensors").chmod(0o644)


def loftq_on_cpu() -> None:
    """PEFT computes LoftQ on a GPU alone: the same code, elsewhere."""
    source = inspect.getsource(loftq_utils.loftq_init).replace('"xpu" if is_xpu_available() else "cuda"', '"cpu"')
    exec(compile(source, loftq_utils.__file__, "exec"), vars(loftq_utils))
    lora_layer.loftq_init = loftq_utils.loftq_init


def decomposed(case: Case, folder: Path) -> PeftModel | None:
    """
    A start from the weights themselves, written into a folder; None for others. That of PiSSA is written as PEFT converts it, a pair and
    what is taken away for it, and its model has other weights.
    """
    kind = str(case.keys.get("init_lora_weights", True)).split("_")[0]
    if kind not in ("pissa", "loftq"):
        return None
    torch.manual_seed(31)
    model = get_peft_model(models_nf4.load(HERE / "models" / case.model), peft_config(case.all_keys, False)).eval()
    model.peft_config["default"].base_model_name_or_path = f"tiny-random/{case.model}"
    if kind == "loftq":
        quantised = dict(base(case).named_parameters())
        for name, parameter in model.base_model.model.named_parameters():
            if "base_layer" in name:
                assert (quantised[name.replace(".base_layer", "")] - parameter).abs().max() < 1e-6, name
        save(model, folder)
        return trainable(case, folder)
    model.save_pretrained(folder.parent / "initial")
    save(model, folder, folder.parent / "initial")
    return model


def start(name: str, case: Case, folder: Path) -> None:
    """An adapter that acts: with B at zero, most of what a method changes would not be seen."""
    torch.manual_seed(31)
    model = base(case)
    model = get_peft_model(model, peft_config(case.all_keys, model.config.tie_word_embeddings))
    model.peft_config["default"].base_model_name_or_path = f"tiny-random/{case.model}"
    for key, parameter in model.named_parameters():
        if "lora_B" in key:
            parameter.data = 0.2 * torch.randn(parameter.shape)
        if "trainable_tokens_delta" in key or "modules_to_save" in key:
            parameter.data += 0.1 * torch.randn(parameter.shape)
        if "magnitude" in key:
            parameter.data *= 1 + 0.2 * torch.randn(parameter.shape)
    save(model, folder)


def trainable(case: Case, adapter: Path) -> PeftModel:
    if case.keys.get("training_type") != "prompt_tuning":
        return PeftModel.from_pretrained(base(case), adapter, is_trainable=True).eval()
    # PEFT loads prompts for inference only.
    model = PeftModel.from_pretrained(base(case), adapter).eval()
    model.prompt_encoder.requires_grad_(True)
    return model


def train_steps(model: PeftModel, case: Case, examples: list, order: list, settings: dict) -> list:
    ratio = case.keys.get("loraplus_lr_ratio")
    alpha = case.keys.get("neftune_noise_alpha")
    if alpha is None:
        return train(model, examples, order, settings, ratio)[0]
    # The trainer's seed in test/parity/methods.test.ts.
    neftune = Neftune(model, alpha, 0, sum(len(batch) for batch in order[0]))
    steps, _ = train(model, examples, order, settings, ratio, neftune.example)
    neftune.remove()
    return steps


def write(name: str, case: Case) -> None:
    folder = OUT / name
    shutil.rmtree(folder, ignore_errors=True)
    model = decomposed(case, folder / "adapter_start")
    if model is None:
        start(name, case, folder / "adapter_start")
        model = trainable(case, folder / "adapter_start")
    expected = json.loads((HERE / "models" / case.model / "expected.json").read_text())
    training, examples = expected["adapter_training"], expected["examples"]
    settings, order = training["settings"] | case.settings, training["order"]
    steps = train_steps(model, case, examples, order, settings)
    initial = folder / "initial"
    save(model, folder / "adapter_end", initial if initial.exists() else None)
    shutil.rmtree(initial, ignore_errors=True)
    with torch.no_grad():
        nll = [example_nll(model, example).item() for example in examples]
    document = {"model": case.model, "keys": case.all_keys, "settings": settings, "steps": steps, "nll": nll}
    (folder / "expected.json").write_text(models_json.dumps(document) + "\n")
    print(name, [round(step["loss"], 3) for step in steps])


def main() -> None:
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    loftq_on_cpu()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    wanted = sys.argv[1:]
    for name, case in CASES.items():
        if not wanted or name in wanted:
            write(name, case)


if __name__ == "__main__":
    main()
