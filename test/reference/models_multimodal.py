"""
Writes test/reference/multimodal/: the text model of models/gemma3 within transformers' multimodal class, an adapter of PEFT on its text part,
and the NLL of the examples of models/gemma3 with both.

    python test/reference/models_multimodal.py
"""

import json
import shutil
from pathlib import Path

import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, Gemma3Config, Gemma3ForConditionalGeneration
from transformers.utils import logging

import models_json
from models import scores

HERE = Path(__file__).parent
TARGETS = r"model\.language_model\..*\.(?:q_proj|down_proj)"


def main() -> None:
    torch.manual_seed(61)
    logging.set_verbosity_error()
    text = AutoModelForCausalLM.from_pretrained(HERE / "models" / "gemma3", dtype=torch.float32)
    vision = {"hidden_size": 8, "intermediate_size": 8, "num_hidden_layers": 1, "num_attention_heads": 1, "image_size": 28, "patch_size": 14}
    config = Gemma3Config(text_config=text.config.to_dict(), vision_config=vision, mm_tokens_per_image=4)
    config.architectures = ["Gemma3ForConditionalGeneration"]
    model = Gemma3ForConditionalGeneration._from_config(config, attn_implementation="eager").eval()
    model.model.language_model.load_state_dict(text.model.state_dict())
    model.tie_weights()
    model.config.text_config._name_or_path = ""
    folder = HERE / "multimodal"
    shutil.rmtree(folder, ignore_errors=True)
    model.save_pretrained(folder)

    examples = json.loads((HERE / "models" / "gemma3" / "expected.json").read_text())["examples"]
    expected = {"base": scores(model, examples)}
    lora = LoraConfig(r=3, lora_alpha=6, target_modules=TARGETS, task_type="CAUSAL_LM")
    adapted = get_peft_model(model, lora).eval()
    adapted.peft_config["default"].base_model_name_or_path = "tiny-random/gemma3-multimodal"
    with torch.no_grad():
        for name, parameter in adapted.named_parameters():
            if "lora_B" in name:
                parameter.copy_(0.1 * torch.randn(parameter.shape))
    expected["adapter"] = scores(adapted, examples)
    adapted.save_pretrained(folder / "adapter", save_embedding_layers=False)
    (folder / "adapter" / "README.md").unlink()
    (folder / "expected.json").write_text(models_json.dumps(expected) + "\n")
    for file in folder.rglob("*.safetensors"):
        file.chmod(0o644)


if __name__ == "__main__":
    main()
