"""The two texts of a file's diff: of the desired one the placeholders, of the observed one nothing secret.

The old value of a secret that changes is unknown to us, and the file of a stranger holds secrets we never heard of.
So a line is shown only as the declared line that it equals or that it differs from by its secret alone; in all others
known secrets are masked and whatever looks like one is hidden.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from .._core import secret
from . import ini

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

HIDDEN = "<hidden>"
NAMES = re.compile(
    r"(?i)^(\s*[\w.\[\]-]*(?:pass|secret|token|credential|_key\b|apikey|cookie)[\w.-]*\s*[=:]"
    r"(?!\s*(?:true|false)$)\s*)(.+)$"
)
URL = re.compile(r"(://[^:/@\s]*:)\S+@")  # to the last @: passwords hold some, too
BLOCK = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?-----END [A-Z ]*PRIVATE KEY-----", re.DOTALL)


def scrub(text: str) -> str:
    """Return a line with what looks like a secret hidden: by the option's name, or as the password in a URL."""
    return NAMES.sub(rf"\1{HIDDEN}", URL.sub(rf"\1{HIDDEN}@", text))


def show_declared(text: str) -> str:
    """Return a declared text as it may be shown: what looks like a secret and has no placeholder is an operator's."""
    lines = [line if secret.names_in(line) else scrub(line) for line in text.split("\n")]
    return "\n".join(lines)


def texts(observed: str | None, content: str, shown: str, secrets: Mapping[str, Any]) -> tuple[str, str]:
    """Return ``(before, after)``. ``content`` (with secrets) and ``shown`` (with placeholders) have the same lines.

    A line whose secret alone differs says ``(changed)`` after its placeholder. The comments of a packaged default,
    a thousand lines of them, are left out.
    """
    if observed is None:
        return "", shown
    if len(ini.lines_of(content)) != len(ini.lines_of(shown)):
        return "(something else)\n", shown
    desired = dict(zip(_lines(content), (line for _, line in _lines(shown))))
    patterns = [
        (section, _pattern(line), line) for section, line in dict.fromkeys(_lines(shown)) if secret.names_in(line)
    ]
    before, changed = [], set()
    for section, line in _lines(_without_comments(BLOCK.sub(HIDDEN, observed), content)):
        same = desired.get((section, line))
        if same is None:
            same = next((text for place, form, text in patterns if place == section and form.fullmatch(line)), None)
            if same is not None:
                changed.add((section, same))
        before.append(scrub(secret.mask(line, secrets)) if same is None else same)
    after = [line + " (changed)" * ((section, line) in changed) for section, line in _lines(shown)]
    return _join(before), _join(after)


def _without_comments(observed: str, content: str) -> str:
    """Return a text without the comments that the declared one does not have; all of it if nothing else differs."""
    declared = ini.lines_of(content)
    lines: list[str] = []
    for line in ini.lines_of(observed):
        gap = not line.strip() and (not lines or not lines[-1])
        comment = line.strip()[:1] in ("#", ";") and line not in declared
        if not gap and not comment:
            lines.append(line)
    return _join(lines) if lines != declared else observed


def _lines(text: str) -> Iterator[tuple[str, str]]:
    """Yield each line with the section of an INI file that it is in."""
    section = ""
    for line in ini.lines_of(text):
        if line.startswith("["):
            section = line
        yield section, line


def _pattern(line: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in secret.PLACEHOLDER.split(line)[::3]), re.DOTALL)


def _join(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
