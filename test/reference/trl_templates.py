"""Token counts and trained tokens as TRL's training templates give them, for ten conversations and each family that loads. Writes
text/trl.json and the tokenizers of DERIVED; run from anywhere, with trl 1.16: python test/reference/trl_templates.py

TRL trains every assistant turn between its {% generation %} marks. Two kinds of tokens lie between the marks that the model is never asked to
write: those of its own prompt (the line feed after the header in Qwen 2.5, the header in DeepSeek-R1-Distill, the empty thoughts of Qwen 3 that is
asked without) and the line feed behind the
token that ends the turn. They are left out of
`trained` (at most 8 an answer, asserted below). Templates that TRL has no training template for get marks
here around what they write for the assistant.

A prompt is what the family's own template writes with add_generation_prompt. `texts` are those whose prompts begin them: one for the whole
conversation, and where a template writes earlier answers otherwise later on (Qwen 3, DeepSeek-R1-Distill) one for each."""

import hashlib
import json
from pathlib import Path

import trl
from transformers import PreTrainedTokenizerFast

HERE = Path(__file__).parent / "text"
TRL = Path(trl.__file__).parent / "chat_templates"

U, A, S = "user", "assistant", "system"


def talk(*turns):
    return [{"role": role, "content": content, **(rest[0] if rest else {})} for role, content, *rest in turns]


CONVERSATIONS = [
    talk((U, "How do I renew my passport?"), (A, "Book an appointment and pay the fee.")),
    talk((S, "Be brief."), (U, "Where is the office?"), (A, "In Abuja.")),
    talk((U, "  How? "), (A, " So,\n\nand no other way. "), (U, "Why?\n"), (A, "\nBecause.")),
    talk((S, "Be kind."), (U, "Who is Adébáyọ̀?"), (A, "日本語 😀 user"), (U, "And the fee?"), (A, "₦35,000."), (U, "Ok."), (A, "Good.")),
    talk((U, "a"), (A, "b"), (U, "c"), (A, "d"), (U, "e"), (A, "f"), (U, "g"), (A, "h")),
    talk((U, "the answer " * 20), (A, "the question " * 20), (U, "assistant"), (A, "12345 1,234.50")),
    talk((U, "What is 2+3?"), (A, "<think>\nTwo and three.\n</think>\n\nIt is 5.")),
    talk((U, "2+2?"), (A, "<think>\nEasy.\n</think>\n\n4"), (U, "3+3?"), (A, "<think>\nTwice three.\n</think>\n\n6")),
    talk((S, "Think."), (U, "Why?"), (A, "So.", {"reasoning_content": "Let me see."}), (U, "And?"), (A, "No more.", {"reasoning_content": "Hm."})),
    talk((U, "Hi"), (A, "Hello."), (U, "2+3?"), (A, "<think>\nFive.\n</think>\n\n5"), (U, "Thanks"), (A, "Welcome.")),
]  # fmt: skip


def own(name):
    return (HERE / "templates" / f"{name}.jinja").read_text(encoding="utf-8")


def theirs(name):
    return (TRL / f"{name}.jinja").read_text(encoding="utf-8")


def marked(name, line, replacement):
    source = own(name)
    assert source.count(line) == 1, (name, line)
    return source.replace(line, replacement)


def branch(output):
    """The same output for all turns, marked for the assistant; what stands before "content" is the header."""
    header, rest = output
    return (
        "{%- if turn['role'] == 'assistant' %}{{- " + header + " }}{% generation %}{{- " + rest + " }}{% endgeneration %}"
        "{%- else %}{{- " + header + " + " + rest + " }}{%- endif %}"
    )


HEADER = "'<|im_start|>' + turn['role'] + '\\n'"
LLAMA = "'<|start_header_id|>' + turn.role + '<|end_header_id|>\\n\\n'"
# family: (tokenizer, own template, TRL's or marked training template, TRL's original, the token that ends a turn, thoughts, system)
FAMILIES = {
    "Llama 3": ("llama-3", "llama-3", theirs("llama3_training"), theirs("llama3"), "<|eot_id|>", False, True),
    "Llama 3.1": ("llama-3", "llama-3.1", marked(
        "llama-3.1",
        "{{- '<|start_header_id|>' + turn.role + '<|end_header_id|>\\n\\n' + turn.content | trim + '<|eot_id|>' }}",
        branch((LLAMA, "turn.content | trim + '<|eot_id|>'")),
    ), own("llama-3.1"), "<|eot_id|>", False, True),
    "Llama 2": ("llama-2", "llama-2", marked(
        "llama-2",
        "{{- ' ' + content | trim + ' ' + eos_token }}",
        # The blank before an answer is the prompt's, where it is a token of its own.
        "{{- ' ' }}{% generation %}{{- content | trim + ' ' + eos_token }}{% endgeneration %}",
    ), own("llama-2"), "</s>", False, True),
    "SmolLM2": ("smol", "chatml", marked(
        "chatml",
        "{{- '<|im_start|>' + turn['role'] + '\\n' + turn['content'] + '<|im_end|>' + '\\n' }}",
        branch((HEADER, "turn['content'] + '<|im_end|>' + '\\n'")),
    ), own("chatml"), "<|im_end|>", False, True),
    "Mistral": ("mistral", "mistral", marked(
        "mistral",
        "{{ turn.content ~ eos_token }}",
        "{% generation %}{{ turn.content ~ eos_token }}{% endgeneration %}",
    ), own("mistral"), "</s>", False, False),
    "Qwen 2.5": ("qwen", "qwen2.5", theirs("qwen2_5_training"), theirs("qwen2_5"), "<|im_end|>", False, True),
    "Qwen 3": ("qwen", "qwen3", theirs("qwen3_training"), theirs("qwen3"), "<|im_end|>", True, True),
    "Qwen 3 2507": ("qwen", "qwen3-2507", theirs("qwen3_instruct_2507_training"), theirs("qwen3_instruct_2507"), "<|im_end|>", False, True),
    "Gemma 3": ("gemma-3", "gemma-3", theirs("gemma3_training"), theirs("gemma3"), "<end_of_turn>", False, True),
    "Phi-3": ("phi-3", "phi-3", theirs("phi3_training"), theirs("phi3"), "<|end|>", False, True),
    "DeepSeek-R1-Distill": ("deepseek", "deepseek-r1", theirs("deepseek_r1_distill_training"), theirs("deepseek_r1_distill"), "<｜end▁of▁sentence｜>", True, True),
}  # fmt: skip


def write(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


# Qwen's small tokenizer with the special tokens of other families: (tokens, begins, ends).
DERIVED = {
    "deepseek": (["<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>", "<｜User｜>", "<｜Assistant｜>"], 0, 1),
    "gemma-3": (["<bos>", "<eos>", "<start_of_turn>", "<end_of_turn>"], 0, 1),
    "phi-3": (["<|endoftext|>", "<|system|>", "<|user|>", "<|assistant|>", "<|end|>"], None, 0),
}


def write_tokenizer(name):
    data = json.loads((HERE / "tokenizers/qwen/tokenizer.json").read_text(encoding="utf-8"))
    names, begins, ends = DERIVED[name]
    known = {token["content"] for token in data["added_tokens"]}
    at = max(token["id"] for token in data["added_tokens"]) + 1
    like = next(token for token in data["added_tokens"] if token["special"])
    new = [content for content in names if content not in known]
    data["added_tokens"] += [{**like, "id": at + i, "content": content} for i, content in enumerate(new)]
    write(HERE / f"tokenizers/{name}/tokenizer.json", data)
    bos = {} if begins is None else {"bos_token": names[begins]}
    write(HERE / f"tokenizers/{name}/tokenizer_config.json", {**bos, "eos_token": names[ends]})


def load(name):
    folder = HERE / "tokenizers" / name
    config = json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8"))
    return PreTrainedTokenizerFast(tokenizer_file=str(folder / "tokenizer.json"), clean_up_tokenization_spaces=False, **config)


def digest(ids):
    return hashlib.sha256(",".join(map(str, ids)).encode()).hexdigest()[:12]


def conversations(thoughts, system, every):
    for number, messages in enumerate(CONVERSATIONS):
        if not thoughts:  # a template that does not read reasoning_content would drop it
            messages = [{k: v for k, v in turn.items() if k != "reasoning_content"} for turn in messages]
        if not system:
            messages = [turn for turn in messages if turn["role"] != S]
        if every:  # the training template of R1 writes no thoughts where there are none, and its prompt opens some
            messages = [
                {**turn, "content": "<think>\nWell.\n</think>\n\n" + turn["content"]}
                if turn["role"] == A and "<think>" not in turn["content"]
                else turn
                for turn in [{k: v for k, v in turn.items() if k != "reasoning_content"} for turn in messages]
            ]
        yield number, messages


def expected(family, messages):
    name, template, training, original, end, *_ = FAMILIES[family]
    tokenizer = load(name)
    thinking = any("<think>" in m["content"] or "reasoning_content" in m for m in messages if m["role"] == A)
    keys = {"enable_thinking": thinking, "date_string": "05 Mar 2026"}

    def render(source, turns, prompt=False):
        return tokenizer.apply_chat_template(turns, chat_template=source, tokenize=False, add_generation_prompt=prompt, **keys)

    def encode(text):
        return tokenizer.encode(text, add_special_tokens=False)

    end_id = tokenizer.convert_tokens_to_ids(end)
    processed = tokenizer.apply_chat_template(
        messages, chat_template=training, return_dict=True, return_assistant_tokens_mask=True, **keys
    )
    mask = processed["assistant_masks"]
    all_ids = processed["input_ids"]
    answers = [i for i, m in enumerate(messages) if m["role"] == A]
    turns, texts, beside = [], [], []
    for at in answers:
        # As the family's own template asks, and as the training template goes on.
        asked_training = render(training, messages[:at], True)
        written = render(training, messages[: at + 1])
        assert written.startswith(asked_training), (family, asked_training, written)
        asked = render(original, messages[:at], True)
        for source in (own(template),):
            assert render(source, messages[:at], True) == asked, (family, render(source, messages[:at], True), asked)
        rest = written[len(asked_training) :]
        whole = asked + rest
        ids, prompt = encode(whole), encode(asked)
        assert ids[: len(prompt)] == prompt, family
        stop = ids.index(end_id, len(prompt)) + 1
        turns.append({"ids": ids[:stop], "from": len(prompt), "text": ids})
    # TRL's own mask, turn by turn: what is trained beside these.
    total = sum(mask)
    regions, begins, before = [], [], 0
    for place, value in enumerate(mask):
        if value and not before:
            regions.append(0)
            begins.append(place)
        if value:
            regions[-1] += 1
        before = value
    for turn, begin in zip(turns, begins):
        if all_ids[: len(turn["ids"])] == turn["ids"]:
            turn["from"] = max(turn["from"], begin)
    trained = [len(t["ids"]) - t["from"] for t in turns]
    assert len(regions) == len(turns) and sum(regions) == total, (family, regions)
    beside = [region - own_tokens for region, own_tokens in zip(regions, trained)]
    assert all(0 <= extra <= 8 for extra in beside), (family, beside, regions, trained)
    # One text where it begins as each of the others does.
    last = turns[-1]["text"]
    for turn in turns[:-1]:
        if last[: len(turn["ids"])] != turn["ids"]:
            texts.append({"tokens": len(turn["text"]), "ids": digest(turn["text"]), "spans": [[turn["from"], len(turn["ids"])]]})
    spans = [[t["from"], len(t["ids"])] for t in turns if last[: len(t["ids"])] == t["ids"]]
    if not texts:
        assert last == all_ids, family
    texts.append({"tokens": len(last), "ids": digest(last), "spans": spans})
    return {"thinking": thinking, "trl": len(all_ids), "trained": trained, "texts": texts}


def main():
    for derived in DERIVED:
        write_tokenizer(derived)
    families = []
    for family, (tokenizer, template, *_, thoughts, system) in FAMILIES.items():
        for number, messages in conversations(thoughts, system, family.startswith("DeepSeek")):
            families.append({
                "family": family, "tokenizer": tokenizer, "template": template, "conversation": number,
                "messages": messages, **expected(family, messages),
            })  # fmt: skip
    write(HERE / "trl.json", {"trl": trl.__version__, "now": "2026-03-05T14:07:09", "examples": families})


main()
