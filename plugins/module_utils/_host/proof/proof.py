"""A started unit is not yet a service that works. Whoever needs it is asked, all at once, before a component is done.

A proof is a mapping. What it asks is one of the kinds below; ``unit`` is the unit whose silence it would show,
``within`` how many seconds a real run waits for it, and ``what`` names it in errors where its kind does not.
"""

from __future__ import annotations

import contextlib
import threading
import time
from typing import TYPE_CHECKING, Any, NamedTuple

from ..._core import secret
from ..._core.errors import ApplyError, DeclareError, ObserveError
from ..._core.plan import Plan, Step
from ..door import signin, systemd
from ..stage import unit
from .web import Silent, ask_http, ask_tcp

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    States = Mapping[str, Mapping[str, str]]  # of units, as systemd shows them

WITHIN = 60.0
GLANCE = 4.0  # the same in check mode
STEADY = 2.0
RESTARTED = 15.0  # seconds that a unit must last which systemd has had to start again
SETTLED = 60.0  # seconds after which a unit that does not answer is no longer one that is still starting
LONGEST = 30.0  # seconds for one answer, whatever a proof does
UNMENDED: dict[str, set[str]] = {"disk": set(), "plugs": set(), "guest": {"package", "libvirtd.service"}}
"""Kinds of proofs that check mode asks whatever is to be done, but for steps of such a kind or name."""
POLLS = (0.2, 0.2, 0.4, 0.6, 1.0)


class Failure(NamedTuple):
    """Which proof did not hold, what was found instead, and whether nobody answered."""

    proof: int
    said: str
    silent: bool


class Proofs:
    """The last stage: it ends only when every proof holds, and starts a unit again that runs and answers nobody."""

    def __init__(self, items: Sequence[Mapping[str, Any]], secrets: Mapping[str, Any]) -> None:
        self.items = items
        self.secrets = secrets
        self.resolved = [secret.resolve(item, secrets) for item in items]
        self.restarted: set[str] = set()
        for item in items:
            if _kind_of(item) is None:
                raise DeclareError(f"{dict(item)} proves nothing: give one of {', '.join(KINDS)}")

    def plan(self, planned: Plan | None) -> Plan:
        """Name the units to be started again because they are silent. Raises ``ApplyError`` for any other failure.

        A real run waits for what comes up. A plan has seconds, and where something is to be done it asks only for what
        no step mends: a service that is about to be started proves nothing.
        """
        if planned:
            self._refuse_what_no_step_mends(planned)
            return Plan()
        waiting = planned is None
        failed = self._ask([float(item.get("within", WITHIN)) if waiting else GLANCE for item in self.items])
        steps = self.remedies(failed)
        lost = [one for one in failed if not (one.silent and self.items[one.proof].get("unit") in _names(steps))]
        if lost and not (waiting and steps):
            raise ApplyError("\n".join(self._sentence(one) for one in lost))
        return steps

    def _refuse_what_no_step_mends(self, planned: Plan) -> None:
        """Raise ``ApplyError`` for it. What cannot be looked at yet is left to the run that takes the steps."""
        found = []
        ahead = {word for step in planned for word in (step.kind, step.name)}
        for index, item in enumerate(self.resolved):
            kind = str(_kind_of(item))
            if kind in UNMENDED and not UNMENDED[kind] & ahead:
                with contextlib.suppress(ObserveError):
                    found.append(Failure(index, KINDS[kind](item), silent=False))
        if any(one.said for one in found):
            raise ApplyError("\n".join(self._sentence(one) for one in found if one.said))

    def apply(self, plan: Plan) -> None:
        """Start the silent units again. Raises ``ApplyError`` when one does not come up."""
        for step in plan:
            self.restarted.add(step.name)
            unit.run(step.action, step.name, self.secrets)

    def failing_now(self) -> list[Failure]:
        """Return each proof that does not hold at this moment."""
        return self._ask([0.0] * len(self.items))

    def remedies(self, failed: Sequence[Failure]) -> Plan:
        """Return a restart of each unit that has been up for long and does not answer, once in a run."""
        silent = {self.items[one.proof].get("unit"): one.said for one in failed if one.silent}
        found = {
            name: said for name, said in silent.items() if name and name not in self.restarted and _is_settled(name)
        }
        return Plan(
            tuple(Step("restart", "unit", name, reason=f"it does not answer: {said}") for name, said in found.items())
        )

    def _ask(self, patience: Sequence[float]) -> list[Failure]:
        """Return the proofs that failed, each with the last answer. All are asked at the same time."""
        late = f"it did not end within {LONGEST:.0f} s"
        answers: list[tuple[str, bool]] = [(late, True)] * len(self.items)
        shown: States = {}
        with contextlib.suppress(ObserveError):  # then each proof says it
            shown = systemd.show([item["unit"] for item in self.items if _kind_of(item) == "unit"])

        def watch(index: int) -> None:
            answers[index] = self._wait(index, patience[index], shown)

        threads = [threading.Thread(target=watch, args=(index,), daemon=True) for index in range(len(self.items))]
        deadline = time.monotonic() + max(patience, default=0.0) + LONGEST
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        return [
            Failure(index, secret.mask(said, self.secrets), silent)
            for index, (said, silent) in enumerate(list(answers))
            if said
        ]

    def _wait(self, index: int, within: float, shown: States) -> tuple[str, bool]:
        """Ask until the proof holds (then nothing is said), the time is over, or a settled unit is silent again.

        ``shown`` is what systemd shows of the units now, for the first time of asking.
        """
        item = self.resolved[index]
        deadline = time.monotonic() + within
        before = False
        for attempt in range(10**6):
            said, silent = ask(item, shown if attempt == 0 else {})
            hopeless = silent and before and item.get("unit") not in self.restarted and _is_settled(item.get("unit"))
            if not said or hopeless or time.monotonic() >= deadline:
                break
            before = silent
            signin.forget()
            time.sleep(POLLS[min(attempt, len(POLLS) - 1)])
        return said, silent

    def _sentence(self, failure: Failure) -> str:
        item = self.items[failure.proof]
        found = f"{name(item)} does not hold: {failure.said}"
        if not item.get("unit"):
            return found
        state = "" if _kind_of(item) == "unit" else ask({"unit": item["unit"]})[0]
        words = systemd.last_words(item["unit"], self.secrets)
        found += f"; {item['unit']}: {state}" if state else ""
        return found + (f"; {'it' if state else item['unit']} said:\n{words}" if words else "")


def _names(steps: Plan) -> set[str]:
    """Return what the steps are about."""
    return {step.name for step in steps}


def name(item: Mapping[str, Any]) -> str:
    """Return what a proof asks, as it is named in errors."""
    kind = _kind_of(item) or "unit"
    return str(item.get("what") or (item[kind] if kind in ("http", "tcp") else f"{kind} {item[kind]}"))


def ask(item: Mapping[str, Any], shown: States | None = None) -> tuple[str, bool]:
    """Ask once. Return what was found instead of what should be, nothing if it holds, and whether nobody answered.

    Of a unit in ``shown`` systemd is not asked again.
    """
    kind = str(_kind_of(item))
    try:
        return _ask_unit(item, (shown or {}).get(item["unit"])) if kind == "unit" else KINDS[kind](item), False
    except Silent as silent:
        return str(silent), True
    except ObserveError as error:
        return str(error), False


def _kind_of(item: Mapping[str, Any]) -> str | None:
    """Return which kind a proof is of. The unit comes last, for it may only say whose silence it would be."""
    return next((kind for kind in KINDS if item.get(kind)), None)


def _is_settled(name: str | None) -> bool:
    """Return whether a unit has been up for so long that it should have answered."""
    return bool(name) and _up(systemd.show([str(name)])[str(name)]) > SETTLED


def _up(state: Mapping[str, str]) -> float:
    """Return for how many seconds a unit has been active, 0 when it is not."""
    since = int(state["ActiveEnterTimestampMonotonic"] or 0) / 1e6
    return time.clock_gettime(time.CLOCK_MONOTONIC) - since if state["ActiveState"] == "active" else 0.0


def _ask_unit(item: Mapping[str, Any], shown: Mapping[str, str] | None = None) -> str:
    """Return why a unit is not really active: systemd takes one for that which ends and is started over and over."""
    state = shown or systemd.show([item["unit"]])[item["unit"]]
    again = int(state["NRestarts"] or 0)
    often = f"systemd has started it again {again} times, and " if again else ""
    if state["ActiveState"] != "active":
        return f"{often}it is {state['ActiveState']} ({state['SubState']}, {state['Result']})"
    hung = systemd.stopped_units({item["unit"]: state})
    if hung:
        raise Silent(hung[item["unit"]])
    up, steady = _up(state), float(item.get("steady", RESTARTED if again else STEADY))
    return "" if up >= steady else f"{often}it has been up for only {up:.1f} of {steady:.0f} s"


def _api(item: Mapping[str, Any]) -> str:
    from .api import ask_api

    return ask_api(item)


def _provider(item: Mapping[str, Any]) -> str:
    from .api import ask_provider

    return ask_provider(item)


def _fleet(item: Mapping[str, Any]) -> str:
    from .api import ask_fleet

    return ask_fleet(item)


def _database(item: Mapping[str, Any]) -> str:
    from .store import ask_database

    return ask_database(item)


def _cells(item: Mapping[str, Any]) -> str:
    from .store import ask_cells

    return ask_cells(item)


def _disk(item: Mapping[str, Any]) -> str:
    from .store import ask_disk

    return ask_disk(item)


def _broker(item: Mapping[str, Any]) -> str:
    from .broker import ask_broker

    return ask_broker(item)


def _ping(item: Mapping[str, Any]) -> str:
    from .broker import ask_ping

    return ask_ping(item)


def _alarms(item: Mapping[str, Any]) -> str:
    from .broker import ask_alarms

    return ask_alarms(item)


def _guest(item: Mapping[str, Any]) -> str:
    from .guest import ask_guest

    return ask_guest(item)


def _switch(item: Mapping[str, Any]) -> str:
    from .switch import ask_switch

    return ask_switch(item)


def _plugs(item: Mapping[str, Any]) -> str:
    from .switch import ask_plugs

    return ask_plugs(item)


def _metadata(item: Mapping[str, Any]) -> str:
    from .metadata import ask_metadata

    return ask_metadata(item)


def _metadata_agent(item: Mapping[str, Any]) -> str:
    from .metadata import ask_agent

    return ask_agent(item)


KINDS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "http": ask_http,
    "tcp": ask_tcp,
    "api": _api,
    "provider": _provider,
    "fleet": _fleet,
    "cells": _cells,
    "database": _database,
    "disk": _disk,
    "ping": _ping,
    "broker": _broker,
    "alarms": _alarms,
    "guest": _guest,
    "switch": _switch,
    "plugs": _plugs,
    "metadata": _metadata,
    "metadata_agent": _metadata_agent,
    "unit": _ask_unit,
}
