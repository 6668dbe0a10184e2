"""Makes python/locks/training.txt of the pyproject.toml beside it: every package that training needs, in one exact version, with the
hashes of its files. Needs uv, and a Python with `packaging`:  python3 scripts/python-locks.py

uv and pip install from it and take nothing else. Its first lines say how much is downloaded, by platform, for people to decide on.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    import tomllib
except ImportError:  # Python 3.10
    import tomli as tomllib

from packaging.requirements import Requirement
from packaging.utils import parse_wheel_filename

FOLDER = Path(__file__).resolve().parent.parent / "python" / "locks"
PYTHON = "3.12"
PLATFORMS = {
    "linux-x64": ("linux", "x86_64", r"manylinux.*x86_64|any"),
    "linux-arm64": ("linux", "aarch64", r"manylinux.*aarch64|any"),
    "darwin-arm64": ("darwin", "arm64", r"macosx.*(arm64|universal2)|any"),
    "win32-x64": ("win32", "AMD64", r"win_amd64|any"),
}
"""By the names that Node has: sys_platform, platform_machine, and the platforms of a wheel that fits."""


def uv(folder, *words):
    subprocess.run(["uv", *words], cwd=folder, check=True, stdout=subprocess.DEVNULL)


def fits(file, platform):
    """Whether a wheel can be installed on a platform, on PYTHON."""
    tags = parse_wheel_filename(file)[3]
    number = PYTHON.replace(".", "")
    return any(
        re.fullmatch(platform, tag.platform)
        and (tag.interpreter in (f"cp{number}", "py3") or (tag.interpreter.startswith("cp3") and tag.abi == "abi3"))
        for tag in tags
    )


def download(requirements, packages, name):
    """How much is downloaded on a platform, bytes."""
    system, machine, platform = PLATFORMS[name]
    facts = {"sys_platform": system, "platform_machine": machine, "python_version": PYTHON, "python_full_version": f"{PYTHON}.0"}
    facts["platform_system"] = {"linux": "Linux", "darwin": "Darwin", "win32": "Windows"}[system]
    total = 0
    for one in requirements:
        if one.marker is not None and not one.marker.evaluate(facts):
            continue
        wheels = packages[one.name, str(one.specifier)[2:]]
        total += max((wheel["size"] for wheel in wheels if fits(wheel["url"].rsplit("/", 1)[1], platform)), default=0)
    return total


def main():
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        shutil.copy(FOLDER / "pyproject.toml", folder)
        uv(folder, "lock", "--quiet", *sys.argv[1:])
        uv(folder, "export", "--quiet", "--frozen", "--no-emit-project", "--no-header", "--no-annotate", "--output-file", "lock.txt")
        lock = tomllib.loads((folder / "uv.lock").read_text())
        text = (folder / "lock.txt").read_text()
    packages = {(one["name"], one["version"]): one.get("wheels", []) for one in lock["package"] if "version" in one}
    lines = [line.removesuffix(" \\") for line in text.splitlines() if line[:1].isalnum()]
    requirements = [Requirement(line) for line in lines]
    sizes = [f"# download {name} {download(requirements, packages, name)}" for name in PLATFORMS]
    head = ["# Made by scripts/python-locks.py. Bytes to download by platform:", *sizes]
    (FOLDER / "training.txt").write_text("\n".join(head) + "\n" + text)


if __name__ == "__main__":
    main()
