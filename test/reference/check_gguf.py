#!/usr/bin/env python3
"""Prints what the gguf package reads in a GGUF file, as JSON: metadata by key, and type and shape of each tensor.

    venv/bin/pip install gguf && venv/bin/python test/reference/check_gguf.py model.gguf
"""

import json
import sys
from pathlib import Path

# The script's own folder holds a folder of the package's name.
sys.path.pop(0)

from gguf import GGUFReader  # noqa: E402

reader = GGUFReader(Path(sys.argv[1]))
own = ("GGUF.version", "GGUF.tensor_count", "GGUF.kv_count")
print(
    json.dumps(
        {
            "metadata": {key: field.contents() for key, field in reader.fields.items() if key not in own},
            "tensors": {t.name: [t.tensor_type.name.lower(), [int(n) for n in reversed(t.shape)]] for t in reader.tensors},
        }
    )
)
