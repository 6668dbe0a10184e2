"""What a shared library needs of the system that loads it, as JSON: python library-needs.py FILE.

libraries: those that are loaded with it. glibc: the newest version of a symbol (Linux). system: the oldest version of the system
that it is made for (macOS, Windows). exports: how many functions it offers.
"""

import json
import sys

import lief

binary = lief.parse(sys.argv[1])
needs = {"libraries": [], "glibc": None, "system": None, "exports": 0}


def numbers(version):
    return [int(part) for part in version.split(".")]


if isinstance(binary, lief.ELF.Binary):
    needs["libraries"] = list(binary.libraries)
    versions = [one.name for need in binary.symbols_version_requirement for one in need.get_auxiliary_symbols()]
    glibc = [name.removeprefix("GLIBC_") for name in versions if name.startswith("GLIBC_")]
    needs["glibc"] = max(glibc, key=numbers, default=None)
    needs["exports"] = sum(1 for symbol in binary.exported_symbols if symbol.name.startswith("sft_"))
elif isinstance(binary, lief.MachO.Binary):
    needs["libraries"] = [library.name for library in binary.libraries]
    needs["system"] = ".".join(map(str, binary.build_version.minos[:2]))
    needs["exports"] = sum(1 for symbol in binary.exported_symbols if symbol.name.startswith("_sft_"))
else:
    header = binary.optional_header
    needs["libraries"] = [library.name for library in binary.imports]
    needs["system"] = f"{header.major_operating_system_version}.{header.minor_operating_system_version}"
    needs["exports"] = sum(1 for entry in binary.get_export().entries if entry.name.startswith("sft_"))
print(json.dumps(needs))
