"""Makes src/text/rouge/testdata/scores.json: text pairs and their ROUGE scores, computed the plain way.

    python test/reference/rouge.py

Needs nltk for its Porter stemmer. Written from the definitions of google-research's rouge_score, without its code and without
the bit-parallel shortcuts of the product: whole tables, one cell at a time.
"""

import json
import random
import unicodedata
from collections import Counter
from pathlib import Path

from nltk.stem.porter import PorterStemmer

HERE = Path(__file__).resolve().parent
TARGET = HERE.parent.parent / "src" / "text" / "rouge" / "testdata" / "scores.json"
STEMMER = PorterStemmer()
LATIN = set("abcdefghijklmnopqrstuvwxyz0123456789")
# Scripts written without spaces, of which the texts below hold these.
UNSPACED = ("CJK UNIFIED", "HIRAGANA", "KATAKANA", "THAI")


def latin_tokens(text):
    return "".join(c if c in LATIN else " " for c in text.lower()).split()


def unicode_tokens(text):
    """Letters and digits with their marks; each letter of an unspaced script alone."""
    tokens, open_token, unspaced = [], False, False
    for c in unicodedata.normalize("NFC", text.lower()):
        kind = unicodedata.category(c)[0]
        alone = kind == "L" and unicodedata.name(c, "").startswith(UNSPACED)
        if kind == "M" and open_token:
            tokens[-1] += c
        elif kind in "LN":
            if open_token and not alone and not unspaced:
                tokens[-1] += c
            else:
                tokens.append(c)
            open_token, unspaced = True, alone
        else:
            open_token = unspaced = False
    return tokens


def tokenize(text, stemmer, any_script):
    tokens = unicode_tokens(text) if any_script else latin_tokens(text)
    if not stemmer:
        return tokens
    return [STEMMER.stem(t) if len(t) > 3 and set(t) <= LATIN else t for t in tokens]


def triple(matched, predicted, wanted):
    p = matched / predicted if predicted else 0.0
    r = matched / wanted if wanted else 0.0
    return [p, r, 2 * p * r / (p + r) if p + r > 0 else 0.0]


def ngram_score(target, prediction, n):
    grams = [Counter(tuple(t[i : i + n]) for i in range(len(t) - n + 1)) for t in (target, prediction)]
    return triple(sum((grams[0] & grams[1]).values()), sum(grams[1].values()), sum(grams[0].values()))


def table(a, b):
    cells = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            cells[i + 1][j + 1] = cells[i][j] + 1 if x == y else max(cells[i][j + 1], cells[i + 1][j])
    return cells


def chosen_positions(target, prediction):
    """Google's choice among the longest subsequences, as a set of positions in the target."""
    cells, i, j, found = table(target, prediction), len(target), len(prediction), set()
    while i and j:
        if target[i - 1] == prediction[j - 1]:
            i, j = i - 1, j - 1
            found.add(i)
        elif cells[i][j - 1] > cells[i - 1][j]:
            j -= 1
        else:
            i -= 1
    return found


def lsum_score(target_lines, prediction_lines):
    left_target, left_prediction = (Counter(t for line in lines for t in line) for lines in (target_lines, prediction_lines))
    wanted, predicted = sum(left_target.values()), sum(left_prediction.values())
    hits = 0
    for line in target_lines:
        union = set().union(*(chosen_positions(line, other) for other in prediction_lines))
        for token in (line[i] for i in sorted(union)):
            if left_target[token] > 0 and left_prediction[token] > 0:
                hits += 1
                left_target[token] -= 1
                left_prediction[token] -= 1
    return triple(hits, predicted, wanted)


def score(target, prediction, stemmer, any_script):
    def words(text):
        return tokenize(text, stemmer, any_script)

    t, p = words(target), words(prediction)
    lines = [[words(line) for line in text.split("\n") if line] for text in (target, prediction)]
    return {
        "rouge1": ngram_score(t, p, 1),
        "rouge2": ngram_score(t, p, 2),
        "rougeL": triple(table(t, p)[-1][-1], len(p), len(t)),
        "rougeLsum": lsum_score(*lines),
    }


LATIN_WORDS = """the The a of to licence license pay pays paying paid payment fee fees 5,000 office offices officer Lagos Abuja
Nigeria's passport passports renew renewal renewed applying applied apply online e-mail day days national nationally""".split()
OTHER_WORDS = ["ìwé", "ìwe\u0301", "Ọ̀nà", "ọ̀nà", "ẹ̀kọ́", "Ẹ̀KỌ́", "Ńdị", "ụ́lọ̀", "₦50,000", "İstanbul", "ΟΔΟΣ", "رخصة", "القيادة", "護照"]
OTHER_WORDS += ["更新护照", "日本のパス", "ใบขับขี่", "हिन्दी", "😀", "I❤️Lagos", "½", "٣٤", "naïve", "Ⅷ", "don\u2019t", "GPT4模型", "\u0301", "ſ", "K"]
SEPARATORS = [" "] * 8 + ["\n"] * 2 + [", ", " - ", "\n\n", "\r\n", "\t"]


def text_of(chosen, words, length):
    return "".join(chosen.choice(words) + chosen.choice(SEPARATORS) for _ in range(length))


def altered(chosen, text, words):
    """A prediction that shares much with its target: words changed, dropped, doubled and moved, lines kept or joined."""
    parts = text.split(" ")
    for _ in range(chosen.randint(0, len(parts))):
        at = chosen.randrange(len(parts))
        change = chosen.randrange(4)
        if change == 0:
            parts[at] = chosen.choice(words)
        elif change == 1 and len(parts) > 1:
            del parts[at]
        elif change == 2:
            parts.insert(at, parts[chosen.randrange(len(parts))])
        else:
            other = chosen.randrange(len(parts))
            parts[at], parts[other] = parts[other], parts[at]
    return " ".join(parts)


def pairs():
    chosen = random.Random(7)
    yield from [("", ""), ("", "a b"), ("a b", ""), ("\n\n", "\n"), ("!?", "..."), ("a", "a"), ("A a a a", "a a"), ("a\n\nb\n", "b\na")]
    # A few distinct words: many longest subsequences of equal length, so that the choice between them shows.
    for _ in range(90):
        few = list("abcd")[: chosen.randint(2, 4)]
        yield text_of(chosen, few, chosen.randint(2, 24)), text_of(chosen, few, chosen.randint(2, 24))
    for _ in range(110):
        words = LATIN_WORDS if chosen.random() < 0.4 else LATIN_WORDS + OTHER_WORDS
        target = text_of(chosen, words, chosen.randint(1, 25))
        yield target, altered(chosen, target, words)
    # More than one 32-column word of the bit rows, and more than two.
    for length in (31, 32, 33, 64, 65, 100, 150):
        target = text_of(chosen, list("abcde"), length)
        yield target, altered(chosen, target, list("abcdef"))
        yield target.replace("\n", " "), text_of(chosen, list("abc"), length).replace("\n", " ")


def main():
    chosen = random.Random(11)
    cases = []
    for target, prediction in pairs():
        stemmer, any_script = chosen.random() < 0.5, chosen.random() < 0.5
        scores = {k: [round(x, 10) for x in v] for k, v in score(target, prediction, stemmer, any_script).items()}
        cases.append(dict(target=target, prediction=prediction, stemmer=stemmer, unicode=any_script, scores=scores))
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    rows = ",\n".join(json.dumps(case, ensure_ascii=True) for case in cases)
    TARGET.write_text(f"[\n{rows}\n]\n", encoding="utf-8")
    print(f"{len(cases)} pairs: {TARGET}")


if __name__ == "__main__":
    main()
