"""A decision as lines for a person: a glyph per step, a line per field with the place that asked, and the price."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from novaform import core

if TYPE_CHECKING:
    from collections.abc import Iterator

GLYPHS = {"create": "+", "delete": "-", "replace": "±", "rebuild": "±", "reboot": "↻"}
STYLES = {"+": "green", "-": "red", "±": "red", "~": "yellow", "↻": "yellow"}
LEVELS = {
    core.change.HELD: ("…", "cyan"),
    core.change.DENIED: ("!", "red"),
    core.change.UNKNOWN: ("?", "magenta"),
    core.change.FOREIGN: ("!", "red"),
    core.change.IGNORED: ("·", "dim"),
}


class Line(NamedTuple):
    """One line and how it is coloured; ``style`` may be empty."""

    text: str
    style: str = ""


def render(decision: core.change.Decision, *, wide: bool = False) -> list[Line]:
    """Return the whole plan. ``wide`` shows the fields of new things, too."""
    lines: list[Line] = []
    for step in decision.steps:
        if isinstance(step, core.change.Change):
            lines += render_step(step, wide=wide)
    lines += [_render_note(note) for note in decision.notes]
    return [*lines, Line(_summary(decision), "bold")]


def render_step(step: core.change.Change, *, wide: bool) -> Iterator[Line]:
    """Yield the lines of one step."""
    glyph = GLYPHS.get(step.action, "~")
    cost = "" if step.consequence == core.consequence.NONE else f"  [{', '.join(step.consequences)}]"
    why = f"  ({step.reason})" if step.reason else ""
    place = f"  {step.origin}" if step.origin else ""
    yield Line(
        f"{glyph} {step.action} {kind_name(step.kind)} {step.name}{cost}{why}{place}", STYLES.get(glyph, "yellow")
    )
    if step.action != "create" or wide:
        for field in step.fields:
            before = f"{core.change.readable(field.before)} → " if field.before is not None else ""
            where = f"  {field.origin}" if field.origin and field.origin != step.origin else ""
            yield Line(f"    {field.field}: {before}{core.change.readable(field.after)}{where}")
    if step.blocked:
        yield Line(f"    not done: {step.blocked}", "red")


def _render_note(note: core.change.Note) -> Line:
    """Return the line of one note."""
    glyph, style = LEVELS[note.level]
    place = f"  {note.origin}" if note.origin else ""
    return Line(f"{glyph} {kind_name(note.kind)} {note.name}".rstrip() + f": {note.text}{place}", style)


def kind_name(kind: str) -> str:
    """Return a kind as people call it."""
    return {"floating_ip": "address", "key": "key pair"}.get(kind, kind.replace("_", " "))


def _summary(decision: core.change.Decision) -> str:
    """Return the last line: how much of what."""
    if decision.clean:
        return "Nothing to do: everything is as declared."
    counts: dict[str, int] = {}
    blocked = 0
    for step in decision.steps:
        counts[step.action] = counts.get(step.action, 0) + 1
        blocked += bool(getattr(step, "blocked", ""))
    parts = [f"{number} to {action}" for action, number in counts.items()]
    parts += [f"{blocked} blocked"] if blocked else []
    for level in (core.change.HELD, core.change.DENIED, core.change.UNKNOWN, core.change.FOREIGN):
        number = sum(1 for note in decision.notes if note.level == level)
        parts += [f"{number} {level}"] if number else []
    return "Plan: " + ", ".join(parts) + "."
