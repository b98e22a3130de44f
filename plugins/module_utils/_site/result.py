"""What of a module's answer from a host is taken: what we asked for, of the shape that it has, and nothing else.

Ansible acts on what a result holds: ``ansible_facts`` are variables that go over the inventory's, ``add_host`` makes
hosts, warnings are printed. None of it comes through here. Names that decide what runs next are our own names; texts
that are only shown are cleaned of what a terminal would obey, and cut.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._core import shape, text
from . import fact

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

FLAGS = ("changed", "failed", "unreachable", "ended")
TEXT = 4000
SHOWN = 200_000
MOST = 5000
RUN = {
    "epoch": shape.maybe(shape.integer(0, 1 << 62)),
    "holder": shape.line(TEXT),
    "said": shape.line(TEXT),
}
JOB = shape.matching(r"j?[0-9]{1,20}\.[0-9]{1,20}", 42, "the id of a job")
STEP_WORDS = ("action", "kind", "name", "reason")
DIFF_WORDS = ("before_header", "after_header", "before", "after")
SECONDS = shape.maybe(shape.number(0, 1e9))
ROW: Mapping[str, shape.Check] = {
    **dict.fromkeys(("boot", "console", "ping", "migrate", "seconds"), SECONDS),
    "server": fact.IDENTITY,
    "address": fact.ADDRESS,
    "node": shape.maybe(fact.IDENTITY),
    "to": fact.KNOWN,
    "ok": shape.flag,
}
"""What came of a host in a trial of the cloud, as far as it came; ``said`` is for people."""
UNPROVEN_WORDS = ("component", "proof", "said")
FAILED_WORDS = ("module_stdout", "module_stderr")
CRASHED = "the module ended without saying why: -vvv shows what it printed"


NULLS = ("image",)
"""Whose null is an answer."""


class NotAnAnswer(ValueError):
    """An answer that no module of ours gives; the text says in our words why."""


def clean(value: Any, most: int = TEXT) -> str:
    """Return a text cut and as a terminal shows it; of what is not a text, what it is instead."""
    shown = value[:most] if isinstance(value, str) else f"({type(value).__name__})"
    return text.clean(shown).encode(errors="replace").decode()


def take(answer: Mapping[str, Any], components: Sequence[str]) -> dict[str, Any]:
    """Return what is taken of an answer. ``components`` are the names that may be pending.

    Raises ``NotAnAnswer`` where something that decides is not of its shape.
    """
    taken = {name: _is(name, answer[name], shape.flag) for name in FLAGS if name in answer}
    words = ("msg", *(FAILED_WORDS if taken.get("failed") else ()))
    taken.update({name: clean(answer[name]) for name in words if answer.get(name)})
    taken.update({name: None for name in NULLS if name in answer})
    for name, take_value in _TAKEN.items():
        if answer.get(name) is not None:
            taken[name] = take_value(name, answer[name])
    if taken.get("failed") and not taken.get("msg"):
        taken["msg"] = CRASHED
    if "pending" in answer:
        known = shape.one_of(*components)
        taken["pending"] = _is("pending", answer["pending"], shape.listing(known, len(components)))
        left = _is("left", answer.get("left"), shape.table(known, lambda _: "", len(components)))
        taken["left"] = {name: _steps("left", steps) for name, steps in left.items()}
    return taken


def _is(name: str, value: Any, check: shape.Check) -> Any:
    wrong = check(value)
    if wrong:
        raise NotAnAnswer(f"{name} {wrong}")
    return value


def _records(name: str, value: Any, words: Sequence[str], most: int) -> list[dict[str, str]]:
    if not isinstance(value, list) or len(value) > MOST or not all(isinstance(one, dict) for one in value):
        raise NotAnAnswer(f"{name} is not a list of at most {MOST} mappings")
    return [{word: clean(one[word], most) for word in words if word in one} for one in value]


def _steps(name: str, value: Any) -> list[dict[str, str]]:
    steps = _records(name, value, STEP_WORDS, TEXT)
    if any(word not in step for step in steps for word in STEP_WORDS[:3]):
        raise NotAnAnswer(f"{name} has a step without {', '.join(STEP_WORDS[:3])}")
    return steps


def _diff(name: str, value: Any) -> list[dict[str, str]]:
    return _records(name, value, DIFF_WORDS, SHOWN)


def _unproven(name: str, value: Any) -> list[dict[str, str]]:
    return _records(name, value, UNPROVEN_WORDS, TEXT)


def _words(name: str, value: Any) -> list[str]:
    if not isinstance(value, list) or len(value) > MOST:
        raise NotAnAnswer(f"{name} is not a list of at most {MOST} texts")
    return [clean(one) for one in value]


def _rows(name: str, value: Any) -> dict[str, dict[str, Any]]:
    _is(name, value, shape.table(fact.KNOWN, lambda row: "" if isinstance(row, dict) else "is not a mapping", MOST))
    return {host: _row(name, row) for host, row in value.items()}


def _row(name: str, row: Mapping[str, Any]) -> dict[str, Any]:
    told = {"said": clean(row["said"])} if row.get("said") is not None else {}
    return {**{field: _is(f"{field} of {name}", row[field], ROW[field]) for field in ROW if field in row}, **told}


def _facts(_name: str, value: Any) -> dict[str, Any]:
    wrong = fact.problem(value)
    if wrong:
        raise NotAnAnswer(wrong)
    return dict(value)


_TAKEN: dict[str, Callable[[str, Any], Any]] = {
    "facts": _facts,
    "steps": _steps,
    "diff": _diff,
    "unproven": _unproven,
    "packages": _words,
    "errors": _words,
    "run": lambda name, value: _is(name, value, shape.record(RUN)),
    "busy": lambda _, value: clean(value),
    "unit": lambda _, value: clean(value),
    "code": lambda name, value: _is(name, value, shape.integer(-(1 << 32), 1 << 32)),
    "ansible_job_id": lambda name, value: _is(name, value, JOB),
    "started": lambda name, value: _is(name, value, shape.flag),
    "finished": lambda name, value: _is(name, value, shape.flag),
    "image": lambda name, value: _is(name, value, fact.IDENTITY),
    "network": lambda name, value: _is(name, value, fact.IDENTITY),
    "hosts": _rows,
    "rows": _rows,
    "answers": lambda name, value: _is(name, value, shape.table(fact.ADDRESS, SECONDS, MOST)),
}
