"""systemd's units, brought to their declared state one after another, in the order in which they are listed."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..._core import secret
from ..._core.converge import steps_named
from ..._core.errors import ApplyError, DeclareError
from ..._site.decide import unit as decision
from ..door import command, ovsdb, record, systemd
from . import file

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..._core.plan import Plan, Step

MASKS = "/etc/systemd/system"
RUNNING = ("active", "reloading", "refreshing")
PATIENCE = 600
STATES = ("started", "stopped", "masked")
CHANGES = ("restart", "reload")
SOON = 30.0  # seconds in which a service that was started makes its own record


class Units:
    """The stage of a component's units; ``files`` are the component's own, whose contents may be inputs."""

    def __init__(
        self, items: Sequence[Mapping[str, Any]], files: Sequence[Mapping[str, Any]], secrets: Mapping[str, Any]
    ) -> None:
        self.items = items
        self.secrets = secrets
        self.files = {item["path"]: item for item in files}
        self.begun: list[str] = []
        for item in items:
            if item["state"] not in STATES or item.get("on_change", "restart") not in CHANGES:
                raise DeclareError(f"{item['name']}: state is one of {STATES} and on_change one of {CHANGES}")

    def plan(self, planned: Plan | None) -> Plan:
        """Ask systemd once, and compare with what each unit was last started with.

        Raises ``ApplyError`` for a unit that has ended again since ``apply`` started it.
        """
        changing = {step.name for step in steps_named(planned, "file")}
        shown = systemd.show([item["name"] for item in self.items])
        for name in self.begun:
            if not is_running(shown[name]):
                state = f"it is {shown[name]['ActiveState']} ({shown[name]['SubState']}, {shown[name]['Result']})"
                raise ApplyError(
                    f"{name} ended again after its start: {state}{_last_words(name, self.secrets)}", unit=name
                )
        hung = systemd.stopped_units(shown)
        observed = {
            item["name"]: replace(observe(item, shown[item["name"]], changing), hung=hung.get(item["name"], ""))
            for item in self.items
        }
        return decision.decide([self._to_desired(item) for item in self.items], observed)

    def apply(self, plan: Plan) -> None:
        """Do the steps in order. Raises ``ApplyError`` with the unit's last words when one does not come up."""
        _reload_if_needed([step.name for step in plan])
        by_name = {item["name"]: item for item in self.items}
        for step in plan:
            self._do(step, self._to_desired(by_name[step.name]))
        self.begun = [step.name for step in plan if step.action in ("start", "restart", "reload")]

    def _to_desired(self, item: Mapping[str, Any]) -> decision.Unit:
        digests = {path: self._digest(path, options) for path, options in (item.get("inputs") or {}).items()}
        if item.get("bridges"):  # who programs a bridge, or plugs into it, does so once: one made anew is empty
            known = ovsdb.bridges()
            digests.update({f"bridge {name}": decision.digest(known.get(name)) for name in item["bridges"]})
        return decision.Unit(item["name"], item["state"], item.get("on_change") or "restart", digests)

    def _digest(self, path: str, options: Any) -> str:
        """Return the digest of an input: options it reads, or the whole file, ours as declared and others as found."""
        if options is not None:
            return decision.digest(secret.resolve(options, self.secrets))
        if path in self.files:
            return decision.digest(file.to_file(self.files[path], self.secrets).content)
        seen = file.observe(path)
        return decision.digest(seen.content if seen else None)

    def _do(self, step: Step, unit: decision.Unit) -> None:
        name = unit.name
        if step.action == "mask":
            _mask(name)
            return
        if step.action == "stop":
            _stop(name)
        else:
            enable(name)
            if step.action != "enable" and not self._runs_already(step):
                run(step.action, name, self.secrets)
        done = {"state": unit.state, "inputs": dict(unit.digests), "at": time.time()}
        record.write(name, done, record.FOLDER)

    def _runs_already(self, step: Step) -> bool:
        return step.action == "start" and bool(step.reason)


def run(action: str, name: str, secrets: Mapping[str, Any]) -> None:
    """Start, restart or reload a unit. Raises ``ApplyError`` with its last words when it does not come up."""
    verb = {"reload": "reload-or-restart"}.get(action, action)
    command.run(["systemctl", "reset-failed", name])
    answer = command.run(["systemctl", verb, name], timeout=PATIENCE)
    state = systemd.show([name])[name]
    if answer and not answer.status and is_running(state):
        return
    why = state.get("Result", "") if state["LoadState"] == "loaded" else "there is no such unit on this host"
    status = f", exit status {state['ExecMainStatus']}" if state.get("ExecMainStatus", "0") != "0" else ""
    raise ApplyError(f"{name} did not {action}: {why}{status}{_last_words(name, secrets)}", unit=name)


def _last_words(name: str, secrets: Mapping[str, Any]) -> str:
    """Return a unit's last words as the end of a sentence."""
    words = systemd.last_words(name, secrets)
    return f"; it said:\n{words}" if words else ""


def is_running(state: Mapping[str, str]) -> bool:
    """Return whether a unit runs, or has done its one shot well."""
    once = state.get("Type") == "oneshot" and state.get("RemainAfterExit") == "no"
    shot = once and state["ActiveState"] == "inactive" and state["Result"] == "success"
    return shot or state["ActiveState"] in RUNNING


def observe(item: Mapping[str, Any], state: Mapping[str, str], changing: set[str]) -> decision.SeenUnit:
    """Return one unit as a value. ``changing`` are paths that an earlier step is going to write."""
    name, inputs = item["name"], item.get("inputs") or {}
    known = record.load(name, record.FOLDER)
    running = is_running(state) and (state["ActiveState"] != "inactive" or known is not None)
    since = max(_started_at(state), (known or {}).get("at", 0.0))
    return decision.SeenUnit(
        active=running if item["state"] == "started" else state["ActiveState"] not in ("inactive", "failed"),
        enabled=_is_enabled(item["state"], state.get("UnitFileState", "")),
        masked=_is_masked(name),
        foreign=tuple(path for path in inputs if _was_foreign(path, since, coming=path in changing)),
        forgotten=_forgotten_by(item, state),
        current=running and not changing & set(inputs) and all(_written_at(path) < since for path in inputs),
        record=known,
    )


def _is_enabled(wanted: str, file_state: str) -> bool:
    if wanted == "started":
        return file_state in decision.CANNOT_ENABLE
    return file_state in ("enabled", "enabled-runtime")


def _started_at(state: Mapping[str, str]) -> float:
    """Return when a unit became active, as seconds since the epoch."""
    up = int(state.get("ActiveEnterTimestampMonotonic") or 0) / 1e6
    return time.time() - time.clock_gettime(time.CLOCK_MONOTONIC) + up


def _forgotten_by(item: Mapping[str, Any], state: Mapping[str, str]) -> str:
    """Return who had no record of a unit (``forgotten: {by, at}``) though it had been up long enough to make one."""
    told = item.get("forgotten")
    return str(told["by"]) if told and _started_at(state) < float(told["at"]) - SOON else ""


def _was_foreign(path: str, since: float, *, coming: bool) -> bool:
    """Return whether a unit that runs since then may have read what somebody else wrote to one of its inputs."""
    if coming:
        return file.is_foreign(path, file.observe(path))
    return bool((record.load(path, record.FILES) or {}).get("righted", 0.0) > since)


def _written_at(path: str) -> float:
    try:
        return os.lstat(path).st_ctime
    except FileNotFoundError:
        return 0.0


def _is_masked(name: str) -> bool:
    """Return whether the administrator's link to /dev/null is there; the unit itself need not be."""
    path = os.path.join(MASKS, name)
    return os.path.islink(path) and os.readlink(path) == "/dev/null"


def _reload_if_needed(names: Sequence[str]) -> None:
    """Let systemd read its files again where it says that they changed, or does not know a unit."""
    states = systemd.show(names).values()
    if any(state["NeedDaemonReload"] == "yes" or state["LoadState"] != "loaded" for state in states):
        command.change(["systemctl", "daemon-reload"])


def _mask(name: str) -> None:
    """Stop a unit and make it impossible to start, also one that is not on the host yet."""
    path = os.path.join(MASKS, name)
    if os.path.exists(path) and not _is_masked(name):
        raise ApplyError(f"{path} is a unit file of this host's own, so it cannot be masked: remove it by hand")
    command.run(["systemctl", "stop", name], timeout=PATIENCE)
    if not _is_masked(name):
        command.change(["systemctl", "mask", name])


def _stop(name: str) -> None:
    """Stop a unit and keep it from starting with the host. One that is not there is stopped."""
    state = systemd.show([name])[name]
    if state["LoadState"] == "not-found":
        return
    if state["UnitFileState"] in ("enabled", "enabled-runtime"):
        command.change(["systemctl", "disable", name])
    command.change(["systemctl", "stop", name], timeout=PATIENCE)


def enable(name: str) -> None:
    """Let a unit start with the host, where it is one that can be enabled."""
    if _is_masked(name):
        command.change(["systemctl", "unmask", name])
    if systemd.show([name])[name]["UnitFileState"] not in decision.CANNOT_ENABLE:
        command.change(["systemctl", "enable", name])
