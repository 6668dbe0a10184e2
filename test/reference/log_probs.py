"""Reference for src/serve: log probabilities of examples/tiny-llama with transformers, fp32, one prompt at a time. Writes log_probs.json;
run from anywhere: python test/reference/log_probs.py"""

import json
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

HERE = Path(__file__).parent
MODEL = HERE.parent.parent / "examples" / "tiny-llama"
TOP = 5
TEXTS = [
    "The office",
    "A bank",
    "How do I renew my passport? The fee is ₦35,000, Adébáyọ̀.",
    # Longer than what is read in one pass.
    "A receipt is a paper that says what was paid, by whom, and when. " * 9,
]
# Fewer tokens than a pass over many rows has, and ids beside any text.
IDS = [[5], [5, 6, 7], [300, 12, 12, 700, 41]]

torch.set_num_threads(1)
tokenizer = AutoTokenizer.from_pretrained(MODEL)
model = AutoModelForCausalLM.from_pretrained(MODEL, dtype=torch.float32).eval()


def rows(ids):
    """fp32 [len(ids), vocab]: the distribution after each token."""
    with torch.no_grad():
        return torch.log_softmax(model(input_ids=torch.tensor([ids])).logits[0].double(), dim=-1)


def until_stop(text):
    """Ids of the text and of the greedy answer to it, without the stop token that ends it."""
    ids = tokenizer(text, add_special_tokens=False).input_ids
    out = model.generate(torch.tensor([ids]), attention_mask=torch.ones(1, len(ids)), do_sample=False, max_new_tokens=200)
    out = out[0].tolist()
    stops = model.generation_config.eos_token_id
    assert out[-1] in (stops if isinstance(stops, list) else [stops]), "the answer does not end"
    return out[:-1]


def case(ids, text=None):
    """Of every token but the first, and of the greedy one that comes next: its log probability and the likeliest ones."""
    after = rows(ids)
    greedy = int(after[-1].argmax())
    likely = []
    for row, token in zip(after, [*ids[1:], greedy]):
        best = row.topk(TOP)
        likely.append(
            {
                "id": token,
                "logprob": round(row[token].item(), 7),
                "top": [[int(i), round(v, 7)] for i, v in zip(best.indices.tolist(), best.values.tolist())],
            }
        )
    return {**({} if text is None else {"text": text}), "ids": ids, "likely": likely}


cases = [case(tokenizer(text, add_special_tokens=False).input_ids, text) for text in TEXTS]
cases += [case(ids) for ids in IDS]
question = tokenizer.apply_chat_template(
    [{"role": "user", "content": "What is a receipt?"}], tokenize=False, add_generation_prompt=True
)
cases.append(case(until_stop(question)))
(HERE / "log_probs.json").write_text(json.dumps({"top": TOP, "cases": cases}) + "\n", encoding="utf-8")
print(f"{len(cases)} prompts, {sum(len(one['ids']) for one in cases)} tokens")
