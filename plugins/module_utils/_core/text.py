"""What others say is shown as text: nothing in it may command a terminal, hide, or turn a line around."""

from __future__ import annotations

from typing import Any

STAND_IN = "\N{REPLACEMENT CHARACTER}"
_COMMANDS = [*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
_IN_LINES = dict.fromkeys((one for one in _COMMANDS if chr(one) not in "\t\n"), STAND_IN)
_IN_A_LINE = dict.fromkeys(_COMMANDS, STAND_IN)


def clean(text: Any) -> str:
    """Return a text of one or more lines without control characters (C0, C1, DEL) and controls of direction."""
    return str(text).translate(_IN_LINES)


def clean_line(text: Any) -> str:
    """Return the same for a text that is to stay in its line."""
    return str(text).translate(_IN_A_LINE)
