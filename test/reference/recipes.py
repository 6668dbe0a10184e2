"""
Trains with a recipe as the tool that it is for does, two steps on the CPU, and prints the losses of its steps as JSON; of a tool that wants
a GPU (axolotl) what its own reader makes of the configuration. Says on standard output, with exit code 3, which module is missing.

    python test/reference/recipes.py trl|llama-factory|axolotl FOLDER
"""

import glob
import importlib.util
import json
import os
import subprocess
import sys

MODULES = {"trl": "trl", "llama-factory": "llamafactory", "axolotl": "axolotl"}
# The last state that transformers' Trainer writes holds the loss of each step.
SAVED = {"use_cpu": "true", "save_strategy": "steps", "save_steps": "2"}


def trained(command: list[str]) -> dict:
    environment = {**os.environ, "DISABLE_VERSION_CHECK": "1", "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(done.stderr[-2000:])
    state = glob.glob("output/checkpoint-2/trainer_state.json")[0]
    with open(state, encoding="utf-8") as file:
        history = json.load(file)["log_history"]
    return {"losses": [entry["loss"] for entry in history if "loss" in entry]}


def trl() -> dict:
    overrides = [part for key, value in SAVED.items() for part in (f"--{key}", value)]
    return trained([sys.executable, "-c", "from trl.cli import main; main()", "sft", "--config", "trl.yaml", *overrides])


def llama_factory() -> dict:
    overrides = [f"{key}={value}" for key, value in SAVED.items()]
    return trained([sys.executable, "-m", "llamafactory.cli", "train", "llama-factory.yaml", *overrides])


def axolotl() -> dict:
    import yaml
    from axolotl.utils.schemas.config import AxolotlInputConfig

    with open("axolotl.yaml", encoding="utf-8") as file:
        settings = yaml.safe_load(file)
    read = AxolotlInputConfig(**settings)
    unknown = [key for key in settings if key not in AxolotlInputConfig.model_fields]
    return {"unknown": unknown, "read": {key: read.model_dump(mode="json")[key] for key in settings if key not in unknown}}


if __name__ == "__main__":
    tool, folder = sys.argv[1:]
    if importlib.util.find_spec(MODULES[tool]) is None:
        print(f"no module {MODULES[tool]}")
        sys.exit(3)
    os.chdir(folder)
    print(json.dumps({"trl": trl, "llama-factory": llama_factory, "axolotl": axolotl}[tool]()))
