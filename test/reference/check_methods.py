"""
Per-example NLL, by PEFT, of adapters that this project wrote; test/parity/methods.test.ts runs it where SFT_PYTHON names a Python with PEFT.

    python test/reference/check_methods.py MODEL FOLDER...

MODEL is a folder of models/; prints a JSON list with a list for each FOLDER.
"""

import json
import sys
from pathlib import Path

import torch
from peft import PeftModel

import models_nf4
from models_training import example_nll

model_folder, *folders = sys.argv[1:]
examples = json.loads((Path(model_folder) / "expected.json").read_text())["examples"]
found = []
for folder in folders:
    model = PeftModel.from_pretrained(models_nf4.load(Path(model_folder)), folder).eval()
    with torch.no_grad():
        found.append([example_nll(model, example).item() for example in examples])
print(json.dumps(found))
