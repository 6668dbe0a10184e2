"""Makes src/text/rouge/testdata/stems.json: words and the stems that NLTK's Porter stemmer (its extensions mode) gives them.

    python test/reference/stems.py

Needs nltk. The words: each suffix the stemmer knows, alone and in pairs, behind stems of every measure and ending that its
conditions ask about; its irregular words; and seeded random strings of the letters that its rules turn on.
"""

import json
import random
from pathlib import Path

import nltk
from nltk.stem.porter import PorterStemmer

HERE = Path(__file__).resolve().parent
TARGET = HERE.parent.parent / "src" / "text" / "rouge" / "testdata" / "stems.json"

STEMS = """a b i y s ab at by yo tr tree sky hop wil fail fall roll hiss fizz tann box show play enjoy troubl relat
condit valenc hesit digit conform radic differ vil analog vietnam predic oper feud decis hope call form sensit geo apo
archaeolog triplic electr good reviv allow infer airlin gyroscop adjust irrit replac adopt commun activ angul effect
bowdl prob rat ceas contr syzyg queue eye""".split()

SUFFIXES = """s ss sses ies ied eed ed ing at bl iz ated bling izing y ly ational tional enci anci ency izer bli abli ably alli
ally entli eli ousli ization ation ator alism iveness fulness ousness aliti ality iviti biliti fulli fully logi logy
icate ative alize iciti ical ful ness al ance ence er ic able ible ant ement ment ent ion sion tion ou ism ate iti ous ive
ize e ll le""".split()

IRREGULAR = """sky skies dying lying tying die lie tie dies ties lies news new inning innings outing outings canning cannings
howe proceed exceed succeed proceeds succeeded flies died spied cries used is as us yes this was 2024 3rds 100s""".split()


def words() -> list[str]:
    chosen = random.Random(20)
    found = {*IRREGULAR, *STEMS, *SUFFIXES}
    found.update(stem + suffix for stem in STEMS for suffix in SUFFIXES)
    while len(found) < 5600:
        letters = "".join(chosen.choice("aeiouyybdlmnstzwxr") for _ in range(chosen.randint(1, 6)))
        found.add(letters + "".join(chosen.sample(SUFFIXES, chosen.randint(0, 2))))
    return sorted(found)


def main() -> None:
    stemmer = PorterStemmer()
    stems = {word: stemmer.stem(word) for word in words()}
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    pairs = [f"{json.dumps(word)}: {json.dumps(stem)}" for word, stem in stems.items()]
    TARGET.write_text("{\n" + ",\n".join(pairs) + "\n}\n", encoding="utf-8")
    print(f"{len(stems)} words, nltk {nltk.__version__}: {TARGET}")


if __name__ == "__main__":
    main()
