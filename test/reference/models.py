"""
Writes test/reference/models/<family>/ and schedules.json: tiny random models, adapters and what transformers + PEFT make of them.

    python test/reference/models.py [family ...]

README.md beside this file says which versions were used and what each file holds.
"""

import json
import shutil
import sys
import tempfile
from pathlib import Path

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import AutoConfig, AutoModelForCausalLM, get_scheduler
from transformers.utils import logging

import models_json
import models_nf4
from models_families import FAMILIES, Family, older_layout, randomise
from models_greedy import continuation
from models_training import example_nll, train, trained_tokens

HERE = Path(__file__).parent
# The decay is ten times what is usual, so that a tolerance of 1e-4 sees whether and where it is applied.
ADAPTER_SETTINGS = {
    "max_steps": 10,
    "warmup_steps": 3,
    "learning_rate": 5e-3,
    "weight_decay": 0.1,
    "max_grad_norm": 1.0,
    "adam_beta1": 0.9,
    "adam_beta2": 0.999,
    "adam_epsilon": 1e-8,
    "lr_scheduler_type": "linear",
}
FULL_SETTINGS = ADAPTER_SETTINGS | {"max_steps": 5, "warmup_steps": 1, "learning_rate": 1e-3}
# (length, first trained position). The first two train nothing and one token; example 3 trains all that can be trained.
EXAMPLES = [(1, 1), (2, 1), (9, 8), (13, 0), (5, 2), (17, 11), (24, 15), (33, 20), (47, 31), (60, 22)]
BATCH_SIZE, ACCUMULATION = 2, 2


def random_ids(generator: torch.Generator, vocab: int, length: int) -> list:
    return torch.randint(2, vocab, (length,), generator=generator).tolist()


def make_examples(family: Family) -> list:
    generator = torch.Generator().manual_seed(1000 + family.seed)
    vocab = family.config["vocab_size"]
    return [
        {
            "ids": random_ids(generator, vocab, length),
            "mask": [int(position >= first) for position in range(length)],
        }
        for length, first in EXAMPLES
    ]


def make_order(family: Family, steps: int) -> list:
    """Windows of ACCUMULATION batches. The example without a trained token is left out: a trainer refuses it."""
    generator = torch.Generator().manual_seed(2000 + family.seed)
    queue = []
    while len(queue) < steps * BATCH_SIZE * ACCUMULATION:
        queue += (1 + torch.randperm(len(EXAMPLES) - 1, generator=generator)).tolist()
    batches = [queue[i : i + BATCH_SIZE] for i in range(0, len(queue), BATCH_SIZE)]
    return [batches[i * ACCUMULATION : (i + 1) * ACCUMULATION] for i in range(steps)]


def load_base(folder: Path, dtype: torch.dtype = torch.float32) -> torch.nn.Module:
    return AutoModelForCausalLM.from_pretrained(folder, dtype=dtype, attn_implementation="eager").eval()


def load_adapted(folder: Path, adapter: str, trainable: bool = False, dtype: torch.dtype = torch.float32) -> PeftModel:
    model = PeftModel.from_pretrained(load_base(folder, dtype), folder / adapter, is_trainable=trainable)
    return model.to(dtype).eval()


def save_adapter(model: PeftModel, target: Path) -> None:
    model.save_pretrained(target, save_embedding_layers=False)
    (target / "README.md").unlink(missing_ok=True)
    # PEFT writes a set, in an order that changes from run to run.
    config = target / "adapter_config.json"
    content = json.loads(config.read_text())
    content["target_modules"].sort()
    config.write_text(json.dumps(content, indent=2, sort_keys=True) + "\n")


def make_adapter(family: Family, folder: Path, name: str, seed: int, scale_of_b: float) -> None:
    """A as PEFT initialises it; B zero, or random with the deviation `scale_of_b`."""
    torch.manual_seed(seed)
    base = load_base(folder)
    config = LoraConfig(
        r=4, lora_alpha=8, lora_dropout=0.0, target_modules=family.targets, use_rslora=family.rslora, task_type="CAUSAL_LM"
    )
    model = get_peft_model(base, config)
    model.peft_config["default"].base_model_name_or_path = f"tiny-random/{family.name}"
    with torch.no_grad():
        for key, parameter in model.named_parameters():
            if "lora_B" in key and scale_of_b > 0:
                parameter.copy_(scale_of_b * torch.randn(parameter.shape))
    save_adapter(model, folder / name)


def save_model(model: torch.nn.Module, family: Family, folder: Path) -> None:
    for old in folder.glob("*.safetensors*"):
        old.unlink()
    more = {} if family.shard_size is None else {"max_shard_size": family.shard_size}
    model.save_pretrained(folder, **more)


def check_bands(model: torch.nn.Module, family: Family) -> None:
    """With llama3 scaling, some frequencies must be kept, some blended and some divided."""
    rope = family.config["rope_parameters"]
    if rope.get("rope_type") not in ("llama3", "yarn"):
        return
    actual = model.model.rotary_emb.inv_freq
    size = 2 * len(actual)
    plain = rope["rope_theta"] ** (-torch.arange(0, size, 2).double() / size)
    ratio = (plain / actual.double()).tolist()
    kept = [abs(x - 1) < 1e-5 for x in ratio]
    divided = [abs(x - rope["factor"]) < 1e-4 * rope["factor"] for x in ratio]
    assert any(kept) and any(divided) and not all(a or b for a, b in zip(kept, divided)), ratio


def check_older(folder: Path, older: dict) -> None:
    """transformers must read the older layout as the same model."""
    with tempfile.TemporaryDirectory() as scratch:
        (Path(scratch) / "config.json").write_text(json.dumps(older))
        read, present = (AutoConfig.from_pretrained(place).to_dict() for place in (scratch, folder))
    for config in (read, present):
        for key in ("transformers_version", "_name_or_path"):
            config.pop(key, None)
    assert read == present, (read, present)


def write_older(folder: Path, family: Family) -> None:
    older = older_layout(json.loads((folder / "config.json").read_text()))
    check_older(folder, older)
    name = "config.json" if family.older_layout else "config_older.json"
    (folder / name).write_text(json.dumps(older, indent=2) + "\n")


def choose_prompts(family: Family, folder: Path) -> tuple[list, list]:
    """Three prompts, and stop tokens that end the second one's continuation by the base model and nobody else's."""
    base, adapted = load_base(folder), load_adapted(folder, "adapter")
    for seed in range(3000, 3100):
        generator = torch.Generator().manual_seed(seed + family.seed)
        prompts = [random_ids(generator, family.config["vocab_size"], length) for length in (5, 1, 19)]
        try:
            free = [continuation(model, prompt, [])["token_ids"] for model in (base, adapted) for prompt in prompts]
        except ArithmeticError:
            continue
        others = {token for index, made in enumerate(free) if index != 1 for token in made}
        for position in range(3, 10):
            token = free[1][position]
            if token not in free[1][:position] and token not in others:
                return prompts, [token, 0] if family.eos_list else [token]
    raise RuntimeError("no prompts found")


def greedy(model: torch.nn.Module, prompts: list, eos: list) -> list:
    return [continuation(model, prompt, eos) for prompt in prompts]


def logits_of(model: torch.nn.Module, example: dict) -> torch.Tensor:
    with torch.no_grad():
        return model(input_ids=torch.tensor([example["ids"]]), use_cache=False).logits[0, -3:].float().numpy()


def scores(model: torch.nn.Module, examples: list) -> list:
    with torch.no_grad():
        return [example_nll(model, example).item() for example in examples]


def distances(folder: Path, start: str | None, examples: list, order: list, settings: dict, model: torch.nn.Module) -> dict:
    """
    How far the trained weights end from those of other runs: in fp64 (all but the norms, which transformers always takes in
    fp32), which is what rounding changes, and without clipping or decay, which is what a tolerance must be able to see.
    """

    def again(dtype: torch.dtype, **changed) -> float:
        other = load_base(folder, dtype) if start is None else load_adapted(folder, start, trainable=True, dtype=dtype)
        train(other, examples, order, settings | changed)
        a, b = ({k: v for k, v in m.named_parameters() if v.requires_grad} for m in (model, other))
        return max((a[key].double() - b[key].double()).abs().max().item() for key in a)

    found = {
        "fp64": again(torch.float64),
        "without_clipping": again(torch.float32, max_grad_norm=1e9),
        "without_decay": again(torch.float32, weight_decay=0.0),
    }
    assert found["fp64"] < 5e-5 and 1.5e-4 < min(found["without_clipping"], found["without_decay"]), found
    return found


def adapter_trajectory(family: Family, folder: Path, examples: list) -> dict:
    start = "adapter_start"
    make_adapter(family, folder, start, 4000 + family.seed, 0.0 if family.start_from_zero else 0.05)
    order = make_order(family, ADAPTER_SETTINGS["max_steps"])
    model = load_adapted(folder, start, trainable=True)
    steps, not_decayed = train(model, examples, order, ADAPTER_SETTINGS)
    save_adapter(model, folder / "adapter_end")
    clipped = sum(step["grad_norm"] > ADAPTER_SETTINGS["max_grad_norm"] for step in steps)
    assert not_decayed == [] and 3 <= clipped <= 7, (not_decayed, [step["grad_norm"] for step in steps])
    return {
        "settings": ADAPTER_SETTINGS,
        "order": order,
        "steps": steps,
        "distances": distances(folder, start, examples, order, ADAPTER_SETTINGS, model),
    }


def full_trajectory(family: Family, folder: Path, examples: list) -> dict:
    order = make_order(family, FULL_SETTINGS["max_steps"])
    model = load_base(folder)
    steps, not_decayed = train(model, examples, order, FULL_SETTINGS)
    end = folder / "full_end"
    model.save_pretrained(end)
    for extra in ("config.json", "generation_config.json"):
        (end / extra).unlink()
    return {
        "settings": FULL_SETTINGS,
        "order": order,
        "steps": steps,
        "not_decayed": not_decayed,
        "distances": distances(folder, None, examples, order, FULL_SETTINGS, model),
    }


def write_family(family: Family) -> None:
    print(family.name)
    folder = HERE / "models" / family.name
    shutil.rmtree(folder, ignore_errors=True)
    model = AutoModelForCausalLM.from_config(family.config_class(**family.config), attn_implementation="eager")
    check_bands(model, family)
    randomise(model, family.seed, family.head_scale)
    model = model.to(family.dtype)
    quantised = None if family.in4bit is None else models_nf4.quantise(model, family.in4bit)
    if quantised is not None:
        model = models_nf4.dequantised(quantised, model)
    model.config.eos_token_id = model.generation_config.eos_token_id = None
    save_model(model, family, folder)
    make_adapter(family, folder, "adapter", 5000 + family.seed, 0.1)
    prompts, eos = choose_prompts(family, folder)
    model.config.eos_token_id = model.generation_config.eos_token_id = eos if family.eos_list else eos[0]
    save_model(model, family, folder)
    write_older(folder, family)

    examples = make_examples(family)
    base, adapted = load_base(folder), load_adapted(folder, "adapter")
    expected = {
        "examples": examples,
        "trained": [trained_tokens(example) for example in examples],
        "base": {
            "nll": scores(base, examples),
            "logits": {"example": 4, "last_positions": logits_of(base, examples[4])},
            "greedy": greedy(base, prompts, eos),
        },
        "adapter": {
            "nll": scores(adapted, examples),
            "logits": {"example": 4, "last_positions": logits_of(adapted, examples[4])},
            "greedy": greedy(adapted, prompts, eos),
        },
        "prompts": prompts,
        "eos_token_ids": eos,
        "adapter_training": adapter_trajectory(family, folder, examples),
    }
    assert expected["base"]["greedy"][1]["stop"] == "eos"
    if family.full:
        expected["full_training"] = full_trajectory(family, folder, examples)
    (folder / "expected.json").write_text(models_json.dumps(expected) + "\n")
    if quantised is not None:
        models_nf4.save(quantised, folder, model.config.eos_token_id, family.shard_size)
    for file in folder.rglob("*.safetensors"):
        file.chmod(0o644)


def write_schedules() -> None:
    """Learning rates of transformers' own schedulers at steps 0..T-1. `constant` is its constant_with_warmup."""
    names = {"linear": "linear", "cosine": "cosine", "constant": "constant_with_warmup"}
    cases = []
    for name, theirs in names.items():
        for total, warmup in [(10, 3), (60, 5), (7, 0), (1, 0), (5, 5), (4, 9)]:
            optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=2e-4)
            schedule = get_scheduler(theirs, optimizer, num_warmup_steps=warmup, num_training_steps=total)
            rates = []
            for _ in range(total):
                rates.append(schedule.get_last_lr()[0])
                optimizer.step()
                schedule.step()
            cases.append(
                {
                    "lr_scheduler_type": name,
                    "max_steps": total,
                    "warmup_steps": warmup,
                    "learning_rate": 2e-4,
                    "rates": rates,
                }
            )
    (HERE / "schedules.json").write_text(models_json.dumps(cases) + "\n")


def main() -> None:
    # One thread: sums are taken in one order, so that the files come out the same.
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    wanted = sys.argv[1:]
    for family in FAMILIES:
        if not wanted or family.name in wanted:
            write_family(family)
    write_schedules()


if __name__ == "__main__":
    main()
