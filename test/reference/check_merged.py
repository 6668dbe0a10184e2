"""
Per-example NLL by transformers, in fp32, of merged models that this project wrote; test/export/merged-in-transformers.test.ts runs it where
SFT_PYTHON names a Python with transformers.

    python test/reference/check_merged.py [FIXTURE FOLDER]...

FIXTURE is a folder of models/, whose examples are taken; prints a JSON list with a list for each FOLDER.
"""

import json
import sys
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM

from models_training import example_nll

found = []
for fixture, folder in zip(sys.argv[1::2], sys.argv[2::2], strict=True):
    examples = json.loads((Path(fixture) / "expected.json").read_text())["examples"]
    model, report = AutoModelForCausalLM.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager", output_loading_info=True
    )
    left = {key: sorted(map(str, names)) for key, names in report.items() if names}
    if left:
        sys.exit(f"{folder}: {left}")
    with torch.no_grad():
        found.append([example_nll(model.eval(), example).item() for example in examples])
print(json.dumps(found))
