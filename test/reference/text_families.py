"""Tokenizers in the form that each family's tokenizer.json has (small vocabularies of their own), two of the Unigram kind among them, with the
ids and texts that transformers gives. Writes text/families.json and text/families/; run from anywhere: python test/reference/text_families.py"""

import base64
import json
import os
import random
import struct

os.environ["TOKENIZERS_PARALLELISM"] = "false"

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast

from text import (
    CORPUS, EXAMPLES, HERE, LLAMA3_SPLIT, PARTS, QWEN_SPLIT, TEXTS, encodings_of, render, sentence_piece, special, trained_mask,
    train_byte_level, write,
)  # fmt: skip

UPPER, LOWER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
SHORT = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)"
O200K_SPLIT = (
    rf"[^\r\n\p{{L}}\p{{N}}]?{UPPER}*{LOWER}+{SHORT}?|[^\r\n\p{{L}}\p{{N}}]?{UPPER}+{LOWER}*{SHORT}?|\p{{N}}{{1,3}}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
PHI4_SPLIT = LLAMA3_SPLIT.replace(r"[\r\n]*", r"[\r\n/]*")


def added(content, **flags):
    return AddedToken(content, **{"normalized": False, **flags})


def byte_level(pattern, specials, inverted=False, **rest):
    """`inverted`: as converted from tiktoken, what the pattern does not find is removed."""
    behavior = {"behavior": "removed", "invert": True} if inverted else {"behavior": "isolated"}
    stages = [
        pre_tokenizers.Split(Regex(pattern), **behavior),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ]
    return train_byte_level(pre_tokenizers.Sequence(stages), specials, **rest)


def gemma3():
    tokenizer, _ = sentence_piece(metaspace=False)
    tokenizer.normalizer = normalizers.Replace(" ", "▁")
    tokenizer.pre_tokenizer = pre_tokenizers.Split(" ", behavior="merged_with_previous")
    tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    tokenizer.add_special_tokens(special("<bos>", "<eos>", "<start_of_turn>", "<end_of_turn>"))
    tokenizer.add_tokens([added(text) for text in ["<unused0>", "\n\n", "\n\n\n", "▁▁", "▁▁▁", "<table>", "[@BOS@]"]])
    bos = tokenizer.token_to_id("<bos>")
    tokenizer.post_processor = processors.TemplateProcessing(single="<bos> $A", special_tokens=[("<bos>", bos)])
    return tokenizer, {"bos_token": "<bos>", "eos_token": "<eos>", "unk_token": "<unk>"}


def phi3():
    tokenizer, _ = sentence_piece(metaspace=False)
    turns = ["<|endoftext|>", "<|system|>", "<|user|>", "<|assistant|>", "<|end|>"]
    tokenizer.add_special_tokens([added(text, special=True, rstrip=text != "<|endoftext|>") for text in turns])
    tokenizer.add_special_tokens([added("</s>", rstrip=True)])
    return tokenizer, {"bos_token": "<s>", "eos_token": "<|endoftext|>", "unk_token": "<unk>"}


def phi4():
    turns = ["<|im_start|>", "<|im_sep|>", "<|im_end|>"]
    tokenizer = byte_level(PHI4_SPLIT, ["<|endoftext|>"], inverted=True)
    tokenizer.add_special_tokens([added(text, special=True, lstrip=True, rstrip=True) for text in turns])
    return tokenizer, {"bos_token": "<|endoftext|>", "eos_token": "<|im_end|>"}


def phi4_mini():
    tokenizer = byte_level(O200K_SPLIT, ["<|endoftext|>"], inverted=True)
    turns = ["<|system|>", "<|user|>", "<|assistant|>", "<|end|>"]
    tokenizer.add_special_tokens([added(text, special=True, rstrip=True) for text in turns])
    return tokenizer, {"bos_token": "<|endoftext|>", "eos_token": "<|endoftext|>"}


def smollm3():
    extra = [added("<think>"), added("</think>"), added("<tool_call>")]
    specials = ["<|begin_of_text|>", "<|end_of_text|>", "<|im_start|>", "<|im_end|>"]
    tokenizer = byte_level(LLAMA3_SPLIT, specials, ignore_merges=True, extra=extra)
    return tokenizer, {"eos_token": "<|im_end|>"}


def granite3():
    digits = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    specials = ["<|end_of_text|>", "<fim_prefix>", "<|start_of_role|>", "<|end_of_role|>"]
    return train_byte_level(digits, specials), {"bos_token": "<|end_of_text|>", "eos_token": "<|end_of_text|>"}


def olmo2():
    extra = [added("|||IP_ADDRESS|||"), added("<|padding|>")]
    tokenizer = byte_level(LLAMA3_SPLIT, ["<|endoftext|>", "<|im_start|>", "<|im_end|>"], inverted=True, extra=extra)
    return tokenizer, {"bos_token": "<|endoftext|>", "eos_token": "<|endoftext|>"}


def qwen3():
    extra = [added(text) for text in ["<tool_call>", "</tool_call>", "<think>", "</think>"]]
    tokenizer = byte_level(
        QWEN_SPLIT, ["<|endoftext|>", "<|im_start|>", "<|im_end|>"], normalizer=normalizers.NFC(), extra=extra
    )
    return tokenizer, {"eos_token": "<|im_end|>", "pad_token": "<|endoftext|>"}


def learned_pieces():
    """Pieces and scores of a Unigram model, blanks as U+2581."""
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.train_from_iterator(
        CORPUS[:9] * 4, trainers.UnigramTrainer(vocab_size=300, unk_token="<unk>", show_progress=False)
    )
    vocab = json.loads(tokenizer.to_str())["model"]["vocab"]
    # The last digits, and the order of equals, change from run to run.
    rounded = [(piece, round(score, 3)) for piece, score in vocab if piece != "<unk>"]
    return sorted(rounded, key=lambda entry: (-entry[1], entry[0]))


def unigram_bytes():
    """As transformers converts SentencePiece models of the Unigram kind for Llama: unknown characters are spelt as bytes."""
    head = [("<unk>", 0.0), ("<s>", 0.0), ("</s>", 0.0)] + [(f"<0x{byte:02X}>", 0.0) for byte in range(256)]
    blanks = [("▁▁", -7.0), ("▁▁▁▁", -7.5)]
    tokenizer = Tokenizer(models.Unigram(head + learned_pieces() + blanks, unk_id=0, byte_fallback=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    tokenizer.add_special_tokens(special("<unk>", "<s>", "</s>"))
    return tokenizer, {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}


def unigram():
    """As transformers converts other SentencePiece models: a compiled character map, words at blanks, unknown characters lost."""
    head = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0)]
    tokenizer = Tokenizer(models.Unigram(head + learned_pieces() + [("ẹ", -9.0)], unk_id=3))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Precompiled(character_map(CHARACTERS)),
            normalizers.Strip(left=False, right=True),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(prepend_scheme="always")
    tokenizer.add_special_tokens(special("<s>", "<pad>", "</s>", "<unk>"))
    tokenizer.add_special_tokens([added("<mask>", lstrip=True)])
    return tokenizer, {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}


# A few of SentencePiece's nmt_nfkc: blanks become one kind, marks that nobody sees go, letters are composed.
CHARACTERS = {
    "\t": " ", "\n": " ", "\r": " ", "\u00a0": " ", "\u3000": " ", "\u0085": " ", "\u2028": " ", "\u200b": "", "\ufeff": "",
    "e\u0323": "ẹ", "o\u0323": "ọ", "e\u0301": "é", "²": "2", "½": "1⁄2", "Ⅷ": "VIII", "ﬁ": "fi", "…": "...", "😀": ":)",
}  # fmt: skip


def character_map(entries):
    """SentencePiece's precompiled_charsmap: a double array (as darts-clone lays it out) from UTF-8 to places in the texts behind it."""
    texts, tree = b"", {}
    for source, text in entries.items():
        node = tree
        for byte in source.encode():
            node = node.setdefault(byte, {})
        node[0] = len(texts)  # no byte of a text is 0: its end
        texts += text.encode() + b"\0"
    units, taken = {0: 0}, {0}

    def place(at, node):
        base = next(base for base in range(at ^ 256, 1 << 16, 256 if 0 in node else 1) if fits(at, base, node))
        taken.update(base ^ label for label in node)
        units[at] |= (at ^ base) << 10 | (0 in node) << 8
        for label, child in node.items():
            units[base ^ label] = (1 << 31 | child) if label == 0 else label
        for label, child in node.items():
            if label != 0:
                place(base ^ label, child)

    def fits(at, base, node):
        return (at ^ base) < 1 << 21 and not any(base ^ label in taken for label in node)

    place(0, tree)
    table = [units.get(at, 1 << 31) for at in range((max(units) | 255) + 1)]
    return struct.pack(f"<I{len(table)}I", 4 * len(table), *table) + texts


FAMILIES = {
    "gemma3": gemma3, "phi3": phi3, "phi4": phi4, "phi4-mini": phi4_mini, "smollm3": smollm3, "granite3": granite3, "olmo2": olmo2,
    "qwen3": qwen3, "unigram-bytes": unigram_bytes, "unigram": unigram,
}  # fmt: skip

OWN = ["▁▁", "\n\n", "<bos>", "<end_of_turn>", "<|end|>", "<|im_sep|>", "<mask>", "|||IP_ADDRESS|||", "HTTPServer", "it'S", "a/\n/b", "½", "ﬁ"]
OWN_TEXTS = [
    "<start_of_turn>user\nHow?<end_of_turn>\n<start_of_turn>model\n",
    "<|user|>\nHow do I renew it?<|end|>\n<|assistant|>\n So.",
    "a <|im_start|> user <|im_sep|> b",
    "HTTPServer's getURL() it'S WE'LL camelCase x²/\n/y",
    "one … ﬁve Ⅷ½ e\u0323\u0301 o\u0323\u0300 \u200b end  ",
    "😀\u200d😀 a\u0301b 12\t34",
    "<unk><s>x</s><unk> 日本 <mask> 日",
]


FORMATS = {
    # tokenizer: (template, the answer's first character is found after, the end of the turn)
    "gemma3": ("gemma-3", "<start_of_turn>model\n", "<end_of_turn>"),
    "unigram-bytes": ("llama-2", "[/INST] ", "</s>"),
    "unigram": ("llama-2", "[/INST] ", "</s>"),
}


def trained_examples(name, tokenizer):
    template, opening, closing = FORMATS[name]
    tokenizer.chat_template = (HERE / "templates" / f"{template}.jinja").read_text(encoding="utf-8")
    for example in EXAMPLES:
        question, answer = example["question"], example["answer"].strip()
        turns = [{"role": "user", "content": question}, {"role": "assistant", "content": example["answer"]}]
        text = render(tokenizer, turns, prompt=False)
        start = text.index(opening) + len(opening)
        assert text[start:].startswith(answer), text
        end = text.index(closing, start + len(answer)) + len(closing)
        encoding = tokenizer.backend_tokenizer.encode(text, add_special_tokens=False)
        mask = trained_mask(encoding, start, end)
        yield {"template": template, "tokenizer": f"families/{name}", **example, "ids": encoding.ids, "trained": mask}


def main():
    random.seed(17)
    texts = TEXTS + OWN_TEXTS
    texts += ["".join(random.choice(PARTS + OWN) for _ in range(random.randint(2, 16))) for _ in range(60)]
    encodings, examples = {}, []
    for name, make in FAMILIES.items():
        tokenizer, names = make()
        folder = HERE / "families" / name
        write(folder / "tokenizer.json", json.loads(tokenizer.to_str()))
        write(folder / "tokenizer_config.json", {"tokenizer_class": "PreTrainedTokenizerFast", **names})
        fast = PreTrainedTokenizerFast.from_pretrained(folder, clean_up_tokenization_spaces=False)
        encode = lambda text: fast.encode(text, add_special_tokens=False)
        encodings[name] = encodings_of(fast, len(fast), encode, texts)
        if name in FORMATS:
            examples += trained_examples(name, fast)
    write(HERE / "families.json", {"texts": texts, "tokenizers": encodings, "examples": examples})


if __name__ == "__main__":
    main()
