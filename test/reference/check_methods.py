"""
Per-example NLL, by PEFT, of adapters that this project wrote; test/parity/methods.test.ts runs it where SFT_PYTHON names a Python with PEFT.

    python test/reference/check_methods.py MODEL [--in-4bit] FOLDER...

MODEL is a folder of models/, taken in 4 bits without double quantisation where that is said; prints a JSON list with a list for each FOLDER.
"""

import json
import sys
from pathlib import Path

import torch
from peft import PeftModel

import models_nf4
from models_training import example_nll

model_folder, *folders = (argument for argument in sys.argv[1:] if argument != "--in-4bit")
examples = json.loads((Path(model_folder) / "expected.json").read_text())["examples"]
found = []
for folder in folders:
    base = models_nf4.load(Path(model_folder))
    if "--in-4bit" in sys.argv:
        base = models_nf4.in_4bit(base, False)
    model = PeftModel.from_pretrained(base, folder).eval()
    with torch.no_grad():
        found.append([example_nll(model, example).item() for example in examples])
print(json.dumps(found))
