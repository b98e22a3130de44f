"""libvirt's qemu.conf: what may stand in it, and how."""

from __future__ import annotations

import re
from typing import Any

_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
VALUE = "must be a text of one line without both kinds of quotes, a whole number, true, false, or a list of these"


def is_name(name: Any) -> bool:
    """Return whether it is the name of a setting."""
    return isinstance(name, str) and _NAME.fullmatch(name) is not None


def is_value(value: Any) -> bool:
    """Return whether libvirt could read a value, or each of a list of them, back as it is."""
    if isinstance(value, (list, tuple)):
        return all(not isinstance(one, (list, tuple)) and is_value(one) for one in value)
    if isinstance(value, str):
        return value.isprintable() and not {'"', "'"} <= set(value) and "<secret:" not in value
    return isinstance(value, int) and abs(value) < 1 << 63


def check(value: Any) -> str:
    """Check settings by name."""
    good = isinstance(value, dict) and all(is_name(name) and is_value(one) for name, one in value.items())
    return "" if good else f"must be {{name: value}}, and a value {VALUE}"


def literal(value: Any) -> str:
    """Return a value in libvirt's configuration syntax, which knows two kinds of quotes and no escapes."""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(literal(one) for one in value) + "]"
    mark = "'" if '"' in str(value) else '"'
    return str(value) if isinstance(value, int) else f"{mark}{value}{mark}"
