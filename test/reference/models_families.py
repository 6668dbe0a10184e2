"""The tiny random models: one entry for each family, with sizes that are not multiples of 16 where the family allows it."""

from dataclasses import dataclass, field

import torch
from transformers import Gemma3TextConfig, GraniteConfig, LlamaConfig, MistralConfig, Olmo2Config, Phi3Config, Qwen2Config, Qwen3Config, SmolLM3Config

FUSED_PROJECTIONS = ["qkv_proj", "o_proj", "gate_up_proj", "down_proj"]
ALL_PROJECTIONS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


def llama3_rope(theta: float, factor: float, original: int) -> dict:
    return {
        "rope_type": "llama3",
        "rope_theta": theta,
        "factor": factor,
        "low_freq_factor": 1.0,
        "high_freq_factor": 4.0,
        "original_max_position_embeddings": original,
    }


def default_rope(theta: float) -> dict:
    return {"rope_type": "default", "rope_theta": theta}


def shape(hidden: int, inter: int, layers: int, heads: int, groups: int, vocab: int, **more) -> dict:
    return {
        "hidden_size": hidden,
        "intermediate_size": inter,
        "num_hidden_layers": layers,
        "num_attention_heads": heads,
        "num_key_value_heads": groups,
        "vocab_size": vocab,
        "bos_token_id": 1,
        "pad_token_id": None,
    } | more


@dataclass
class Family:
    name: str
    config_class: type
    config: dict
    seed: int
    dtype: torch.dtype = torch.float32
    """How the weights lie on disk. Everything is computed in fp32."""
    targets: list = field(default_factory=lambda: ALL_PROJECTIONS)
    rslora: bool = False
    start_from_zero: bool = True
    """False: the training trajectory starts from an adapter whose B is not zero."""
    head_scale: float = 1.0
    """See randomise: chosen so that clipping acts on some steps and not on others."""
    full: bool = False
    """True: five steps of full fine-tuning as well."""
    shard_size: str | None = None
    older_layout: bool = False
    """True: config.json in the layout of transformers before version 5."""
    eos_list: bool = False
    """True: eos_token_id is a list."""
    in4bit: dict | None = None
    """Options of BitsAndBytesConfig: the folder holds NF4, and everything is computed with its values in fp32."""


FAMILIES = [
    Family(
        "llama2",
        LlamaConfig,
        shape(48, 104, 2, 3, 3, 101, rms_norm_eps=1e-5, rope_parameters=default_rope(10000.0), max_position_embeddings=96),
        seed=11,
        head_scale=0.5,
        full=True,
    ),
    Family(
        "llama3",
        LlamaConfig,
        shape(64, 84, 3, 4, 2, 131, rms_norm_eps=1e-5, rope_parameters=default_rope(500000.0), max_position_embeddings=96),
        seed=12,
        head_scale=0.38,
    ),
    Family(
        # head_dim 24: of its 12 frequencies the first is kept, the second blended, the others divided.
        "llama31",
        LlamaConfig,
        shape(
            48, 88, 2, 2, 1, 113,
            head_dim=24, rms_norm_eps=1e-5, rope_parameters=llama3_rope(500000.0, 8.0, 32), max_position_embeddings=256,
        ),
        seed=13,
        head_scale=0.5,
        eos_list=True,
    ),
    Family(
        "llama32",
        LlamaConfig,
        shape(
            64, 108, 2, 4, 1, 157,
            head_dim=16, rms_norm_eps=1e-5, rope_parameters=llama3_rope(500000.0, 32.0, 40), max_position_embeddings=1280,
            tie_word_embeddings=True,
        ),
        seed=14,
        head_scale=1.56,
        start_from_zero=False,
    ),
    Family(
        "mistral",
        MistralConfig,
        shape(
            40, 92, 3, 4, 2, 97,
            head_dim=16, rms_norm_eps=1e-5, rope_parameters=default_rope(10000.0), sliding_window=7, max_position_embeddings=96,
        ),
        seed=25,
        head_scale=0.58,
    ),
    Family(
        "qwen25",
        Qwen2Config,
        shape(
            64, 90, 2, 4, 2, 151,
            rms_norm_eps=1e-6, rope_parameters=default_rope(1000000.0), tie_word_embeddings=True, max_position_embeddings=96,
            use_sliding_window=False,
        ),
        seed=16,
        head_scale=2.04,
        full=True,
    ),
    Family(
        "qwen3",
        Qwen3Config,
        shape(
            36, 100, 2, 4, 2, 149,
            head_dim=24, rms_norm_eps=1e-6, rope_parameters=default_rope(1000000.0), tie_word_embeddings=True,
            max_position_embeddings=96, use_sliding_window=False,
        ),
        seed=17,
        head_scale=2.5,
    ),
    Family(
        "smollm2",
        LlamaConfig,
        shape(
            48, 106, 2, 3, 1, 139,
            rms_norm_eps=1e-5, rope_parameters=default_rope(100000.0), tie_word_embeddings=True, max_position_embeddings=96,
        ),
        seed=18,
        head_scale=1.44,
        targets=["q_proj", "v_proj"],
        rslora=True,
        start_from_zero=False,
    ),
    Family(
        "sharded",
        LlamaConfig,
        shape(
            48, 82, 2, 3, 1, 103,
            rms_norm_eps=1e-5, rope_parameters=llama3_rope(10000.0, 8.0, 64), max_position_embeddings=512,
        ),
        seed=19,
        head_scale=0.58,
        shard_size="60KB",
        older_layout=True,
    ),
    Family(
        "bf16",
        LlamaConfig,
        shape(48, 100, 2, 3, 1, 127, rms_norm_eps=1e-5, rope_parameters=default_rope(500000.0), max_position_embeddings=96),
        seed=20,
        head_scale=0.49,
        dtype=torch.bfloat16,
    ),
    Family(
        "fp16",
        Qwen2Config,
        shape(
            48, 86, 2, 3, 3, 109,
            rms_norm_eps=1e-6, rope_parameters=default_rope(1000000.0), max_position_embeddings=96, use_sliding_window=False,
        ),
        seed=21,
        head_scale=0.53,
        dtype=torch.float16,
    ),
    Family(
        "granite",
        GraniteConfig,
        shape(
            48, 92, 2, 3, 1, 127,
            rms_norm_eps=1e-5, rope_parameters=default_rope(10000.0), max_position_embeddings=96,
            embedding_multiplier=6.0, attention_multiplier=0.125, residual_multiplier=0.6, logits_scaling=4.0,
        ),
        seed=31,
        head_scale=2.7,
        full=True,
    ),
    Family(
        "smollm3",
        SmolLM3Config,
        shape(
            48, 76, 4, 3, 1, 109,
            rms_norm_eps=1e-6, rope_parameters=default_rope(2000000.0), tie_word_embeddings=True, max_position_embeddings=96,
            no_rope_layer_interval=2,
        ),
        seed=35,
        head_scale=1.55,
    ),
    Family(
        "gemma3",
        Gemma3TextConfig,
        shape(
            42, 76, 3, 3, 1, 113,
            head_dim=16, rms_norm_eps=1e-6, tie_word_embeddings=True, max_position_embeddings=96, query_pre_attn_scalar=24,
            sliding_window=7, layer_types=["sliding_attention", "full_attention", "sliding_attention"],
            rope_parameters={
                "sliding_attention": default_rope(10000.0),
                "full_attention": {"rope_type": "linear", "rope_theta": 1000000.0, "factor": 8.0},
            },
        ),
        seed=41,
        head_scale=2.9,
        full=True,
    ),
    Family(
        # Two frequencies are kept, the last are divided, those between are blended.
        "yarn",
        LlamaConfig,
        shape(
            48, 88, 2, 3, 1, 113,
            rms_norm_eps=1e-5, max_position_embeddings=256,
            rope_parameters={
                "rope_type": "yarn", "rope_theta": 10000.0, "factor": 4.0, "original_max_position_embeddings": 64,
                "beta_fast": 8.0,
            },
        ),
        seed=42,
        head_scale=0.5,
    ),
    Family(
        "olmo2",
        Olmo2Config,
        shape(
            48, 84, 2, 4, 2, 107,
            head_dim=12, rms_norm_eps=1e-6, rope_parameters=default_rope(500000.0), max_position_embeddings=96,
        ),
        seed=33,
        head_scale=0.78,
        full=True,
    ),
    Family(
        "phi3",
        Phi3Config,
        shape(
            48, 76, 3, 4, 4, 109,
            rms_norm_eps=1e-5, rope_parameters=default_rope(10000.0), sliding_window=7, max_position_embeddings=96,
            pad_token_id=0,
        ),
        seed=51,
        head_scale=0.4,
        targets=FUSED_PROJECTIONS,
        full=True,
    ),
    Family(
        # Of 16 elements of a head the first 12 are rotated; examples are shorter than the original length.
        "phi4",
        Phi3Config,
        shape(
            64, 84, 2, 4, 2, 113,
            rms_norm_eps=1e-5, tie_word_embeddings=True, max_position_embeddings=256, original_max_position_embeddings=64,
            sliding_window=262144, pad_token_id=0,
            rope_parameters={
                "rope_type": "longrope", "rope_theta": 10000.0, "partial_rotary_factor": 0.75,
                "short_factor": [1.0, 1.05, 1.2, 1.4, 1.7, 2.0], "long_factor": [1.0, 1.3, 2.5, 4.0, 9.0, 16.0],
            },
        ),
        seed=52,
        head_scale=1.7,
        targets=FUSED_PROJECTIONS,
        start_from_zero=False,
    ),
    Family(
        # Rows that are no multiple of a block, a matrix and the head that stay in 16 bits, shards, tied to nothing.
        "nf4",
        LlamaConfig,
        shape(72, 92, 3, 4, 2, 131, rms_norm_eps=1e-5, rope_parameters=default_rope(500000.0), max_position_embeddings=96),
        seed=22,
        head_scale=0.38,
        dtype=torch.bfloat16,
        shard_size="60KB",
        in4bit={
            "bnb_4bit_use_double_quant": True,
            "bnb_4bit_compute_dtype": torch.bfloat16,
            "llm_int8_skip_modules": ["lm_head", "model.layers.1.mlp.down_proj"],
        },
    ),
    Family(
        "nf4_plain",
        Qwen2Config,
        shape(
            48, 86, 2, 3, 3, 109,
            rms_norm_eps=1e-6, rope_parameters=default_rope(1000000.0), max_position_embeddings=96, use_sliding_window=False,
        ),
        seed=23,
        head_scale=0.53,
        dtype=torch.float16,
        in4bit={"bnb_4bit_use_double_quant": False},
    ),
]


def randomise(model: torch.nn.Module, seed: int, head_scale: float) -> None:
    """
    Weights large enough that attention is far from uniform and SwiGLU far from linear; norms around 1 and biases not zero;
    embeddings small enough that the first norm's epsilon can be seen. The last norm is multiplied by `head_scale`, which sets how
    peaked the predictions are and so the size of the gradients.
    """
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.randn(parameter.shape, generator=generator)
            if "norm" in name:
                value = 1 + 0.25 * noise
                if name == "model.norm.weight":
                    value = value * head_scale
                # Gemma adds the weights of its norms to 1.
                if model.config.model_type == "gemma3_text":
                    value = value - 1
            elif name.endswith("bias"):
                value = 0.3 * noise
            elif "embed_tokens" in name:
                value = 0.05 * noise
            else:
                value = 0.2 * noise
            parameter.copy_(value)


def older_layout(config: dict) -> dict:
    """
    The config.json that transformers 4 wrote for the same model: `rope_theta` and `rope_scaling` at the top (instead of
    `rope_parameters`), `torch_dtype` (instead of `dtype`), and no `layer_types`.
    """
    older = {k: v for k, v in config.items() if k not in ("rope_parameters", "dtype", "layer_types")}
    rope = dict(config["rope_parameters"])
    if "full_attention" in rope:
        older["rope_local_base_freq"] = rope["sliding_attention"]["rope_theta"]
        older["layer_types"] = config["layer_types"]
        rope = dict(rope["full_attention"])
    older["rope_theta"] = rope.pop("rope_theta")
    older["rope_scaling"] = rope if rope["rope_type"] != "default" else None
    older["torch_dtype"] = config["dtype"]
    older["transformers_version"] = "4.46.3"
    if config["model_type"] == "qwen2":
        # Qwen 2.5's folders name a window that use_sliding_window false turns off.
        older["sliding_window"] = 32
    if config["model_type"] == "llama" and config["num_key_value_heads"] == config["num_attention_heads"]:
        # What the first Llama folders did not say, since it follows from the rest.
        for key in ("head_dim", "num_key_value_heads", "attention_bias", "mlp_bias"):
            del older[key]
    return dict(sorted(older.items()))
