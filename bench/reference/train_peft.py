"""LoRA training with PyTorch, transformers and PEFT, timed: what bench/train.ts compares this engine with.

    python bench/reference/train_peft.py --shape smollm2-135m --mode padded --model DIR --examples FILE.json \
        --batch 4 --steps 3 --threads 2 --json

FILE.json is an array of {"ids": [...], "trained": [{"from": ..., "to": ...}, ...]}. Mode padded takes batches padded to their longest example, as the
usual collator makes them; mode unpadded takes the same examples one at a time and accumulates their gradients. Both average the loss
over the trained tokens of the whole batch, clip the gradient norm at 1 and take one AdamW step. One step warms up; `--steps` are timed.
--device cuda takes the base in bf16 under autocast, as bf16=True of a Trainer does; --load-in-4bit in NF4 with double quantization.
"""

import argparse
import contextlib
import json
import resource
import sys
import time

import peft
import torch
import transformers

# hidden_size, num_hidden_layers: what tells the folders of the shapes apart.
SHAPES = {"smollm2-135m": (576, 30), "llama-3.2-1b": (2048, 16), "llama-3.1-8b": (4096, 32)}
PROJECTIONS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
UNTRAINED = -100


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shape", required=True, choices=SHAPES)
    parser.add_argument("--mode", required=True, choices=["padded", "unpadded"])
    parser.add_argument("--model", required=True, metavar="DIR", help="config.json and model.safetensors")
    parser.add_argument("--examples", required=True, metavar="FILE.json")
    parser.add_argument("--batch", type=int, default=4, metavar="N", help="examples of an update")
    parser.add_argument("--accumulate", type=int, default=1, metavar="N", help="padded batches that they are taken in")
    parser.add_argument("--steps", type=int, default=3, metavar="N", help="timed steps, after one that is not")
    parser.add_argument("--threads", type=int, default=2, metavar="N")
    parser.add_argument("--device", default="cpu", metavar="NAME", help="as torch names it")
    parser.add_argument("--load-in-4bit", action="store_true")
    parser.add_argument("--profile", action="store_true", help="one more step under torch.profiler, its table on standard error")
    parser.add_argument("--json", action="store_true", help="one JSON line instead of key and value lines")
    return parser.parse_args()


def load_model(folder, shape, device, in_4bit):
    """The frozen base with LoRA r 16 on all seven projections: in fp32 on the processor, in bf16 or in 4 bits elsewhere."""
    dtype = torch.float32 if device == "cpu" and not in_4bit else torch.bfloat16
    quantization = transformers.BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=torch.bfloat16,
    )
    base = transformers.AutoModelForCausalLM.from_pretrained(
        folder,
        dtype=dtype,
        attn_implementation="sdpa",
        local_files_only=True,
        device_map={"": device},
        quantization_config=quantization if in_4bit else None,
    )
    found = (base.config.hidden_size, base.config.num_hidden_layers)
    if found != SHAPES[shape]:
        sys.exit(f"{folder} has hidden size and layers {found}, not {SHAPES[shape]} as {shape} has")
    base.config.use_cache = False
    if in_4bit:
        base = peft.prepare_model_for_kbit_training(base, use_gradient_checkpointing=False)
    lora = peft.LoraConfig(
        task_type="CAUSAL_LM", r=16, lora_alpha=16, lora_dropout=0.0, bias="none", target_modules=PROJECTIONS
    )
    model = peft.get_peft_model(base, lora)
    model.train()
    return model


def collate(examples, pad, device):
    """Right-padded ids, attention mask and labels, each [batch, longest]."""
    longest = max(len(example["ids"]) for example in examples)
    ids = torch.full((len(examples), longest), pad)
    mask = torch.zeros((len(examples), longest), dtype=torch.long)
    labels = torch.full((len(examples), longest), UNTRAINED)
    for row, example in enumerate(examples):
        length = len(example["ids"])
        ids[row, :length] = torch.tensor(example["ids"])
        mask[row, :length] = 1
        for span in example["trained"]:
            labels[row, span["from"] : span["to"]] = ids[row, span["from"] : span["to"]]
    return {"input_ids": ids.to(device), "attention_mask": mask.to(device), "labels": labels.to(device)}


def trained_tokens(example):
    """Targets of the shifted loss: the first token has nothing before it to be predicted from."""
    return sum(span["to"] - max(1, span["from"]) for span in example["trained"])


def train_step(model, optimizer, parameters, examples, rows, pad, autocast):
    """One optimizer step over the examples, so many rows at a time; the loss over all their trained tokens."""
    device = parameters[0].device
    parts = [examples[at : at + rows] for at in range(0, len(examples), rows)]
    count = torch.tensor(sum(trained_tokens(example) for example in examples), device=device)
    loss_sum = 0.0
    for part in parts:
        with autocast():
            loss = model(**collate(part, pad, device), num_items_in_batch=count).loss
        loss.backward()
        loss_sum += loss.item()
    torch.nn.utils.clip_grad_norm_(parameters, 1.0)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return loss_sum


def profiled(step):
    """Runs a step under the profiler and writes its costliest operators to standard error."""
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU]) as profile:
        step()
    print(profile.key_averages().table(sort_by="self_cpu_time_total", row_limit=16), file=sys.stderr)


def main():
    options = arguments()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    with open(options.examples, encoding="utf-8") as file:
        examples = json.load(file)
    needed = options.batch * (options.steps + 1)
    if len(examples) < needed:
        sys.exit(f"{options.examples} holds {len(examples)} examples; {options.steps + 1} batches need {needed}")
    batches = [examples[at : at + options.batch] for at in range(0, needed, options.batch)]

    model = load_model(options.model, options.shape, options.device, options.load_in_4bit)
    on_card = options.device.startswith("cuda")
    autocast = (lambda: torch.autocast("cuda", torch.bfloat16)) if on_card else contextlib.nullcontext
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=2e-4, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0)

    rows = 1 if options.mode == "unpadded" else options.batch // options.accumulate

    def step(batch):
        return train_step(model, optimizer, parameters, batch, rows, pad=0, autocast=autocast)

    step(batches[0])
    losses, step_seconds = [], []
    for batch in batches[1:]:
        start = time.perf_counter()
        losses.append(step(batch))
        step_seconds.append(time.perf_counter() - start)
    seconds = sum(step_seconds)
    # Linux counts kilobytes. Taken before the profiler, which has memory of its own.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    if options.profile:
        profiled(lambda: step(batches[1]))

    timed = [example for batch in batches[1:] for example in batch]
    tokens = sum(len(example["ids"]) for example in timed)
    trained = sum(trained_tokens(example) for example in timed)
    longest = [max(len(example["ids"]) for example in batch) for batch in batches[1:]]
    result = {
        "shape": options.shape,
        "mode": options.mode,
        "tokens": tokens,
        "trained_tokens": trained,
        "padded_tokens": options.batch * sum(longest) if options.mode == "padded" else tokens,
        "seconds": seconds,
        "step_seconds": step_seconds,
        "tokens_per_second": tokens / seconds,
        "trained_tokens_per_second": trained / seconds,
        "peak_rss_bytes": peak,
        "loss_first": losses[0],
        "loss_last": losses[-1],
        "threads": options.threads,
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "peft": peft.__version__,
    }
    if options.json:
        print(json.dumps(result))
    else:
        print("\n".join(f"{key} {value}" for key, value in result.items()))


if __name__ == "__main__":
    main()
