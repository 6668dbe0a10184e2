"""
Reference for src/text/later-tokens.ts: what transformers makes of added tokens that stand outside tokenizer.json. Writes text/added-tokens.json,
from text/tokenizers/qwen; run from anywhere: python test/reference/added_tokens.py
"""

import json
import tempfile
from pathlib import Path

from transformers import PreTrainedTokenizerFast

HERE = Path(__file__).parent / "text"
BASE = json.loads((HERE / "tokenizers" / "qwen" / "tokenizer.json").read_text(encoding="utf-8"))
TEXTS = [
    "<|im_start|>user\nWhere is it?<|im_end|>\n<|im_start|>assistant\nIn  Abuja.<|im_end|>\n<|endoftext|>",
    "a  <|extra|>  b<|pad|> <tool> the<tool>answer",
    "<think> question </think>",
]


def token(content, **flags):
    return {"content": content, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True} | flags


ALL = {str(entry["id"]): {key: value for key, value in entry.items() if key != "id"} for entry in BASE["added_tokens"]}
IN_VOCABULARY = next(text for text in BASE["model"]["vocab"] if len(text) > 4)

# Each: the added tokens that tokenizer.json keeps, and the other files of the folder.
CASES = {
    "the end token stands in added_tokens_decoder alone": (["<|endoftext|>", "<|im_start|>"], {"tokenizer_config.json": {"added_tokens_decoder": ALL, "eos_token": "<|im_end|>"}}),
    "all stand in added_tokens_decoder alone": ([], {"tokenizer_config.json": {"added_tokens_decoder": ALL}}),
    "the end token is named, and stands nowhere": (["<|endoftext|>", "<|im_start|>"], {"tokenizer_config.json": {"eos_token": "<|im_end|>"}}),
    "a named token is written as an object": (["<|endoftext|>", "<|im_start|>"], {"tokenizer_config.json": {"eos_token": token("<|im_end|>", rstrip=True) | {"__type": "AddedToken"}, "pad_token": "<|pad|>"}}),
    "the id in added_tokens_decoder is not the next": (["<|endoftext|>"], {"tokenizer_config.json": {"added_tokens_decoder": {"470": token("<|im_end|>"), "466": token("<|im_start|>")}}}),
    "added_tokens_decoder has other flags": ([entry["content"] for entry in BASE["added_tokens"]], {"tokenizer_config.json": {"added_tokens_decoder": {"462": token("<|im_end|>", rstrip=True, special=False)}}}),
    "added_tokens.json alone": (["<|endoftext|>"], {"added_tokens.json": {"<|im_start|>": 461, "<|im_end|>": 462, "<tool>": 463}, "special_tokens_map.json": {"eos_token": "<|im_end|>"}, "tokenizer_config.json": {}}),
    "added_tokens.json beside added_tokens_decoder": (["<|endoftext|>"], {"added_tokens.json": {"<tool>": 463}, "tokenizer_config.json": {"added_tokens_decoder": {"461": token("<|im_start|>"), "462": token("<|im_end|>")}}}),
    "additional_special_tokens": (["<|endoftext|>", "<|im_start|>", "<|im_end|>"], {"tokenizer_config.json": {"additional_special_tokens": ["<|extra|>", token("<tool>", lstrip=True) | {"__type": "AddedToken"}]}}),
    "extra_special_tokens": (["<|endoftext|>", "<|im_start|>", "<|im_end|>"], {"tokenizer_config.json": {"extra_special_tokens": ["<|extra|>"]}}),
    "special_tokens_map.json names new ones": (["<|endoftext|>", "<|im_start|>"], {"special_tokens_map.json": {"eos_token": "<|im_end|>", "pad_token": token("<|pad|>")}, "tokenizer_config.json": {}}),
    "special_tokens_map.json beside added_tokens_decoder": (["<|endoftext|>", "<|im_start|>"], {"special_tokens_map.json": {"eos_token": "<|im_end|>"}, "tokenizer_config.json": {"added_tokens_decoder": {"460": token("<|endoftext|>")}}}),
    "a token of the vocabulary is added": (["<|endoftext|>"], {"tokenizer_config.json": {"added_tokens_decoder": {"300": token(IN_VOCABULARY, special=False)}}}),
    "an empty token": (["<|endoftext|>"], {"tokenizer_config.json": {"added_tokens_decoder": {"461": token(""), "462": token("<|im_end|>")}}}),
    "the end token is not marked special where it is added": (["<|endoftext|>", "<|im_start|>"], {"tokenizer_config.json": {"added_tokens_decoder": {"462": token("<|im_end|>", special=False, normalized=True)}, "eos_token": "<|im_end|>"}}),
}


def load(kept, files, folder):
    base = BASE | {"added_tokens": [entry for entry in BASE["added_tokens"] if entry["content"] in kept]}
    (folder / "tokenizer.json").write_text(json.dumps(base), encoding="utf-8")
    for name, value in files.items():
        (folder / name).write_text(json.dumps(value), encoding="utf-8")
    return PreTrainedTokenizerFast.from_pretrained(folder)


cases = []
for name, (kept, files) in CASES.items():
    with tempfile.TemporaryDirectory() as folder:
        tokenizer = load(kept, files, Path(folder))
    encoded = [tokenizer.encode(text, add_special_tokens=False) for text in TEXTS]
    cases.append({
        "name": name,
        "kept": kept,
        "files": files,
        "added": {entry.content: {"id": id, "special": tokenizer.decode([id], skip_special_tokens=True) == ""} for id, entry in sorted(tokenizer.added_tokens_decoder.items())},
        "ids": encoded,
        "without_special": [tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False) for ids in encoded],
    })
    print(name, cases[-1]["added"])
document = {"texts": TEXTS, "cases": cases}
(HERE / "added-tokens.json").write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
