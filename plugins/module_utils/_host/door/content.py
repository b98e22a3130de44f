"""What is in a file that may not be there, or whose process may have ended.

Absence is a value, and that nobody could look is an error; but below ``/proc`` things go between two looks.
"""

from __future__ import annotations

from ..._core.errors import ObserveError


def read(path: str) -> str | None:
    """Return a file's text, None where there is no such file. Raises ``ObserveError``."""
    try:
        return _load(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ObserveError(f"{path} cannot be read: {error.strerror}") from error


def read_proc(path: str) -> str:
    """Return what the kernel says below ``/proc``, empty where the process has ended or there is no such table."""
    try:
        return _load(path)
    except OSError:
        return ""


def _load(path: str) -> str:
    with open(path, encoding="utf-8", errors="replace") as source:
        return source.read()
