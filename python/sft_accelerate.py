#!/usr/bin/env python3
"""Trains a run of SFT Workbench with PyTorch, PEFT and accelerate, in one process or in several under torchrun.

    sft_accelerate.py train FOLDER [--from CHECKPOINT]     trains on, to the last step or until FOLDER/stop is there
    sft_accelerate.py launch FOLDER TORCHRUN... train ...  the same in several processes, by torchrun
    sft_accelerate.py answer FOLDER                        answers and scores what it is asked, a line of JSON each

FOLDER is the engine folder of a run. SFT Workbench, which is written in TypeScript and starts this program, has put into it what does
not need the weights of the model: tokens, which of them are learnt, the order, the learning rates, the fresh adapter. So this program
has no tokenizer, no chat template, no shuffle, no schedule and no scores. docs/accelerate.md describes the files.

What it says goes into FOLDER/events.jsonl, written by the first process alone; what ended it into FOLDER/error-RANK.json. Success is
told by an event, never by an exit code, of which launchers make 1. Chance (dropout) is drawn anew for every group of examples from the
seed, the step and the group: a run that goes on from a checkpoint draws what it would have drawn.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import math
import os
import shutil
import signal
import socket
import sys
import threading
import time
import traceback
from array import array
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable, Iterator, Sequence

if TYPE_CHECKING:
    import torch

CONTRACT = 1
RANK = int(os.environ.get("RANK", "0"))
WORLD = int(os.environ.get("WORLD_SIZE", "1"))
FAILED = 11
IGNORED = -100
"""The label of a token that is not learnt, in PyTorch's cross-entropy."""

PROMPTS_AT_ONCE = 16
ABANDONED_SECONDS = 3.0
"""So long after its owner has gone a process may still save and end by itself."""
MOST_RESCALINGS = 24
NOISE_OFFSET = 2**52
"""Where noise on the input is drawn from, in numbers of its seed."""


class Refusal(Exception):
    """An error that a person can act on."""

    def __init__(self, code: str, reason: str, remedy: str, place: str | None = None) -> None:
        super().__init__(reason)
        self.code, self.reason, self.remedy, self.place = code, reason, remedy, place


# ------------------------------------------------------------------------------------------------- what was handed over


@dataclass(frozen=True)
class Text:
    """One text: its tokens, and the stretches [from, to) of them that are learnt."""

    ids: array
    trained: list[list[int]]
    place: str

    def labels(self) -> list[int]:
        labels = [IGNORED] * len(self.ids)
        for start, end in self.trained:
            labels[start:end] = self.ids[start:end].tolist()
        # Nothing stands before the first token that could predict it.
        labels[0] = IGNORED
        return labels


EMPTY = Text(array("i", [0]), [], "")
"""Fills up the groups of the processes: it has no part in the loss."""


@dataclass(frozen=True)
class Step:
    learning_rate: float
    sequences: array
    """Numbers of lines of train.jsonl."""
    targets: int
    """Tokens that are learnt in this step, by all processes together."""
    draw: int
    """Of all noises on the input, the one that the first sequence of this step draws; the others draw those after it."""


def read_lines(file: Path) -> Iterator[Any]:
    with open(file, encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def read_sequences(file: Path) -> list[Text]:
    return [Text(array("i", row["ids"]), row["trained"], row.get("place", "")) for row in read_lines(file)]


def read_steps(file: Path) -> list[Step]:
    return [Step(row["learning_rate"], array("i", row["sequences"]), row["targets"], row["draw"]) for row in read_lines(file)]


# ------------------------------------------------------------------------------------------- who started this, and does it live


def process_start(pid: int) -> int | None:
    """Ticks from boot to the start of a living process; None where it is gone, or the system does not tell."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="latin1")
    except OSError:
        return None
    fields = text[text.rindex(")") + 2 :].split(" ")
    return None if fields[0] in ("Z", "X") else int(fields[19])


def lives(pid: int, started: int | None) -> bool:
    if started is not None:
        return process_start(pid) == started
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


HOST = socket.gethostname()


class Owner:
    """The worker of SFT Workbench that follows the run, and the launcher between. Without them nobody hears what this process says."""

    def __init__(self, job: dict[str, Any]) -> None:
        self.identity: dict[str, Any] | None = job["owner"]
        self.parent = os.getppid()
        # Until there is something to save.
        self.seconds = 0.0
        threading.Thread(target=self._watch, daemon=True).start()

    def is_gone(self) -> bool:
        # A process whose parent has died is given another one. On another machine the owner is not seen; its own processes tell the rest.
        if self.identity is None or os.name == "nt":
            return False
        if os.getppid() != self.parent:
            return True
        return self.identity["host"] == HOST and not lives(self.identity["pid"], self.identity["started"])

    def end_launcher(self) -> None:
        """Without an owner nobody hears what the launcher reports, and it takes seconds to end by itself."""
        if WORLD > 1 and self.is_gone() and os.getppid() == self.parent:
            os.kill(self.parent, signal.SIGKILL)

    def _watch(self) -> None:
        """Ends this process where it cannot save and end by itself: it waits for another, or a step takes too long."""
        since: float | None = None
        while True:
            time.sleep(0.25)
            if not self.is_gone():
                continue
            since = since or time.monotonic()
            if time.monotonic() - since > self.seconds:
                self.end_launcher()
                os._exit(FAILED)


# ------------------------------------------------------------------------------------------------------------- events


class Events:
    """events.jsonl: a write for each line, by the first process alone."""

    def __init__(self, file: Path) -> None:
        self.descriptor = os.open(file, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o644) if RANK == 0 else None

    def say(self, kind: str, **fields: Any) -> None:
        if self.descriptor is not None:
            os.write(self.descriptor, (json.dumps({"type": kind, **fields}, allow_nan=False) + "\n").encode())


# -------------------------------------------------------------------------------------------------------------- model


def compute_type(job: dict[str, Any]) -> torch.dtype:
    """On a processor 32 bits are exact and no slower, whatever the configuration says."""
    import torch

    config = job["config"]
    if job["device"] == "cpu":
        return torch.float32
    return torch.bfloat16 if config["bf16"] else torch.float16 if config["fp16"] else torch.float32


def load_base(job: dict[str, Any], folder: str, device: torch.device) -> torch.nn.Module:
    """A model folder on a device. Weights that are trained are in 32 bits: in 16 a small update would be lost."""
    import torch
    from transformers import AutoModelForCausalLM

    config = job["config"]
    options: dict[str, Any] = {
        "dtype": torch.float32 if config["training_type"] == "full" else compute_type(job),
        "attn_implementation": "sdpa",
        "local_files_only": True,
        "trust_remote_code": False,
    }
    if config["load_in_4bit"]:
        options["device_map"] = {"": device}
        options["quantization_config"] = four_bits(job)
    model = AutoModelForCausalLM.from_pretrained(folder, **options)
    if config["load_in_4bit"] and job["device"] == "cpu":
        for module in model.modules():
            # Processors with bf16 would compute answers in that, and pack the weights for it in a way that training does not undo.
            if hasattr(module, "support_avx512bf16_for_cpu"):
                module.support_avx512bf16_for_cpu = False
    with_plain_answers(model)
    return model if config["load_in_4bit"] else model.to(device)


def with_plain_answers(model: torch.nn.Module) -> torch.nn.Module:
    """What the model's makers prefer for chats, such as a repetition penalty, is not what is measured."""
    from transformers import GenerationConfig

    model.generation_config = GenerationConfig()
    return model


def four_bits(job: dict[str, Any]) -> Any:
    """How bitsandbytes is to hold weights in 4 bits."""
    from transformers import BitsAndBytesConfig

    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=job["config"]["bnb_4bit_use_double_quant"],
        bnb_4bit_compute_dtype=compute_type(job),
        # FSDP puts the weights of a layer together as numbers of one type: codes that are distributed are held as such numbers.
        **({} if job["sharding"] == "none" else {"bnb_4bit_quant_storage": compute_type(job)}),
    )


class Unsloth:
    """
    Passes and kernels for one NVIDIA GPU, an engine of others that the user has installed; docs/accelerate.md names what it patches.
    It has to be imported before transformers and PEFT. What is learnt, when, and from which numbers stays as without it.
    """

    def __init__(self, folder: Path) -> None:
        # Nobody is told of the run. It writes code while it is imported, and imports that: not from a folder where something lies.
        code = folder / "unsloth"
        shutil.rmtree(code, ignore_errors=True)
        os.environ["UNSLOTH_DISABLE_STATISTICS"] = "1"
        os.environ["UNSLOTH_COMPILE_LOCATION"] = str(code)
        import unsloth

        self.models = unsloth.FastLanguageModel
        self.version = unsloth.__version__

    def load_base(self, job: dict[str, Any], most: int) -> torch.nn.Module:
        """@param most tokens of a text: it cuts longer ones, and stretches the positions of a model that has fewer"""
        config = job["config"]
        options: dict[str, Any] = {"quantization_config": four_bits(job)} if config["load_in_4bit"] else {}
        model, _ = self.models.from_pretrained(
            model_name=job["model"],
            max_seq_length=most,
            dtype=compute_type(job),
            load_in_4bit=config["load_in_4bit"],
            # By itself it would take another repository for a name that it knows, and keep tables on the processor.
            use_exact_model_name=True,
            offload_embedding=False,
            use_gradient_checkpointing=self.checkpointing(job),
            random_state=config["seed"],
            local_files_only=True,
            trust_remote_code=False,
            **options,
        )
        return with_plain_answers(model)

    def patch_adapter(self, job: dict[str, Any], tuned: torch.nn.Module) -> torch.nn.Module:
        """Has its kernels compute the projections that the adapter is on."""
        return self.models.patch_peft_model(tuned, self.checkpointing(job))

    @staticmethod
    def checkpointing(job: dict[str, Any]) -> str | bool:
        """Its own way, which keeps what is kept in the memory of the machine."""
        return "unsloth" if job["config"]["gradient_checkpointing"] else False


TRAINED, FIXED = "default", "fixed"
"""Names of adapters, as PEFT keeps them side by side."""


def with_adapter(model: torch.nn.Module, folder: str, trained: bool, takes_out: bool = False) -> torch.nn.Module:
    """
    Its parameters are in 32 bits, whatever those of the model are in.
    @param takes_out whether half of each pair is what was taken out of the weights (PiSSA): it stays as it is
    """
    from peft import PeftModel

    if takes_out:
        return with_two_pairs(model, folder)
    # A prompt PEFT loads for answers alone, and may be trained all the same.
    is_prompt = json.loads((Path(folder) / "adapter_config.json").read_text(encoding="utf-8"))["peft_type"] == "PROMPT_TUNING"
    tuned = PeftModel.from_pretrained(model, folder, is_trainable=trained and not is_prompt)
    if trained and is_prompt:
        tuned.prompt_encoder.requires_grad_(True)
    return tuned


def with_two_pairs(model: torch.nn.Module, folder: str) -> torch.nn.Module:
    """
    An adapter of PiSSA, whose file holds [A; A0] and [B, -B0] as pairs of twice the rank: A and B are trained, and what is taken out of the
    weights is an adapter beside it, on which there is no dropout.
    """
    from peft import PeftConfig, get_peft_model, set_peft_model_state_dict
    from safetensors.torch import load_file

    whole = PeftConfig.from_pretrained(folder)
    whole.inference_mode = False
    whole.r //= 2
    whole.rank_pattern = {name: r // 2 for name, r in whole.rank_pattern.items()}
    shorter = math.sqrt(2) if whole.use_rslora else 2
    whole.lora_alpha /= shorter
    whole.alpha_pattern = {name: alpha / shorter for name, alpha in whole.alpha_pattern.items()}
    tuned = get_peft_model(model, whole, adapter_name=TRAINED)
    beside = PeftConfig.from_pretrained(folder)
    for name in ("r", "rank_pattern", "lora_alpha", "alpha_pattern"):
        setattr(beside, name, getattr(whole, name))
    beside.lora_dropout, beside.modules_to_save, beside.trainable_token_indices = 0.0, None, None
    tuned.add_adapter(FIXED, beside)
    tensors = load_file(Path(folder) / "adapter_model.safetensors")
    own, other = {}, {}
    for name, tensor in tensors.items():
        if ".lora_A." in name or ".lora_B." in name:
            own[name], other[name] = tensor.chunk(2, dim=0 if ".lora_A." in name else 1)
        else:
            own[name] = tensor
    set_peft_model_state_dict(tuned, own, TRAINED)
    set_peft_model_state_dict(tuned, other, FIXED)
    for module in tuned.modules():
        # Not the model's own way: it would ask tables that are trained whole to be both.
        if hasattr(module, "lora_A"):
            module.set_adapter([TRAINED, FIXED])
    for name, parameter in tuned.named_parameters():
        if name.endswith((f".{FIXED}.weight", f".{FIXED}")):
            parameter.requires_grad_(False)
    return tuned


def uniform_noise(count: int, seed: int, device: torch.device) -> torch.Tensor:
    """
    The first `count` numbers in (-1, 1) of a seed, in 32 bits: words of Philox4x32-10 (Salmon et al. 2011), beyond those of all dropout
    masks of the builtin engine, whose numbers these are.
    """
    import torch

    low = 0xFFFFFFFF
    first = NOISE_OFFSET // 4
    block = torch.arange(first, first - (-count // 4), dtype=torch.int64, device=device)
    c0, c1, c2, c3 = block & low, block >> 32, torch.zeros_like(block), torch.zeros_like(block)
    k0, k1 = seed & low, seed >> 32 & low
    for _ in range(10):
        # Products wrap at 64 bits, and a shift keeps the sign: its upper half is cut off.
        a, b = c0 * 0xD2511F53, c2 * 0xCD9E8D57
        c0, c1, c2, c3 = (b >> 32 & low) ^ c1 ^ k0, b & low, (a >> 32 & low) ^ c3 ^ k1, a & low
        k0, k1 = k0 + 0x9E3779B9 & low, k1 + 0xBB67AE85 & low
    words = torch.stack([c0, c1, c2, c3], dim=1).flatten()[:count]
    return ((words >> 9).float() + 0.5) * 2.0**-22 - 1.0


class InputNoise:
    """NEFTune (Jain et al. 2023): moves each number of a token embedding of a row of T tokens within alpha / sqrt(T width)."""

    def __init__(self, model: torch.nn.Module, alpha: float, seed: int) -> None:
        self.alpha, self.seed = alpha, seed
        # Of each row of the next pass, its tokens and which of all noises it draws; none where it has none.
        self.rows: list[tuple[int, int] | None] = []
        model.get_input_embeddings().register_forward_hook(self._add)

    def _add(self, _module: Any, _inputs: Any, embedded: torch.Tensor) -> torch.Tensor:
        import torch

        if len(self.rows) == 0:
            return embedded
        width = embedded.shape[2]
        noise = torch.zeros(embedded.shape, dtype=torch.float32, device=embedded.device)
        for at, row in enumerate(self.rows):
            if row is not None:
                tokens, draw = row
                count = tokens * width
                drawn = uniform_noise(count, self.seed + draw, embedded.device)
                noise[at, :tokens] = (drawn * (self.alpha / math.sqrt(count))).view(tokens, width)
        return (embedded.float() + noise).to(embedded.dtype)


def batch_of(rows: Sequence[Text], device: torch.device) -> tuple[dict[str, torch.Tensor], torch.Tensor]:
    """Rows padded at their ends to one length: what the model is given, and labels [rows, tokens]."""
    import torch

    longest = max(len(row.ids) for row in rows)
    ids = torch.zeros(len(rows), longest, dtype=torch.int64)
    mask = torch.zeros(len(rows), longest, dtype=torch.int64)
    labels = torch.full((len(rows), longest), IGNORED, dtype=torch.int64)
    for at, row in enumerate(rows):
        ids[at, : len(row.ids)] = torch.tensor(row.ids.tolist())
        mask[at, : len(row.ids)] = 1
        labels[at, : len(row.ids)] = torch.tensor(row.labels())
    return {"input_ids": ids.to(device), "attention_mask": mask.to(device)}, labels.to(device)


def row_losses(model: torch.nn.Module, rows: Sequence[Text], device: torch.device) -> torch.Tensor:
    """The negative log-likelihood of what is learnt of each row, the sum over its tokens: [rows], in 32 bits."""
    import torch

    inputs, labels = batch_of(rows, device)
    # A trained prompt adds rows in front.
    logits = model(**inputs, use_cache=False).logits[:, -labels.shape[1] : -1]
    wanted = labels[:, 1:]
    row, column = (wanted != IGNORED).nonzero(as_tuple=True)
    losses = torch.nn.functional.cross_entropy(logits[row, column].float(), wanted[row, column], reduction="none")
    return torch.zeros(len(rows), device=device).index_add(0, row, losses)


def continuations(
    model: torch.nn.Module, prompts: Sequence[dict[str, Any]], stops: list[int], device: torch.device, together: bool = False
) -> list[dict[str, Any]]:
    """
    Greedy continuations of prompts {ids, room}, side by side: new ids up to a stop token, and whether one came.
    `together`: the processes put the weights together for each token, and none may end before the others.
    """
    import torch
    from transformers import GenerationConfig

    answers: list[dict[str, Any]] = []
    for start in range(0, len(prompts), PROMPTS_AT_ONCE):
        some = prompts[start : start + PROMPTS_AT_ONCE]
        longest = max(len(prompt["ids"]) for prompt in some)
        room = max(prompt["room"] for prompt in some)
        if room == 0:
            answers += [{"ids": [], "stopped": False} for _ in some]
            continue
        padding = [longest - len(prompt["ids"]) for prompt in some]
        ids = torch.tensor([[0] * pad + prompt["ids"] for pad, prompt in zip(padding, some)], device=device)
        mask = torch.tensor([[0] * pad + [1] * (longest - pad) for pad in padding], device=device)
        greedy = GenerationConfig(do_sample=False, max_new_tokens=room, eos_token_id=stops, pad_token_id=0)
        options: dict[str, Any] = {"generation_config": greedy, "synced_gpus": together}
        with torch.no_grad():
            if hasattr(model, "prompt_encoder"):
                rows, mask = behind_prompt(model, ids, mask, padding)
                made = model.base_model.generate(inputs_embeds=rows, attention_mask=mask, **options)
            else:
                made = model.generate(input_ids=ids, attention_mask=mask, **options)[:, longest:]
        for prompt, new in zip(some, made.tolist()):
            new = new[: prompt["room"]]
            end = next((at for at, token in enumerate(new) if token in stops), None)
            answers.append({"ids": new if end is None else new[:end], "stopped": end is not None})
    return answers


def behind_prompt(
    model: torch.nn.Module, ids: torch.Tensor, mask: torch.Tensor, padding: list[int]
) -> tuple[torch.Tensor, torch.Tensor]:
    """
    Rows of embeddings with the trained prompt between padding and text, and their mask. PEFT's own generation would put the padding
    between the two, where it has positions.
    """
    import torch

    front = model.prompt_encoder[model.active_adapter].embedding.weight
    texts = model.base_model.get_input_embeddings()(ids)
    rows = [torch.cat([row[:pad], front.to(row.dtype), row[pad:]]) for row, pad in zip(texts, padding)]
    ones = torch.ones_like(mask[0, :1]).expand(len(front))
    return torch.stack(rows), torch.stack([torch.cat([row[:pad], ones, row[pad:]]) for row, pad in zip(mask, padding)])


# ----------------------------------------------------------------------------------------------------------- training


def join_processes(job: dict[str, Any]) -> None:
    """
    Lets processes of one machine find each other by a file: the store that torch would open for that listens on all addresses of the
    machine. Those of several machines find each other as torchrun tells them.
    """
    import torch
    from datetime import timedelta

    store = os.environ.get("SFT_STORE")
    if WORLD == 1 or store is None:
        return
    on_processor = job["device"] == "cpu"
    if not on_processor:
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    torch.distributed.init_process_group(
        "gloo" if on_processor else "cpu:gloo,cuda:nccl",
        store=torch.distributed.FileStore(store, WORLD),
        rank=RANK,
        world_size=WORLD,
        timeout=timedelta(seconds=job["timeout"]),
    )


def whole(tensor: torch.Tensor) -> torch.Tensor:
    """A tensor put together from the parts that the processes have. All of them take part."""
    return tensor.full_tensor() if hasattr(tensor, "full_tensor") else tensor


def refuse_other_sharding(kept: dict[str, Any], sharding: str) -> None:
    """
    By ZeRO a checkpoint has the parts of each process, which each stage cuts in its own way; otherwise, by FSDP too, all in one piece.
    @param kept what optimizer.pt holds; of earlier versions it does not say by which sharding
    """
    in_parts = isinstance(kept["optimizer"], list)
    before = kept.get("sharding")
    if in_parts == sharding.startswith("zero") and (not in_parts or before in (None, sharding)):
        return
    told = before or ("zero2 or zero3" if in_parts else "none or fsdp")
    raise Refusal(
        "sharding",
        f"the checkpoint was written with sharding {told}, but the run continues with {sharding}",
        "set \"sharding\" in .sft/machine.json to what it was, or start a new run",
    )


class Zero:
    """
    DeepSpeed's way to spread a model over the processes: by stage 2 its gradients and what the optimizer knows, by stage 3 its weights too.
    What is trained is in 32 bits; a pass is computed in `dtype`.
    """

    def __init__(
        self, model: torch.nn.Module, optimizer: torch.optim.Optimizer, stage: int, most: float | None, dtype: torch.dtype, device: torch.device
    ) -> None:
        import deepspeed
        import torch

        # Between processes of a processor it would compile code of its own at this moment; torch's does it as well. The name of that
        # module is torch's in the package above it.
        importlib.import_module("deepspeed.comm.torch").build_shm_op = lambda: None
        self.stage = stage
        self.model = model
        trained = sum(one.numel() for one in model.parameters() if one.requires_grad)
        if dtype != torch.float32:
            model.forward = torch.autocast(device.type, dtype)(model.forward)
        self.engine, _, _, _ = deepspeed.initialize(
            model=model,
            optimizer=optimizer,
            dist_init_required=False,
            config={
                # What it would make of them is made by whoever calls: steps differ in how many rows they have.
                "train_micro_batch_size_per_gpu": 1,
                "gradient_accumulation_steps": 1,
                "gradient_clipping": most or 0.0,
                "zero_allow_untested_optimizer": True,
                "zero_force_ds_cpu_optimizer": False,
                "zero_optimization": {
                    "stage": stage,
                    "overlap_comm": device.type != "cpu",
                    "contiguous_gradients": True,
                    "reduce_bucket_size": min(50_000_000, trained),
                },
                # Its own lines are of no use to anybody here.
                "steps_per_print": 2**60,
            },
        )

    def backward(self, loss: torch.Tensor, last: bool) -> None:
        """@param last whether the step has no further group"""
        self.engine.set_gradient_accumulation_boundary(last)
        self.engine.backward(loss)

    def update(self) -> float:
        """Updates the weights. @returns the norm of the gradients, before they were shortened"""
        self.engine.step()
        return float(self.engine.get_global_grad_norm())

    def gathered(self) -> contextlib.AbstractContextManager[Any]:
        """All weights in one piece. All processes take part."""
        import deepspeed

        if self.stage < 3:
            return contextlib.nullcontext()
        return deepspeed.zero.GatheredParameters(list(self.model.parameters()))

    def _parts(self) -> list[torch.Tensor]:
        """What this process updates, in 32 bits, a stretch of numbers for each group of weights."""
        optimizer = self.engine.optimizer
        return optimizer.single_partition_of_fp32_groups if self.stage < 3 else optimizer.fp32_partitioned_groups_flat

    def moments(self) -> list[Any] | None:
        """What each process updates and knows of it, by process; in the first process alone. All take part."""
        import torch

        state = self.engine.optimizer.optimizer.state
        own = [
            {"weights": part.detach().cpu(), **{name: value.cpu() for name, value in state[part].items()}} for part in self._parts()
        ]
        all_parts: list[Any] | None = [None] * WORLD if RANK == 0 else None
        torch.distributed.gather_object(own, all_parts)
        return all_parts

    def restore(self, all_parts: list[Any]) -> None:
        if len(all_parts) != WORLD:
            reason = f"the checkpoint was written by {len(all_parts)} processes, but there are {WORLD}"
            raise Refusal("processes", reason, "set \"processes\" in .sft/machine.json to what it was, or start a new run")
        parts = self._parts()
        if [tuple(kept["weights"].shape) for kept in all_parts[RANK]] != [tuple(part.shape) for part in parts]:
            reason = "the checkpoint divides the weights into other parts than this run"
            raise Refusal("sharding", reason, "set \"sharding\" in .sft/machine.json to what it was, or start a new run")
        import torch

        state = self.engine.optimizer.optimizer.state
        for part, kept in zip(parts, all_parts[RANK]):
            with torch.no_grad():
                part.copy_(kept.pop("weights"))
            # The count of steps stays where the optimizer keeps it.
            state[part] = {name: value.to(part.device) if value.ndim > 0 else value for name, value in kept.items()}


class Tuner:
    """Model and optimizer in this process, one of WORLD that train together."""

    def __init__(self, folder: Path, job: dict[str, Any], owner: Owner, events: Events, checkpoint: str | None) -> None:
        self.unsloth = Unsloth(folder) if job["unsloth"] else None
        import torch
        from accelerate import Accelerator
        from accelerate.utils import InitProcessGroupKwargs
        from datetime import timedelta

        self.folder, self.job, self.owner, self.events = folder, job, owner, events
        self.config = config = job["config"]
        self.full = config["training_type"] == "full"
        self.stage: int | None = {"zero2": 2, "zero3": 3}.get(job["sharding"])
        # Whether no process has all of it.
        self.sharded = job["sharding"] != "none"
        self.zero: Zero | None = None
        on_processor = job["device"] == "cpu"
        if not on_processor and not torch.cuda.is_available():
            raise Refusal(
                "no-gpu",
                f"torch {torch.__version__} sees no GPU",
                "check the driver with nvidia-smi and that torch is a build for CUDA, or set \"device\": \"cpu\"",
            )
        if on_processor:
            torch.set_num_threads(job["threads"])
        join_processes(job)
        mixed = "no" if on_processor else "bf16" if config["bf16"] else "fp16" if config["fp16"] else "no"
        self.accelerator = Accelerator(
            cpu=on_processor,
            mixed_precision=mixed,
            kwargs_handlers=[InitProcessGroupKwargs(timeout=timedelta(seconds=job["timeout"]))],
        )
        self.device = self.accelerator.device
        self.asked_to_end = False
        signal.signal(signal.SIGTERM, self._end)

        self.train = read_sequences(folder / "train.jsonl")
        self.validation = read_sequences(folder / "validation.jsonl")
        self.steps = read_steps(folder / "steps.jsonl")
        # As many rows at once as the configuration allows, fewer where a process would have none.
        window = config["per_device_batch_size"] * config["gradient_accumulation_steps"]
        self.rows_at_once = min(config["per_device_batch_size"], -(-window // WORLD))

        torch.manual_seed(config["seed"])
        self.takes_out = not self.full and str(config["init_lora_weights"]).startswith("pissa")
        self.plain = self._load(checkpoint)
        alpha = config["neftune_noise_alpha"]
        self.noise = InputNoise(self.plain, alpha, config["seed"]) if alpha else None
        if config["gradient_checkpointing"] and self.unsloth is None:
            # By stage 3 weights are not there when a pass is computed again in the newer way.
            self.plain.gradient_checkpointing_enable({"use_reentrant": self.stage == 3})
            if not self.full:
                self.plain.enable_input_require_grads()
        if self.stage is not None:
            most, dtype = config["max_grad_norm"], compute_type(job)
            self.zero = Zero(self.plain, self._make_optimizer(), self.stage, most, dtype, self.device)
            self.model, self.optimizer = self.zero.engine, self.zero.engine.optimizer
        elif self.sharded:
            self.model = self.accelerator.prepare_model(self._shard(), device_placement=False, evaluation_mode=True)
            self.optimizer = self.accelerator.prepare_optimizer(self._make_optimizer(), device_placement=False)
        else:
            self.model, self.optimizer = self.accelerator.prepare(self.plain, self._make_optimizer())
        self.step = 0
        self.best: dict[str, Any] | None = None
        self.without_gain = 0
        self.saved: int | None = None
        # Whether weights and moments are those of `step`: not while they are updated.
        self.whole = True
        if checkpoint is not None:
            self._restore(Path(checkpoint))

    def _end(self, *_: Any) -> None:
        """SIGTERM: a launcher that ends the others when one has died, or a cluster whose time is up."""
        self.asked_to_end = True

    def _load(self, checkpoint: str | None) -> torch.nn.Module:
        import torch

        job = self.job
        # What is to be spread goes to its GPU a layer at a time: all of it may not have room there.
        device = torch.device("cpu") if self.sharded and not self.config["load_in_4bit"] else self.device
        if self.unsloth is not None:
            tuned = with_adapter(self.unsloth.load_base(job, self._longest()), checkpoint or job["adapter_start"], True)
            return self.unsloth.patch_adapter(job, tuned)
        if not self.full:
            base = load_base(job, job["model"], device)
            if self.config["load_in_4bit"]:
                from peft import prepare_model_for_kbit_training

                base = prepare_model_for_kbit_training(base, use_gradient_checkpointing=False)
            return with_adapter(base, checkpoint or job["adapter_start"], True, self.takes_out)
        model = load_base(job, job["model"], device)
        if checkpoint is not None:
            from safetensors.torch import load_file

            kept = load_file(Path(checkpoint) / "model.safetensors")
            parameters = dict(model.named_parameters())
            for name, value in kept.items():
                parameters[name].data.copy_(value)
        return model

    def _longest(self) -> int:
        """Tokens of the longest text that is learnt, measured or answered."""
        texts = [len(text.ids) for text in (*self.train, *self.validation)]
        return max([1, *texts, *(len(sample["ids"]) + sample["room"] for sample in self.job["samples"])])

    def _shard(self) -> torch.nn.Module:
        """
        Spreads all weights over the processes (FSDP2): those of a layer are put together when it is its turn, and given up after it.
        @returns what computes: PEFT's own wrapper would pass the whole by
        """
        from torch.distributed.device_mesh import init_device_mesh
        from torch.distributed.fsdp import CPUOffloadPolicy, fully_shard

        model = self.plain if self.full else self.plain.get_base_model()
        options: dict[str, Any] = {"mesh": init_device_mesh(self.device.type, (WORLD,))}
        if self.job["offload"]:
            options["offload_policy"] = CPUOffloadPolicy()
        for layer in model.get_decoder().layers:
            fully_shard(layer, **options)
        fully_shard(model, **options)
        missed = [name for name, one in model.named_parameters() if not hasattr(one, "full_tensor")]
        if missed:
            raise Refusal("no-sharding", f"{missed[0]} is not distributed over the processes", "set \"sharding\": \"none\" in .sft/machine.json")
        return model

    def parameters(self) -> list[tuple[str, torch.nn.Parameter]]:
        """What is trained, by name, in the model's order."""
        return [(name, one) for name, one in self.plain.named_parameters() if one.requires_grad]

    def _make_optimizer(self) -> torch.optim.Optimizer:
        import torch

        config = self.config
        groups: dict[tuple[float, float], list[torch.nn.Parameter]] = {}
        for name, parameter in self.parameters():
            # Of all weights the vectors are not drawn towards 0; everything of an adapter is.
            decay = 0.0 if self.full and parameter.ndim < 2 else config["weight_decay"]
            raised = "lora_B" in name or "lora_magnitude_vector" in name
            factor = (config["loraplus_lr_ratio"] or 1.0) if raised else 1.0
            groups.setdefault((decay, factor), []).append(parameter)
        listed = [
            {"params": some, "weight_decay": decay, "rate_factor": factor} for (decay, factor), some in groups.items()
        ]
        options: dict[str, Any] = {
            "lr": config["learning_rate"],
            "betas": (config["adam_beta1"], config["adam_beta2"]),
            "eps": config["adam_epsilon"],
        }
        if config["optim"] == "adamw_8bit":
            from bitsandbytes.optim import AdamW8bit

            return AdamW8bit(listed, **options)
        return torch.optim.AdamW(listed, **options)

    # ------------------------------------------------------------------------------------------------- the loop

    def run(self) -> str:
        """Trains on. @returns 'finished' or 'halted', after saving"""
        config = self.config
        self.owner.seconds = ABANDONED_SECONDS
        if self.step == 0:
            self._sample()
        while self.step < len(self.steps) and not self._out_of_patience():
            if self._asked_to_halt():
                self._save_once()
                return "halted"
            self._train_step()
            last = self.step == len(self.steps)
            if last or (config["eval_steps"] is not None and self.step % config["eval_steps"] == 0):
                if len(self.validation) > 0:
                    self._validate()
                self._sample()
            if config["save_steps"] is not None and self.step % config["save_steps"] == 0 and not last:
                self._save()
        if self._out_of_patience():
            patience = config["early_stopping_patience"]
            message = f"stopping early: the validation loss has not improved in {patience} evaluations"
            self.events.say("warning", message=message)
        self._save_once()
        return "finished"

    def _out_of_patience(self) -> bool:
        patience = self.config["early_stopping_patience"]
        return patience is not None and self.without_gain >= patience

    def _asked_to_halt(self) -> bool:
        """The same answer in all processes, whichever of them was asked."""
        import torch

        asked = self.asked_to_end or self.owner.is_gone() or (RANK == 0 and (self.folder / "stop").exists())
        if WORLD == 1:
            return asked
        told = torch.tensor([int(asked)], device=self.device)
        torch.distributed.all_reduce(told, torch.distributed.ReduceOp.MAX)
        return bool(told.item())

    def _own_groups(self, sequences: Sequence[Text]) -> Iterator[tuple[int, list[Text]]]:
        """This process's share of some sequences, in groups with their numbers; every process has as many groups."""
        groups = -(-len(sequences) // self.rows_at_once)
        for number in range(RANK, -(-groups // WORLD) * WORLD, WORLD):
            some = sequences[number * self.rows_at_once : (number + 1) * self.rows_at_once]
            yield number, list(some) or [EMPTY]

    def _sum(self, *values: float) -> list[float]:
        """Sums over all processes."""
        import torch

        if WORLD == 1:
            return list(values)
        sums = torch.tensor(values, dtype=torch.float64, device=self.device)
        torch.distributed.all_reduce(sums)
        return sums.tolist()

    def _train_step(self) -> None:
        import torch

        begun = time.perf_counter()
        step = self.steps[self.step]
        self.model.train()
        for group in self.optimizer.param_groups:
            group["lr"] = step.learning_rate * group["rate_factor"]
        for _ in range(MOST_RESCALINGS):
            loss = self._gradients(step)
            self.whole = self.zero is None
            norm = self._clip() if self.zero is None else self.zero.update()
            if math.isfinite(norm) or self.accelerator.scaler is None:
                break
            # Too large for 16 bits: the scaler leaves the weights alone and takes a smaller scale.
            self.optimizer.step()
        if not math.isfinite(norm):
            raise Refusal(
                "not-finite",
                f"the gradient norm of step {self.step + 1} is {norm}",
                "lower learning_rate; the last checkpoint is from before it",
            )
        self.whole = False
        if self.zero is None:
            self.optimizer.step()
        self.step += 1
        self.whole = True
        seconds = time.perf_counter() - begun
        self.owner.seconds = max(ABANDONED_SECONDS, 2 * seconds)
        self.events.say("step", step=self.step, loss=loss, grad_norm=norm, seconds=seconds, peak_memory=peak_memory())

    def _gradients(self, step: Step) -> float:
        """Leaves the gradients of the mean loss over the step's targets in the parameters. @returns that loss"""
        import torch

        if self.zero is None:
            self.optimizer.zero_grad()
        groups = list(self._own_groups([self.train[number] for number in step.sequences]))
        own, broken = 0.0, ""
        for at, (number, rows) in enumerate(groups):
            chance = (self.config["seed"] * 1_000_003 + self.step) * 65_537 + number
            torch.manual_seed(chance % 2**63)
            last = at == len(groups) - 1
            # Spread gradients have nowhere to wait whole.
            with contextlib.nullcontext() if last or self.sharded else self.accelerator.no_sync(self.model), self._noise(step, number, rows):
                losses = row_losses(self.model, rows, self.device)
                # Gradients are averaged over the processes, losses are summed.
                scaled = losses.sum() * (WORLD / step.targets)
                if self.zero is None:
                    self.accelerator.backward(scaled)
                else:
                    self.zero.backward(scaled, last)
            for row, loss in zip(rows, losses.tolist()):
                own += loss
                if not math.isfinite(loss) and broken == "":
                    broken = f"{row.place} {loss}"
        (total,) = self._sum(own)
        if not math.isfinite(total):
            place, _, value = broken.rpartition(" ")
            # Without a place it is another process that names the example.
            raise Refusal(
                "not-finite",
                f"the loss of this example is {value} at step {self.step + 1}" if place else f"the loss of step {self.step + 1} is {total}",
                "lower learning_rate, and look at this example; the last checkpoint is from before it",
                place or None,
            )
        return total / step.targets

    @contextlib.contextmanager
    def _noise(self, step: Step, group: int, rows: Sequence[Text]) -> Iterator[None]:
        """Noise on the input of a group of the step's rows, where there is noise."""
        if self.noise is None:
            yield
            return
        first = step.draw + group * self.rows_at_once
        self.noise.rows = [None if row is EMPTY else (len(row.ids), first + at) for at, row in enumerate(rows)]
        try:
            yield
        finally:
            self.noise.rows = []

    def _clip(self) -> float:
        """Shortens the gradients where they are too long. @returns their norm before"""
        most = self.config["max_grad_norm"] or math.inf
        norm = self.accelerator.clip_grad_norm_([one for _, one in self.parameters()], most)
        return float(whole(norm))

    def _validate(self) -> None:
        import torch

        self.events.say("begins", what="validating")
        self.model.eval()
        nll, targets = 0.0, 0.0
        with torch.no_grad():
            for _, rows in self._own_groups(self.validation):
                nll += sum(row_losses(self.model, rows, self.device).tolist())
                targets += sum(sum(label != IGNORED for label in row.labels()) for row in rows)
        nll, targets = self._sum(nll, targets)
        loss = nll / targets if targets > 0 else math.nan
        # A loss that is no number is the best of nothing, and no JSON.
        if not math.isfinite(loss):
            raise Refusal("not-finite", f"the validation loss is {loss} at step {self.step}", "lower learning_rate")
        best = self.best is None or loss < self.best["loss"]
        self.without_gain = 0 if best else self.without_gain + 1
        if best:
            self.best = {"step": self.step, "loss": loss}
            self._write(Path(self.job["best"]), False)
        self.events.say("evaluation", step=self.step, loss=loss, best=best)

    def _sample(self) -> None:
        samples = self.job["samples"]
        if len(samples) == 0:
            return
        self.events.say("begins", what="sampling")
        self.plain.eval()
        # FSDP's own model; what DeepSpeed spreads is put together by the model itself.
        model = self.model if self.sharded and self.zero is None else self.plain
        answers = continuations(model, samples, self.job["stop_token_ids"], self.device, self.sharded)
        if self.unsloth is not None:
            # For an answer it takes checkpointing off, and marks the model.
            self.unsloth.models.for_training(self.plain)
        self.events.say("samples", step=self.step, answers=answers)

    # --------------------------------------------------------------------------------------------------- saving

    def _save_once(self) -> None:
        if self.step > 0 and self.saved != self.step:
            self._save()

    def _save(self) -> None:
        self.events.say("begins", what="saving")
        self._write(Path(self.job["checkpoints"]) / f"step-{self.step}", True)
        self.saved = self.step
        self.events.say("checkpoint", step=self.step)

    def save_alone(self) -> None:
        """Saves what was done so far when another process has died, where this one has all weights and moments."""
        if RANK == 0 and not self.sharded and self.whole and self.step > 0 and self.saved != self.step:
            kept = self._gather(True)
            write_folder(Path(self.job["checkpoints"]) / f"step-{self.step}", lambda folder: self._write_files(folder, kept))
            self.events.say("checkpoint", step=self.step)

    def _write(self, target: Path, training: bool) -> None:
        """@param training whether training is to go on from there"""
        kept = self._gather(training) if RANK == 0 or self.sharded else None
        if RANK == 0:
            write_folder(target, lambda folder: self._write_files(folder, kept))
        self.accelerator.wait_for_everyone()

    def _gather(self, training: bool) -> dict[str, Any]:
        """Trained weights by their names in the file, and what the optimizer knows of them. Of sharded ones all processes take part."""

        def on_processor(value: Any) -> Any:
            if isinstance(value, dict):
                return {key: on_processor(one) for key, one in value.items()}
            if not hasattr(value, "contiguous"):
                return value
            value = whole(value)
            return value.to("cpu").contiguous() if RANK == 0 else None

        with contextlib.nullcontext() if self.zero is None else self.zero.gathered():
            kept: dict[str, Any] = {"weights": on_processor(self._named_weights())}
            if self.takes_out:
                kept["weights"] = joined_pairs(kept["weights"], on_processor(self._adapter_weights(FIXED)))
        if training and self.zero is not None:
            kept["optimizer"] = self.zero.moments()
        elif training:
            moments = self.optimizer.state_dict()
            kept["optimizer"] = {**moments, "state": on_processor(moments["state"])} if self.sharded else moments
        return kept

    def _named_weights(self) -> dict[str, torch.Tensor]:
        if self.full:
            named = {name: one.detach() for name, one in self.plain.named_parameters()}
            if set(named) != set(self.job["tensors"]):
                other = sorted(set(named) ^ set(self.job["tensors"]))[0]
                raise Refusal("weights-differ", f"transformers and SFT Workbench read different weights: {other}", "set \"training_type\": \"lora\"")
            return named
        return self._adapter_weights(TRAINED)

    def _adapter_weights(self, name: str) -> dict[str, torch.Tensor]:
        from peft import get_peft_model_state_dict

        return get_peft_model_state_dict(self.plain, adapter_name=name, save_embedding_layers=False)

    def _write_files(self, folder: Path, kept: dict[str, Any]) -> None:
        import torch
        from safetensors.torch import save_file

        if not self.full:
            shutil.copy(Path(self.job["adapter_start"]) / "adapter_config.json", folder / "adapter_config.json")
        save_file(kept["weights"], folder / ("model.safetensors" if self.full else "adapter_model.safetensors"), {"format": "pt"})
        if "optimizer" not in kept:
            return
        scaler = self.accelerator.scaler
        scaled = None if scaler is None else scaler.state_dict()
        torch.save({"sharding": self.job["sharding"], "optimizer": kept["optimizer"], "scaler": scaled}, folder / "optimizer.pt")
        state = {"step": self.step, "best": self.best, "evaluations_without_gain": self.without_gain}
        (folder / "trainer_state.json").write_text(json.dumps(state, indent=2) + "\n", encoding="utf-8")

    def _restore(self, checkpoint: Path) -> None:
        import torch

        state = json.loads((checkpoint / "trainer_state.json").read_text(encoding="utf-8"))
        # weights_only reads tensors and numbers, and runs nothing.
        kept = torch.load(checkpoint / "optimizer.pt", map_location="cpu", weights_only=True)
        refuse_other_sharding(kept, self.job["sharding"])
        if self.zero is not None:
            self.zero.restore(kept["optimizer"])
        else:
            self._spread(kept["optimizer"]["state"])
            self.optimizer.load_state_dict(kept["optimizer"])
        if self.accelerator.scaler is not None and kept["scaler"] is not None:
            self.accelerator.scaler.load_state_dict(kept["scaler"])
        self.step, self.best, self.without_gain = state["step"], state["best"], state["evaluations_without_gain"]
        self.saved = self.step


    def _spread(self, moments: dict[int, dict[str, Any]]) -> None:
        """Gives each process its part of what the optimizer knows of sharded weights."""
        if not self.sharded:
            return
        from torch.distributed.tensor import distribute_tensor

        parameters = [one for group in self.optimizer.param_groups for one in group["params"]]
        for number, kept in moments.items():
            like = parameters[number]
            for name, value in kept.items():
                if value.shape == like.shape:
                    kept[name] = distribute_tensor(value.to(like.device), like.device_mesh, like.placements)


def joined_pairs(own: dict[str, Any], fixed: dict[str, Any]) -> dict[str, Any]:
    """The tensors of PiSSA's file, of those that are trained and those that are not; in a process that does not write there are none."""
    import torch

    def joined(name: str, tensor: Any) -> Any:
        if tensor is None or name not in fixed:
            return tensor
        return torch.cat([tensor, fixed[name]], dim=0 if ".lora_A." in name else 1).contiguous()

    return {name: joined(name, tensor) for name, tensor in own.items()}


def peak_memory() -> int | None:
    """Bytes: of the GPU where there is one, else of this process."""
    import torch

    if torch.cuda.is_available() and torch.cuda.is_initialized():
        return torch.cuda.max_memory_allocated()
    if os.name == "nt":
        return None
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def write_folder(target: Path, write: Callable[[Path], None]) -> None:
    """Writes a folder whole or not at all: aside, flushed, then renamed. SFT Workbench knows these names and removes what is left."""
    started = process_start(os.getpid())
    own = f"{os.getpid()}-{'x' if started is None else started}-1"
    aside, former = target.with_name(f"{target.name}.tmp-{own}"), target.with_name(f"{target.name}.old-{own}")
    # Not the folder above: where that is gone somebody deleted the run.
    target.parent.mkdir(exist_ok=True)
    aside.mkdir()
    write(aside)
    for file in aside.iterdir():
        descriptor = os.open(file, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)
    replaces = target.exists()
    if replaces:
        target.rename(former)
    aside.rename(target)
    if replaces:
        # A half-deleted folder must not bear the name of a whole one.
        former.rename(aside)
        shutil.rmtree(aside)


def train(folder: Path, job: dict[str, Any], owner: Owner, checkpoint: str | None) -> None:
    import torch

    events = Events(folder / "events.jsonl")
    tuner = Tuner(folder, job, owner, events, checkpoint)
    name = torch.cuda.get_device_name(tuner.device) if job["device"] != "cpu" else f"processor, {job['threads']} threads"
    if tuner.sharded:
        how = f"by DeepSpeed ZeRO-{tuner.stage} over" if tuner.stage is not None else "over"
        name += f", weights spread {how} {WORLD} processes"
    if tuner.unsloth is not None:
        name += f", by Unsloth {tuner.unsloth.version}"
    events.say("ready", device=name, torch=torch.__version__, step=tuner.step)
    try:
        outcome = tuner.run()
    except Refusal:
        raise
    except Exception:
        tuner.save_alone()
        raise
    events.say(outcome, step=tuner.step)
    if WORLD > 1:
        # None ends before the first has said so.
        torch.distributed.barrier()
    owner.end_launcher()


# ------------------------------------------------------------------------------------------------------------ answers


def answer(folder: Path, job: dict[str, Any]) -> None:
    """Reads requests from standard input and answers each with a line on standard output, until the input ends."""
    # What libraries print must not stand among the answers.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    import torch

    if job["device"] == "cpu":
        torch.set_num_threads(job["threads"])
    device = torch.device(job["device"])
    full = job["config"]["training_type"] == "full"
    loaded: dict[str, torch.nn.Module] = {}

    def model_of(name: str) -> tuple[torch.nn.Module, Any]:
        """One model at a time: of a base with an adapter both are the same weights."""
        kept = name if full else "both"
        if kept not in loaded:
            loaded.clear()
            if full:
                loaded[kept] = load_base(job, job["result"] if name == "tuned" else job["model"], device)
            else:
                loaded[kept] = with_adapter(load_base(job, job["model"], device), job["result"], False)
            loaded[kept].eval()
        model = loaded[kept]
        if hasattr(model, "prompt_encoder") and name == "base":
            return model.base_model, contextlib.nullcontext()
        return model, model.disable_adapter() if not full and name == "base" else contextlib.nullcontext()

    for line in sys.stdin:
        request = json.loads(line)
        model, scope = model_of(request["model"])
        with scope, torch.no_grad():
            if request["what"] == "score":
                rows = [Text(array("i", one["ids"]), one["trained"], "") for one in request["sequences"]]
                size = job["config"]["per_device_batch_size"]
                parts = [row_losses(model, rows[at : at + size], device).tolist() for at in range(0, len(rows), size)]
                given: Any = [loss for part in parts for loss in part]
            else:
                given = continuations(model, request["prompts"], job["stop_token_ids"], device)
        out.write(json.dumps({"id": request["id"], "given": given}) + "\n")
        out.flush()


# ------------------------------------------------------------------------------------------------------------- errors

GPU_FULL = (
    "halve per_device_batch_size and double gradient_accumulation_steps, which trains the same; or set gradient_checkpointing, "
    "load_in_4bit, or a lower max_seq_length"
)


def explain(error: BaseException) -> Refusal:
    """What ended this process, for a person."""
    if isinstance(error, Refusal):
        return error
    name, text = type(error).__name__, f"{type(error).__name__}: {error}"
    low = text.lower()
    if name == "OutOfMemoryError" or "out of memory" in low:
        return Refusal("gpu-memory", "the memory of the GPU is full", GPU_FULL)
    if isinstance(error, MemoryError):
        return Refusal("memory", "the memory of the machine is full", GPU_FULL)
    if isinstance(error, ImportError):
        missing = error.name or "a package"
        return Refusal("package-missing", f"{missing} cannot be imported: {error}", "install it; `sft python check` says what is needed")
    if isinstance(error, OSError) and error.errno == 28:
        return Refusal("disk-full", "cannot be saved: the disk is full", "free some space and resume the run")
    if "no kernel image" in low or "driver version is insufficient" in low or "driver on your system is too old" in low:
        remedy = "install a torch that fits the GPU and its driver; nvidia-smi says which CUDA the driver has"
        return Refusal("gpu-driver", text[:400], remedy)
    if name.startswith("Dist") or any(word in low for word in ("nccl", "gloo", "connection closed by peer", "connection reset by peer")):
        return Refusal("processes-lost", f"the processes lost each other: {text[:400]}", "resume the run from its last checkpoint")
    return Refusal("engine-error", text[:800], "engine/python.log in the run folder has all of it")


def write_error(folder: Path, error: BaseException) -> None:
    told = explain(error)
    note = {"time": time.time(), "rank": RANK, "code": told.code, "message": told.reason, "remedy": told.remedy, "place": told.place}
    aside = folder / f"error-{RANK}.json.part"
    aside.write_text(json.dumps(note) + "\n", encoding="utf-8")
    aside.replace(folder / f"error-{RANK}.json")


def launch(folder: Path, words: list[str]) -> None:
    """torchrun, but that it ends where its owner does: by itself it would start processes that nobody hears."""
    Owner(json.loads((folder / "job.json").read_text(encoding="utf-8")))
    from torch.distributed.run import main as torchrun

    torchrun(words)
    sys.stdout.flush()
    sys.stderr.flush()
    # It has waited for all that it has started; taking its libraries down takes seconds more.
    os._exit(0)


def main(words: list[str]) -> None:
    verb, folder = words[1], Path(words[2]).absolute()
    if verb == "launch":
        launch(folder, words[3:])
        return
    # First of all: whoever has to end this process must know it.
    identity = {"rank": RANK, "pid": os.getpid(), "started": process_start(os.getpid()), "host": HOST}
    (folder / f"rank-{RANK}.json").write_text(json.dumps(identity) + "\n", encoding="utf-8")
    try:
        job = json.loads((folder / "job.json").read_text(encoding="utf-8"))
        if job["contract"] != CONTRACT:
            raise Refusal("contract", f"the job has version {job['contract']} of the contract, this script {CONTRACT}", "use the script that came with sft")
        owner = Owner(job)
        if verb == "answer":
            answer(folder, job)
            return
        if job["processes"] != WORLD:
            raise Refusal("processes", f"{WORLD} processes were started, but the job needs {job['processes']}", "start that many with torchrun")
        train(folder, job, owner, words[words.index("--from") + 1] if "--from" in words else None)
        sys.stdout.flush()
        sys.stderr.flush()
        # All is written, and taking libraries and connections down by itself takes Python seconds.
        os._exit(0)
    except BaseException as error:  # every way out is written down
        traceback.print_exc()
        write_error(folder, error)
        sys.stdout.flush()
        sys.stderr.flush()
        # Not sys.exit: the remains of a broken process group may wait for ever.
        os._exit(FAILED)


if __name__ == "__main__":
    main(sys.argv)
