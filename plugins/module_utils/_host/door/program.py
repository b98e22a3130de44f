"""OpenStack's own programs, each as its own user: what they are told comes over standard input, never as arguments.

When one fails, its last words are a statement's text and a link to a manual; what is wrong stands further up.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..._core.errors import ApplyError
from . import command

if TYPE_CHECKING:
    from collections.abc import Sequence

# The line of a traceback that names the exception, as it is or behind the prefix of a log.
_EXCEPTION = re.compile(r"(?:^|\s)((?:\w+\.)*\w*(?:Error|Exception|NotFound|Refused|Exists)\b.*)$")


def change(doing: str, user: str, argv: Sequence[str], stdin: str = "", timeout: float = 120) -> None:
    """Run a program as a user. Raises ``ApplyError`` that says what we were ``doing`` and what was wrong."""
    answer = command.run(["runuser", "-u", user, "--", *argv], stdin, timeout=timeout)
    if answer is None:
        raise ApplyError(
            f"{doing} did not end within {timeout:.0f} s: is the database busy, or locked by somebody else?"
        )
    if answer.status:
        raise ApplyError(f"{doing} failed: {complaint_in(answer.err) or complaint_in(answer.out) or answer.said}")


def complaint_in(text: str) -> str:
    """Return the last line that names an exception, or an empty string."""
    for line in reversed(text.splitlines()):
        found = _EXCEPTION.search(line)
        if found and not line.startswith((" ", "\t")):
            return found.group(1).strip()
    return ""
