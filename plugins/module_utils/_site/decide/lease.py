"""One run of a site at a time: who has the site's lease, and who may take it from whom.

The lease is a record on the control host. It is let go of at the end of a run. What a dead run has left is over when
it is known to be dead, on the machine where it ran, or when nothing has been heard of it for ``LONG`` seconds.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple, Optional

from .fence import SiteRun, plain

if TYPE_CHECKING:
    from collections.abc import Mapping

SHORT = 60.0
"""Seconds for a run that has only looked so far."""
LONG = 900.0
"""Seconds from the beginning of one piece of work on the control host to that of the next."""


@dataclass(frozen=True)
class Lease:
    """A record. ``began`` is a time of day for people, ``expires`` seconds on the control host's steady clock."""

    epoch: int
    holder: str
    machine: str
    process: str
    began: str
    expires: float

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return asdict(self)


class Asker(NamedTuple):
    """Who wants the lease: a run, as its controller tells it.

    ``alive`` names the processes on its machine that may be runs, None when it cannot see them. ``force`` is that the
    operator knows better.
    """

    holder: str
    machine: str
    process: str
    alive: Optional[frozenset[str]]
    force: bool = False


class Moment(NamedTuple):
    """When it is: ``steady`` and ``clock`` in seconds, ``said`` for people, and whether a run writes on the host."""

    steady: float
    clock: float
    said: str
    busy: bool = False


class LeaseAnswer(NamedTuple):
    """The lease that is written, None when it is another's; and a sentence where there is something to tell."""

    lease: Optional[Lease]
    said: str = ""


def from_json(value: Optional[Mapping[str, Any]]) -> Optional[Lease]:
    """Return a record, None for anything that is none."""
    try:
        return Lease(**{name: kind(value[name]) for name, kind in _FIELDS.items()}) if value else None
    except (TypeError, ValueError, KeyError):
        return None


_FIELDS = {"epoch": int, "holder": str, "machine": str, "process": str, "began": str, "expires": float}


def to_asker(value: Mapping[str, Any]) -> Asker:
    """Return who asks, from what the controller's lookup tells."""
    alive = value.get("alive")
    return Asker(
        plain(str(value["holder"])),
        str(value["machine"]),
        str(value["process"]),
        None if alive is None else frozenset(str(one) for one in alive),
        bool(value.get("force")),
    )


def decide(known: Optional[Lease], asker: Asker, now: Moment) -> LeaseAnswer:
    """Return whether the asker gets the lease."""
    if known is not None and (known.machine, known.process) == (asker.machine, asker.process):
        return LeaseAnswer(replace(known, expires=now.steady + SHORT))
    why = "" if known is None else _why_over(known, asker, now)
    if known is not None and why is None:
        return LeaseAnswer(None, _holder(known, now))
    epoch = max(int(now.clock), known.epoch + 1 if known else 0)
    mine = Lease(epoch, asker.holder, asker.machine, asker.process, now.said, now.steady + SHORT)
    return LeaseAnswer(mine, f"the run of {known.holder} that began at {known.began} {why}" if known and why else "")


def _why_over(known: Lease, asker: Asker, now: Moment) -> Optional[str]:
    """Return in words why a lease is over, nothing when it was let go of, None when it is not over."""
    if not known.process:
        return ""
    if known.machine == asker.machine and asker.alive is not None and known.process not in asker.alive:
        return "is dead: this one takes its place"
    if now.steady >= known.expires and not now.busy:
        return "has not been heard of for long enough: this one takes its place"
    return "is set aside, as novaform_take_over says" if asker.force else None


def _holder(known: Lease, now: Moment) -> str:
    left = max(0.0, known.expires - now.steady)
    until = f"its lease ends by itself in {left:.0f} s" if left else "what it began on this host still runs"
    return (
        f"{known.holder} deploys this site since {known.began}: wait until that run has ended. "
        f"If it is dead, {until}; -e novaform_take_over=true begins at once"
    )


def renew(known: Optional[Lease], run: SiteRun, steady: float) -> LeaseAnswer:
    """Return the lease with more time for the run that holds it; none and why when a newer run has it."""
    if known is None or known.epoch < run.epoch:
        return LeaseAnswer(None)
    if known.epoch > run.epoch:
        return LeaseAnswer(None, f"a newer run ({known.holder or f'number {known.epoch}'}) has begun: this one ends")
    return LeaseAnswer(replace(known, expires=steady + LONG))


def release(known: Optional[Lease], run: SiteRun) -> Optional[Lease]:
    """Return what is left of a lease when its run has ended: its number. None when it is not this run's."""
    if known is None or known.epoch != run.epoch:
        return None
    return replace(known, machine="", process="", expires=0.0)


def problems(hosts: Mapping[str, Mapping[str, Any]]) -> list[dict[str, str]]:
    """Return ``[{host, problem, remedy}]`` when the lease that ``run`` of a host tells of is another run's."""
    rows = []
    for name, host in hosts.items():
        run = host.get("run")
        if run and run.get("epoch") is None:
            problem, _, remedy = str(run.get("said")).partition(": ")
            rows.append({"host": name, "problem": problem, "remedy": remedy})
    return rows


def notes(hosts: Mapping[str, Mapping[str, Any]]) -> list[dict[str, str]]:
    """Return ``[{host, problem, remedy}]`` of what an earlier run left: its lease, and what is at work still."""
    rows = []
    for name, host in hosts.items():
        run = host.get("run") or {}
        if run.get("epoch") is not None and run.get("said"):
            problem, _, remedy = str(run["said"]).partition(": ")
            rows.append({"host": name, "problem": problem, "remedy": remedy})
        if host.get("busy"):
            rows.append({"host": name, "problem": str(host["busy"]), "remedy": "this run waits for it, 15 min at most"})
    return rows
