"""Models in 4 bits as transformers saves them with bitsandbytes, and the same weights dequantised, which is what a reference computes with."""

import tempfile
from pathlib import Path

import torch
from bitsandbytes.backends.default.ops import _dequantize_4bit_compute
from bitsandbytes.functional import dequantize_blockwise
from bitsandbytes.nn import Linear4bit
from transformers import AutoConfig, AutoModelForCausalLM, BitsAndBytesConfig


def quantise(model: torch.nn.Module, options: dict) -> torch.nn.Module:
    """transformers with load_in_4bit, from a folder in 16 bits."""
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        config = BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4", **options)
        return AutoModelForCausalLM.from_pretrained(folder, quantization_config=config, device_map="cpu", dtype=model.dtype)


def dequantised(quantised: torch.nn.Module, model: torch.nn.Module) -> torch.nn.Module:
    """`model` in fp32 with the values of `quantised`, computed by bitsandbytes' plain path: see nf4.py."""
    model = model.float()
    layers = dict(quantised.named_modules())
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            layer = layers.get(name.removesuffix(".weight"))
            if not isinstance(layer, Linear4bit):
                continue
            state = layer.weight.quant_state
            absmax = state.absmax
            if state.nested:
                absmax = dequantize_blockwise(absmax, state.state2) + state.offset
            parameter.copy_(
                _dequantize_4bit_compute(layer.weight.data.reshape(-1), absmax, state.code, 64, parameter.shape, torch.float32)
            )
    return model


def in_4bit(model: torch.nn.Module, double_quant: bool) -> torch.nn.Module:
    """What load_in_4bit makes of a model, in fp32."""
    return dequantised(quantise(model, {"bnb_4bit_use_double_quant": double_quant}), model).eval()


def load_dequantised(folder: str | Path) -> torch.nn.Module:
    """A folder in 4 bits as a model in fp32 with its values."""
    quantised = AutoModelForCausalLM.from_pretrained(folder, device_map="cpu")
    config = AutoConfig.from_pretrained(folder)
    del config.quantization_config
    model = AutoModelForCausalLM.from_config(config, dtype=torch.float32, attn_implementation="eager")
    stored = dict(quantised.named_parameters())
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if stored[name].shape == parameter.shape:
                parameter.copy_(stored[name])
    return dequantised(quantised, model)


def load(folder: Path) -> torch.nn.Module:
    """A model of models/ in fp32, dequantised where its folder is in 4 bits."""
    if hasattr(AutoConfig.from_pretrained(folder), "quantization_config"):
        return load_dequantised(folder).eval()
    return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()


def save(quantised: torch.nn.Module, folder: Path, eos: int | list, shard_size: str | None) -> None:
    """In the place of the dequantised weights."""
    for old in [*folder.glob("*.safetensors*"), folder / "config_older.json"]:
        old.unlink()
    quantised.config.eos_token_id = quantised.generation_config.eos_token_id = eos
    quantised.save_pretrained(folder, **({} if shard_size is None else {"max_shard_size": shard_size}))
