"""
Reference for src/tuning/lora: adapters whose adapter_config.json holds keys that change numbers, and what PEFT makes of them. Writes
adapters/, on the model models/llama3; run from anywhere: python test/reference/adapters.py
"""

import json
import shutil
import tempfile
from pathlib import Path

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import AutoModelForCausalLM

HERE = Path(__file__).parent
OUT = HERE / "adapters"
BASE = HERE / "models" / "llama3"
IDS = torch.tensor([[5, 17, 99, 3, 64, 64, 120, 8, 31, 77]])
COMMON = {"r": 2, "lora_alpha": 6, "target_modules": ["q_proj", "down_proj"], "task_type": "CAUSAL_LM"}

# Applied: the adapter is written with its weights. The first pattern that fits counts; PEFT writes them sorted.
APPLIED = {
    "rank_pattern": {"rank_pattern": {r".*\.0\.mlp\.down_proj": 7, "down_proj": 1, "layers.1.self_attn.q_proj": 5}},
    "alpha_pattern": {"alpha_pattern": {r"^model\.layers\.[02]\..*": 20, "q_proj": 1.5}},
    "both_patterns_rslora": {"rank_pattern": {"q_proj": 3}, "alpha_pattern": {r"layers\.(1|2)\.self_attn\.q_proj": 9}, "use_rslora": True},
    "layers_to_transform": {"layers_to_transform": [0, 2], "layers_pattern": "layers"},
    "one_layer": {"layers_to_transform": 1},
    "exclude_modules": {"exclude_modules": ["0.self_attn.q_proj", "model.layers.2.mlp.down_proj"]},
    "regular_expressions": {"target_modules": r".*\.[12]\.(self_attn\.[qv]|mlp\.up)_proj", "exclude_modules": r".*\.2\.mlp.*"},
    "all_linear": {"target_modules": "all-linear"},
    "fan_in_fan_out": {"fan_in_fan_out": True},
    "gaussian": {"init_lora_weights": "gaussian"},
    "trainable_token_indices": {"trainable_token_indices": [3, 5]},
    "modules_to_save": {"modules_to_save": ["lm_head"]},
    "modules_to_save_both": {"modules_to_save": ["model.embed_tokens", "lm_head"]},
    "dora": {"use_dora": True, "rank_pattern": {"q_proj": 3}},
    "orthogonal": {"init_lora_weights": "orthogonal"},
    "pissa_converted": {"init_lora_weights": "pissa"},
    "olora_converted": {"init_lora_weights": "olora"},
}
# Refused: what PEFT writes; for the first, its numbers are not those of the tensors alone on the same base model.
REFUSED = {
    "pissa": {"init_lora_weights": "pissa"},
    "pissa_niter_4": {"init_lora_weights": "pissa_niter_4"},
    "olora": {"init_lora_weights": "olora"},
    "lora_bias": {"lora_bias": True},
    "bias": {"bias": "all"},
    "alora_invocation_tokens": {"alora_invocation_tokens": [3, 64]},
    "layer_replication": {"layer_replication": [[0, 2], [1, 3]]},
    "modules_to_save": {"modules_to_save": ["norm"]},
    "lm_head": {"target_modules": ["q_proj", "lm_head"]},
    "embed_tokens": {"target_modules": ["q_proj", "embed_tokens"]},
    "mica": {"init_lora_weights": "mica"},
}


def base():
    return AutoModelForCausalLM.from_pretrained(BASE, dtype=torch.float32, attn_implementation="eager")


def logits(model):
    with torch.no_grad():
        return model.eval()(input_ids=IDS).logits[0, -1].float()


def write(name, change, folder):
    torch.manual_seed(7)
    model = get_peft_model(base(), LoraConfig(**(COMMON | change)))
    converted = name.endswith("_converted")
    if converted:
        model.save_pretrained(folder / "initial")
    generator = torch.Generator().manual_seed(11)
    for parameter_name, parameter in sorted(model.named_parameters()):
        if any(part in parameter_name for part in ("lora_", "trainable_tokens_delta", "modules_to_save")):
            noise = torch.randn(parameter.shape, generator=generator) * 0.3
            # What training changes of an initialisation that converting takes away again.
            parameter.data = parameter.data + 0.1 * noise if converted else noise
    kept = {"path_initial_model_for_weight_conversion": folder / "initial"} if converted else {}
    model.save_pretrained(folder, **kept)
    shutil.rmtree(folder / "initial", ignore_errors=True)
    (folder / "README.md").unlink(missing_ok=True)
    file = folder / "adapter_config.json"
    config = json.loads(file.read_text())
    config["base_model_name_or_path"] = "tiny-random/llama3"
    if isinstance(config["target_modules"], list):
        config["target_modules"] = sorted(config["target_modules"])
    file.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")
    return config


shutil.rmtree(OUT, ignore_errors=True)
OUT.mkdir()
expected = {}
plain = logits(base())
for name, change in APPLIED.items():
    folder = OUT / name
    config = write(name, change, folder)
    loaded = logits(PeftModel.from_pretrained(base(), folder))
    assert (loaded - plain).abs().max() > 0.01, name
    expected[name] = [round(value, 6) for value in loaded.tolist()]
refused = {}
for name, change in REFUSED.items():
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / name
        refused[name] = write(name, change, folder)
document = {"ids": IDS[0].tolist(), "plain": [round(value, 6) for value in plain.tolist()], "logits": expected, "refused": refused}
(OUT / "expected.json").write_text(json.dumps(document, indent=1) + "\n")
print(len(expected), "applied,", len(refused), "refused")
