"""Reference for src/text, made with `tokenizers` and `transformers`: small tokenizers, their encodings, rendered
conversations and trained masks. Writes text/; run from anywhere: python test/reference/text.py"""

import json
import random
from datetime import datetime
from pathlib import Path

import transformers.utils.chat_template_utils as chat_templates
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast

HERE = Path(__file__).parent / "text"
NOW = datetime(2026, 3, 5, 14, 7, 9)
random.seed(11)


class FixedClock(datetime):
    @classmethod
    def now(cls, tz=None):
        return NOW


chat_templates.datetime = FixedClock

LLAMA3_SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
QWEN_SPLIT = LLAMA3_SPLIT.replace(r"\p{N}{1,3}", r"\p{N}")

CORPUS = """
How do I renew my passport? Book an appointment, pay the fee of ₦35,000 and bring the old passport with you.
Where can Adébáyọ̀ register a business name? At the commission's portal; registration takes about two weeks.
The office in Abuja opens at 8:00 and closes at 16:00, Monday to Friday. It's closed on public holidays.
A driver's licence is valid for three or five years. Renewing it costs ₦15,000 or ₦21,000.
Ngozi's question: what documents are needed for a national identity number? A birth certificate and proof of address.
You'll receive an answer within 10 working days, and you can't appeal before then.
def total(items):
    return sum(item.price for item in items)
The answer is the answer to the question that the user asked the assistant. question answer system user assistant
Voters collect their cards at the local government office; the register is displayed for 7 days.
日本語の質問と答え。税金の番号はどこで申請しますか。窓口で申請します。
""".strip().split("\n")


def special(*contents):
    return [AddedToken(content, special=True, normalized=False) for content in contents]


def train_byte_level(pre_tokenizer, specials, normalizer=None, vocab=460, ignore_merges=False, extra=()):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizer
    if normalizer is not None:
        tokenizer.normalizer = normalizer
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(
        CORPUS,
        trainers.BpeTrainer(
            vocab_size=vocab, initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()), show_progress=False
        ),
    )
    data = json.loads(tokenizer.to_str())
    data["model"]["ignore_merges"] = ignore_merges
    tokenizer = Tokenizer.from_str(json.dumps(data))
    tokenizer.add_special_tokens(special(*specials))
    tokenizer.add_tokens(list(extra))
    return tokenizer


def byte_level_split(pattern):
    return pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(pattern), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )


def llama3():
    names = ["<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"]
    tokenizer = train_byte_level(byte_level_split(LLAMA3_SPLIT), names, ignore_merges=True)
    bos = tokenizer.token_to_id(names[0])
    tokenizer.post_processor = processors.Sequence(
        [
            processors.ByteLevel(trim_offsets=False),
            processors.TemplateProcessing(single=f"{names[0]} $A", special_tokens=[(names[0], bos)]),
        ]
    )
    return tokenizer, {"bos_token": names[0], "eos_token": "<|eot_id|>"}


def qwen():
    extra = [AddedToken("<think>", normalized=False), AddedToken("</think>", normalized=False)]
    tokenizer = train_byte_level(
        byte_level_split(QWEN_SPLIT),
        ["<|endoftext|>", "<|im_start|>", "<|im_end|>"],
        normalizer=normalizers.NFC(),
        extra=extra,
    )
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    return tokenizer, {"eos_token": "<|im_end|>", "pad_token": "<|endoftext|>"}


def smol():
    """Digits one by one, GPT-2's pattern, and added tokens with every option."""
    extra = [
        AddedToken("<left>", lstrip=True, normalized=False),
        AddedToken("<right>", rstrip=True, normalized=False),
        AddedToken("whole", single_word=True, normalized=False),
        AddedToken("wholes", normalized=True),
        AddedToken("   ", normalized=True),
    ]
    digits = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer = train_byte_level(digits, ["<|endoftext|>", "<|im_start|>", "<|im_end|>"], vocab=400, extra=extra)
    return tokenizer, {"bos_token": "<|im_start|>", "eos_token": "<|im_end|>"}


def sentence_piece(metaspace):
    """Llama 2's kind: blanks are U+2581, unknown characters are spelt as bytes, and there is no pre-tokenizer."""
    trained = Tokenizer(models.BPE())
    trained.pre_tokenizer = pre_tokenizers.Metaspace()
    trained.train_from_iterator(CORPUS[:9], trainers.BpeTrainer(vocab_size=420, show_progress=False))
    learned = json.loads(trained.to_str())["model"]
    pieces = ["<unk>", "<s>", "</s>"] + [f"<0x{byte:02X}>" for byte in range(256)]
    pieces += [piece for piece in learned["vocab"] if piece not in pieces]
    # Runs of blanks, as SentencePiece learns them.
    merges = [tuple(pair) for pair in learned["merges"]] + [("▁", "▁"), ("▁▁", "▁▁"), ("▁▁", "▁")]
    pieces += ["▁▁", "▁▁▁▁", "▁▁▁"]
    tokenizer = Tokenizer(
        models.BPE({p: i for i, p in enumerate(pieces)}, merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True)
    )
    if metaspace:
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first", split=False)
    else:
        tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    tokenizer.add_special_tokens(special("<unk>", "<s>", "</s>"))
    return tokenizer, {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}


TOKENIZERS = {
    "llama-3": llama3(),
    "qwen": qwen(),
    "smol": smol(),
    "llama-2": sentence_piece(metaspace=False),
    "mistral": sentence_piece(metaspace=True),
}

TEXTS = [
    "",
    " ",
    "   ",
    "\n",
    "How do I renew my passport?",
    "  two leading and two trailing  ",
    "don't I'LL we'Ve",
    "₦35,000 for Adébáyọ̀ and Ẹ̀bùn",
    "e\u0301\u0323 o\u0323\u0300 composed ọ̀",
    "x²³ ٣٤ ½ Ⅷ 12345 1,234.50",
    "\ufeffmark\u0085line\u00a0blank\u3000wide\u2028end",
    "日本語の質問と答え。新しい漢字。",
    "😀 👩‍👩‍👧 🇳🇬",
    "a\r\nb\r\n\r\n  c\n\n\nd",
    "def f(x):\n        return x\n",
    "tab\t\tand\u200bzero\u0000nul",
    "<0x0A> <0xZZ> ▁▁ ▁word",
    "<s>in</s> <|eot_id|>x<|im_start|>user\nhi<|im_end|> <unk>",
    "one <left> two <right>   three whole wholesome wholes awhole whole.",
    "answers answering questionable assistants",
    "a" * 150,
    "registration " * 20,
    " " * 40 + "x",
]
PARTS = [
    " ", "  ", "\n", "\r\n", "\t", "a", "the", "answer", "'s", "'S", "1", "23", "٣", "²", "é", "e\u0301", "Ọ", "₦", "!",
    "...", "-", "_", "日", "質問", "한", "😀", "\u200d", "\u00a0", "\u0085", "\ufeff", "<s>", "<|eot_id|>", "<left>",
    "<right>", "whole", "▁", "<0x0A>", "\U0001d7d8",
]  # fmt: skip
TEXTS += ["".join(random.choice(PARTS) for _ in range(random.randint(2, 16))) for _ in range(60)]

FORMATS = {
    # template: (tokenizer, the answer's first character is found after, the end of the turn, is the answer trimmed)
    "llama-2": ("llama-2", "[/INST] ", "</s>", True),
    "llama-3": ("llama-3", "<|start_header_id|>assistant<|end_header_id|>\n\n", "<|eot_id|>", True),
    "llama-3.1": ("llama-3", "<|start_header_id|>assistant<|end_header_id|>\n\n", "<|eot_id|>", True),
    "mistral": ("mistral", "[/INST]", "</s>", False),
    "chatml": ("qwen", "<|im_start|>assistant\n", "<|im_end|>", False),
    "qwen3": ("qwen", "<|im_start|>assistant\n<think>\n\n</think>\n\n", "<|im_end|>", False),
}

USER = {"role": "user", "content": "  How do I renew my passport? "}
CONVERSATIONS = [
    [USER],
    [{"role": "system", "content": "Be brief: \"yes\" or ‘no’."}, USER],
    [USER, {"role": "assistant", "content": "Book an appointment.\n"}, {"role": "user", "content": "What is the fee?"}],
]
EXAMPLES = [
    {"question": "How do I renew my passport?", "answer": "Book an appointment and pay ₦35,000."},
    {"question": "Where is the office?\n", "answer": " In Abuja,\n\nnear the market. "},
    {"question": "Who is Adébáyọ̀?", "answer": "日本語 😀 assistant [/INST] user"},
    {"question": "the answer", "answer": "\nthe answer"},
]


def fast(name, template):
    tokenizer, names = TOKENIZERS[name]
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, chat_template=template, clean_up_tokenization_spaces=False, **names
    )


def render(tokenizer, messages, prompt):
    try:
        # The product always switches thinking off.
        return tokenizer.apply_chat_template(
            messages, tokenize=False, add_generation_prompt=prompt, enable_thinking=False
        )
    except Exception as error:  # noqa: BLE001 - the template's own refusal is part of the reference
        return {"raises": str(error)}


def trained_mask(encoding, start, end):
    """A token is trained when one of its characters lies in [start, end)."""
    return "".join("1" if a < end and b > start and b > a else "0" for a, b in encoding.offsets)


def write(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


def encodings_of(tokenizer, size, encode, texts):
    """What a tokenizer makes of texts, and of ids that stand together by chance."""
    ids = [encode(text) for text in texts]
    loose = [[random.randrange(size) for _ in range(random.randint(1, 10))] for _ in range(60)]
    return {
        "size": size,
        "ids": ids,
        "decoded": [tokenizer.decode(each, skip_special_tokens=False) for each in ids],
        "loose": [[each, tokenizer.decode(each, skip_special_tokens=True)] for each in loose],
    }


def main():
    encodings = {}
    for name, (tokenizer, names) in TOKENIZERS.items():
        write(HERE / "tokenizers" / name / "tokenizer.json", json.loads(tokenizer.to_str()))
        write(HERE / "tokenizers" / name / "tokenizer_config.json", names)
        encode = lambda text: tokenizer.encode(text, add_special_tokens=False).ids
        encodings[name] = encodings_of(tokenizer, tokenizer.get_vocab_size(), encode, TEXTS)
    write(HERE / "encodings.json", {"texts": TEXTS, "tokenizers": encodings})

    rendered, examples = [], []
    for template, (name, opening, closing, trimmed) in FORMATS.items():
        tokenizer = fast(name, (HERE / "templates" / f"{template}.jinja").read_text(encoding="utf-8"))
        for messages in CONVERSATIONS:
            text = render(tokenizer, messages, prompt=True)
            ids = tokenizer.encode(text, add_special_tokens=False) if isinstance(text, str) else None
            rendered.append({"template": template, "tokenizer": name, "messages": messages, "text": text, "ids": ids})
        for example in EXAMPLES:
            messages = [
                {"role": "user", "content": example["question"]},
                {"role": "assistant", "content": example["answer"]},
            ]
            text = render(tokenizer, messages, prompt=False)
            start = text.index(opening) + len(opening)
            answer = example["answer"].strip() if trimmed else example["answer"]
            if template == "qwen3":
                answer = answer.lstrip("\n")
            assert text[start:].startswith(answer), (template, text)
            end = text.index(closing, start + len(answer)) + len(closing)
            encoding = tokenizer.backend_tokenizer.encode(text, add_special_tokens=False)
            mask = trained_mask(encoding, start, end)
            examples.append(
                {"template": template, "tokenizer": name, **example, "ids": encoding.ids, "trained": mask}
            )
    write(HERE / "chat.json", {"now": NOW.isoformat(), "rendered": rendered, "examples": examples})


if __name__ == "__main__":
    main()
