"""Single options put into an INI file that is somebody else's: its other lines, comments and order stay as they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from . import ini

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True)
class OptionLines:
    """An option in a file: lines ``first`` to ``last`` (exclusive), and its value as oslo.config reads it."""

    section: str
    option: str
    first: int
    last: int
    value: str


def _read_value(text: str) -> str:
    """Return what oslo.config takes from the text after ``=``: stripped, and one pair of quotes taken off."""
    text = text.strip()
    return text[1:-1] if text and text[0] in "\"'" and text[0] == text[-1] else text


def _entries(lines: Sequence[str]) -> list[OptionLines]:
    """Return the options of a file, each with the lines that continue it. What is not an assignment is passed over."""
    found: list[OptionLines] = []
    section, open_option = "", False
    for number, line in enumerate(lines):
        text = line.rstrip()
        if open_option and text and text[0] in " \t":
            last = found[-1]
            found[-1] = OptionLines(section, last.option, last.first, number + 1, f"{last.value}\n{text.lstrip()}")
            continue
        open_option = False
        if text.startswith("[") and text.endswith("]"):
            section = text[1:-1]
        elif text and text[0] not in "#; \t[" and ("=" in text or ":" in text):
            cut = min(text.find(mark) for mark in "=:" if mark in text)
            found.append(OptionLines(section, text[:cut].strip(), number, number + 1, _read_value(text[cut + 1 :])))
            open_option = True
    return found


def canonical(text: str) -> str:
    """Return an INI file as ``ini.render`` would have written its options: what differs then is an option."""
    lines: list[str] = [ini.HEADER] if text.startswith(ini.HEADER) else []
    section = None
    for entry in sorted(_entries(ini.lines_of(text)), key=lambda one: (*ini.rank(one.section), one.option)):
        if entry.section != section:
            section = entry.section
            lines += ["", f"[{section}]"]
        lines.append(f"{entry.option} = {ini.quote(entry.value)}".replace("\n", " ").rstrip(" "))
    return "".join(f"{line}\n" for line in lines)


def merge(text: str, options: Mapping[str, Mapping[str, Any]], secrets: Mapping[str, Any] | None = None) -> str:
    """Return ``text`` with the options of ``{section: {option: value}}`` set; None takes an option out.

    A list is written as a repeated option. An option that is set already stays as it is written. With ``secrets``
    None the placeholders stay.
    """
    lines = ini.lines_of(text)
    for section, body in options.items():
        ini.check_section(section)
        for option, value in body.items():
            lines = _set(lines, section, option, ini.option_lines(section, option, value, secrets))
    return "".join(f"{line}\n" for line in lines)


def _set(lines: list[str], section: str, option: str, wanted: list[str]) -> list[str]:
    present = [entry for entry in _entries(lines) if (entry.section, entry.option) == (section, option)]
    if [entry.value for entry in present] == [entry.value for entry in _entries(wanted)]:
        return lines
    where = present[0].first if present else _place(lines, section, option)
    for entry in reversed(present):
        lines = lines[: entry.first] + lines[entry.last :]
    if where is None:
        return [*lines, *([""] if lines else []), f"[{section}]", *wanted] if wanted else lines
    return [*lines[:where], *wanted, *lines[where:]]


def _place(lines: list[str], section: str, option: str) -> int | None:
    """Return where a new option of a section belongs: below its commented default, else at the section's end."""
    current, place = "", None
    for number, line in enumerate(lines):
        text = line.rstrip()
        if text.startswith("[") and text.endswith("]"):
            current = text[1:-1]
        if current != section or not text:
            continue
        if text[0] in "#;" and text[1:].partition("=")[0].strip() == option:
            return number + 1
        if text[0] not in "#;" or place is None:
            place = number + 1
    return place
