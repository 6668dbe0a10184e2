"""JSON that people can read: objects spread over lines, lists of plain values on one line."""

import json

import numpy


def shorten(value):
    """Nine significant digits hold every fp32 value exactly; learning rates are fp64 and stay as they are."""
    if isinstance(value, numpy.ndarray):
        return [float(f"{x:.9g}") for x in value.tolist()] if value.ndim == 1 else [shorten(row) for row in value]
    return value


def dumps(value, indent: int = 0) -> str:
    value = shorten(value)
    inner, outer = "  " * (indent + 1), "  " * indent
    if isinstance(value, dict) and value:
        rows = [f"{inner}{json.dumps(key)}: {dumps(item, indent + 1)}" for key, item in value.items()]
        return "{\n" + ",\n".join(rows) + f"\n{outer}}}"
    if isinstance(value, list) and any(isinstance(item, (dict, numpy.ndarray)) for item in value):
        return "[\n" + ",\n".join(inner + dumps(item, indent + 1) for item in value) + f"\n{outer}]"
    if isinstance(value, list) and any(isinstance(item, list) and len(str(item)) > 60 for item in value):
        return "[\n" + ",\n".join(inner + dumps(item, indent + 1) for item in value) + f"\n{outer}]"
    return json.dumps(value)
