"""Says what a Python has for training: one line of JSON. Runs on Python 3.6 and later and imports nothing but the standard library,
and torch where it is there."""

import json
import os
import sys

PACKAGES = ("torch", "transformers", "peft", "accelerate", "safetensors", "bitsandbytes", "deepspeed", "unsloth")


def versions():
    """The version of each package, None where it is not installed."""
    try:
        from importlib import metadata
    except ImportError:  # Python 3.7 and older, which are too old whatever they have
        return {}
    found = {}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = None
    return found


def graphics_cards():
    """What torch sees. Importing it takes seconds, and fails where its libraries are broken: that is what is asked."""
    import torch

    cards = []
    for index in range(torch.cuda.device_count() if torch.cuda.is_available() else 0):
        card = torch.cuda.get_device_properties(index)
        cards.append({"name": card.name, "memory": card.total_memory})
    return cards


def main():
    found = {"python": "%d.%d.%d" % sys.version_info[:3], "executable": sys.executable, "packages": versions(), "gpus": []}
    if found["packages"].get("torch") is not None:
        # What torch prints while it is imported must not stand among the JSON.
        out = os.dup(1)
        os.dup2(2, 1)
        try:
            found["gpus"] = graphics_cards()
        except Exception as error:  # whatever it is, a person has to see it
            found["broken"] = "%s: %s" % (type(error).__name__, error)
        sys.stdout.flush()
        os.dup2(out, 1)
    print(json.dumps(found))


main()
