"""Token counts and trained tokens as TRL's training templates give them, for ten conversations and each family that loads, and for ten more
with tools and the templates that know them. Writes text/trl.json, text/trl-tools.json and the tokenizers of DERIVED; run from anywhere, with trl 1.16: python test/reference/trl_templates.py

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


TOOLS = [
    {"type": "function", "function": {"name": "get_weather", "description": "The weather of a place, « now » or later.", "parameters": {"type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer", "maximum": 1e16}, "scale": {"type": "number", "default": 1.0}}, "required": ["city"]}}},
    {"type": "function", "function": {"name": "add", "description": "a + b, <b>exactly</b>", "parameters": {"type": "object", "properties": {"a": {"type": "number"}, "b": {"type": "number"}}}}},
]  # fmt: skip
T = "tool"


def calling(*calls, said=None, **rest):
    listed = [{"id": f"call{at:05}", "type": "function", "function": {"name": name, "arguments": given}} for at, name, given in calls]
    return (A, said, {"tool_calls": listed, **rest})


def result(content, name="get_weather", at=1):
    return (T, content, {"name": name, "tool_call_id": f"call{at:05}"})


NUMBERS = {"city": "Ìkejà", "scale": 1.0, "big": 12345678901234567890, "small": 1e-5, "large": 1e22, "none": None, "deep": {"a": [1, True, {}], "b": []}}
# Whether the functions are listed, and the conversation.
TOOL_CONVERSATIONS = [
    (True, talk((U, "Weather in Ikeja?"), calling((1, "get_weather", NUMBERS)), result('{"c": 31}'), (A, "It is 31 C."))),
    (True, talk((S, "Be brief."), (U, "1 + 2.5?"), calling((2, "add", {"a": 1, "b": 2.5})))),
    (True, talk((U, "Lagos?"), calling((1, "get_weather", {"city": "Lagos"})), result("hot"), (A, "Hot."), (U, "And Abuja?"), calling((2, "get_weather", {"city": "Abuja"})), result("cool", at=2), (A, "Cool."))),
    (True, talk((U, "Both?"), calling((1, "get_weather", {"city": "A"}), (2, "add", {"a": 1, "b": 2})), result("1"), result("3", "add", 2), (A, "Done."))),
    (True, talk((U, "Hi"), (A, "Hello."), (U, "Thanks"), (A, "Welcome."))),
    (False, talk((U, "Now?"), calling((1, "add", {})), result("0", "add"), (A, "Zero."))),
    (True, talk((U, "Step by step"), calling((1, "add", {"a": 1, "b": 1})), result("2", "add"), calling((2, "add", {"a": 2, "b": 2})), result("4", "add", 2), (A, "Four."))),
    (True, talk((U, "Say and call"), calling((1, "get_weather", {"city": "Kano"}), said="I look."), result("dry\n\n"), (A, "Dry."))),
    (True, talk((U, "Think"), calling((1, "add", {"a": 1, "b": 1}), reasoning_content="One and one."), result("2", "add"), (A, "Two.", {"reasoning_content": "It is two."}))),
    (True, talk((U, 'Quotes "a" \\ b'), calling((1, "get_weather", {"city": 'a "b" \\ \n c', "über": "日本 😀"})), result('"x"'), (A, "Ok."), (U, "Thanks"), (A, "Welcome."))),
]  # fmt: skip
# As FAMILIES; TRL has no training templates for the last two, and the original of the last is our own, after Mistral's.
TOOL_FAMILIES = {
    "Qwen 2.5": ("qwen", "qwen2.5-tools", theirs("qwen2_5_training"), theirs("qwen2_5"), "<|im_end|>", False, True),
    "Qwen 3": ("qwen", "qwen3-tools", theirs("qwen3_training"), theirs("qwen3"), "<|im_end|>", True, True),
    "Llama 3.1": ("llama-3", "llama-3.1-tools", None, theirs("llama3_1"), "<|eot_id|>", False, True),
    "Mistral": ("mistral", "mistral-tools", None, own("mistral-tools"), "</s>", False, False),
}  # fmt: skip


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


def tool_conversations(family, thoughts, system):
    for number, (listed, messages) in enumerate(TOOL_CONVERSATIONS):
        if family == "Llama 3.1" and any(len(turn.get("tool_calls", [])) > 1 for turn in messages):
            continue  # its template refuses them
        if not thoughts:
            messages = [{k: v for k, v in turn.items() if k != "reasoning_content"} for turn in messages]
        if family in ("Llama 3.1", "Mistral"):  # they write nothing beside a call
            messages = [{**turn, "content": None} if "tool_calls" in turn else turn for turn in messages]
        if not system:
            messages = [turn for turn in messages if turn["role"] != S]
        yield number, TOOLS if listed else None, messages


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


def expected(kind, messages, tools=None):
    name, template, training, original, end, *_ = kind
    tokenizer = load(name)
    family = template
    thinking = any("<think>" in (m["content"] or "") or "reasoning_content" in m for m in messages if m["role"] == A)
    keys = {"enable_thinking": thinking, "date_string": "05 Mar 2026"}

    def render(source, turns, prompt=False):
        return tokenizer.apply_chat_template(turns, tools=tools, chat_template=source, tokenize=False, add_generation_prompt=prompt, **keys)

    def encode(text):
        return tokenizer.encode(text, add_special_tokens=False)

    end_id = tokenizer.convert_tokens_to_ids(end)
    processed = tokenizer.apply_chat_template(
        messages, tools=tools, chat_template=training or original, return_dict=True, return_assistant_tokens_mask=training is not None, **keys
    )
    mask = processed.get("assistant_masks")
    all_ids = processed["input_ids"]
    answers = [i for i, m in enumerate(messages) if m["role"] == A]
    turns, texts, beside = [], [], []
    for at in answers:
        # As the family's own template asks, and as the training template goes on.
        asked_training = render(training or original, messages[:at], True)
        written = render(training or original, messages[: at + 1])
        assert written.startswith(asked_training), (family, asked_training, written)
        asked = render(original, messages[:at], True)
        for source in (own(template),):
            assert render(source, messages[:at], True) == asked, (family, render(source, messages[:at], True), asked)
            assert render(source, messages[: at + 1]) == render(original, messages[: at + 1]), (family, at)
        rest = written[len(asked_training) :]
        whole = asked + rest
        ids, prompt = encode(whole), encode(asked)
        assert ids[: len(prompt)] == prompt, family
        stop = ids.index(end_id, len(prompt)) + 1
        turns.append({"ids": ids[:stop], "from": len(prompt), "text": ids})
    # TRL's own mask, turn by turn: what is trained beside these.
    total = sum(mask or [])
    regions, begins, before = [], [], 0
    for place, value in enumerate(mask or []):
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
    assert mask is None or (len(regions) == len(turns) and sum(regions) == total), (family, regions)
    beside = [region - own_tokens for region, own_tokens in zip(regions, trained)]
    assert all(0 <= extra <= 8 for extra in beside), (family, beside, regions, trained)
    # One text where it begins as each of the others does.
    for turn in reversed(turns):
        span = [turn["from"], len(turn["ids"])]
        holder = next((one for one in texts if one["text"][: len(turn["ids"])] == turn["ids"]), None)
        if holder is None:
            texts.insert(0, {"text": turn["text"], "spans": [span]})
        else:
            holder["spans"].insert(0, span)
    assert len(texts) > 1 or texts[0]["text"] == all_ids, family
    texts = [{"tokens": len(one["text"]), "ids": digest(one["text"]), "spans": one["spans"]} for one in texts]
    return {"thinking": thinking, "trl": len(all_ids), "trained": trained, "texts": texts}


def main():
    for derived in DERIVED:
        write_tokenizer(derived)
    families = []
    for family, (tokenizer, template, *_, thoughts, system) in FAMILIES.items():
        for number, messages in conversations(thoughts, system, family.startswith("DeepSeek")):
            families.append({
                "family": family, "tokenizer": tokenizer, "template": template, "conversation": number,
                "messages": messages, **expected(FAMILIES[family], messages),
            })  # fmt: skip
    write(HERE / "trl.json", {"trl": trl.__version__, "now": "2026-03-05T14:07:09", "examples": families})
    calling_tools = []
    for family, (tokenizer, template, *_, thoughts, system) in TOOL_FAMILIES.items():
        for number, tools, messages in tool_conversations(family, thoughts, system):
            # Arguments and functions as text in every other one, as OpenAI and others write them.
            written = [as_text(turn) if number % 2 else turn for turn in messages]
            line = {"messages": written, **({} if tools is None else {"tools": json.dumps(tools) if number % 2 else tools})}
            calling_tools.append({
                "family": family, "tokenizer": tokenizer, "template": template, "conversation": number,
                "line": json.dumps(line, ensure_ascii=False), **expected(TOOL_FAMILIES[family], messages, tools),
            })  # fmt: skip
    write(HERE / "trl-tools.json", {"trl": trl.__version__, "now": "2026-03-05T14:07:09", "examples": calling_tools})


def as_text(turn):
    calls = [{**call, "function": {**call["function"], "arguments": json.dumps(call["function"]["arguments"])}} for call in turn.get("tool_calls", [])]
    return {**turn, "tool_calls": calls} if calls else turn


main()
