"""Writes wheels of packages that hold nothing but their names into a folder, and a lock of them:  make-wheels.py FOLDER LOCK

torch says that it sees no GPU, which is all that is asked of it while Python is set up.
"""

import hashlib
import sys
import zipfile
from pathlib import Path

PACKAGES = {"torch": "2.15.0", "transformers": "5.24.0", "peft": "0.21.2", "accelerate": "1.15.0", "safetensors": "0.8.0"}
TORCH = "class cuda:\n    is_available = staticmethod(lambda: False)\n"


def wheel(folder, name, version):
    file = folder / f"{name}-{version}-py3-none-any.whl"
    info = f"{name}-{version}.dist-info"
    parts = {
        f"{name}/__init__.py": TORCH if name == "torch" else "",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    parts[f"{info}/RECORD"] = "".join(f"{part},,\n" for part in [*parts, f"{info}/RECORD"])
    with zipfile.ZipFile(file, "w") as archive:
        for part, text in parts.items():
            archive.writestr(part, text)
    return hashlib.sha256(file.read_bytes()).hexdigest()


folder = Path(sys.argv[1])
folder.mkdir(parents=True)
lines = [f"{name}=={version} --hash=sha256:{wheel(folder, name, version)}\n" for name, version in PACKAGES.items()]
Path(sys.argv[2]).write_text("".join(lines))
