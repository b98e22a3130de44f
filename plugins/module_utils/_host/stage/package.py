"""Debian packages, all of a host's missing ones in one transaction, during which none of their services starts.

Packages start their services before anybody has configured them. A policy-rc.d of ours denies that while apt runs;
it is recognised by its first lines, so that one left behind by a killed run is found and taken away by the next.
"""

from __future__ import annotations

import os
import re
import time
from typing import TYPE_CHECKING

from ..._core.errors import ApplyError, ObserveError
from ..._site.decide import package as decision
from ..door import command

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..._core.plan import Plan

POLICY = "/usr/sbin/policy-rc.d"
KEPT = "/usr/sbin/policy-rc.d.kept-by-novaform"
MARK = "# Put here by Novaform while it installs packages"
BAN = f"""#!/bin/sh
{MARK}: services start after they are configured.
case "$1" in dbus|dbus.*|polkit*|systemd-*|udev|udev.*) exit 0 ;; esac
exit 101
"""
ARCHIVES = "/var/cache/apt/archives"
LISTS = "/var/lib/apt/lists"
DAY = 86400
QUIET = {
    "DEBIAN_FRONTEND": "noninteractive",
    "APT_LISTCHANGES_FRONTEND": "none",
    "NEEDRESTART_MODE": "l",
    "UCF_FORCE_CONFFOLD": "1",
    "LC_ALL": "C",
}
OPTIONS = (
    "-o=DPkg::Lock::Timeout=600",
    "-o=Dpkg::Options::=--force-confold",
    "-o=Dpkg::Options::=--force-confdef",
    "-o=APT::Color=0",
    "-o=Dpkg::Use-Pty=0",
)
INSTALL = ("apt-get", "install", "-q", "--fix-broken", "--no-remove", "--no-install-recommends", *OPTIONS)
SIZES = re.compile(r"(Need to get|After this operation,) (?:[\d.,]+ k?M?G?B/)?([\d.,]+) (k?M?G?B)")
UNITS = {"B": 1, "kB": 1000, "MB": 1000**2, "GB": 1000**3}


class Packages:
    """The stage of a component's packages: a list of names."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = names

    def plan(self, planned: Plan | None) -> Plan:
        """Ask dpkg once."""
        return decision.decide(self.names, _observe_installed() if self.names else set(), denied=is_ban(POLICY))

    def apply(self, plan: Plan) -> None:
        """Install what is missing in one transaction, with service starts denied meanwhile."""
        lift_ban()
        missing = [step.name for step in plan if step.action == "install"]
        if not missing:
            return
        deny_starts()
        try:
            _finish_interrupted()
            _refresh_lists(missing)
            _rehearse(missing)
            _apt([*INSTALL, "-y", *missing])
        finally:
            lift_ban()


def _statuses() -> Iterator[tuple[str, str]]:
    """Yield each package that dpkg knows and its state, like ``("nova-api", "ii")``."""
    answer = command.ask(["dpkg-query", "--show", "--showformat=${Package} ${db:Status-Abbrev}\n"])
    if answer.status:
        raise ObserveError(f"dpkg's database cannot be read: {answer.said}")
    for line in answer.out.splitlines():
        name, _, state = line.partition(" ")
        yield name, state.strip()


def _observe_installed() -> set[str]:
    """Return the names of the packages that are installed and configured."""
    return {name for name, state in _statuses() if state[1:2] == "i" or state[1:2] == "t"}


def _observe_interrupted() -> bool:
    """Return whether dpkg was stopped in the middle of its work."""
    updates = os.path.isdir("/var/lib/dpkg/updates") and os.listdir("/var/lib/dpkg/updates")
    return bool(updates) or any(state[1:2] in "UFHWt" for _, state in _statuses() if len(state) > 1)


def _finish_interrupted() -> None:
    """Let dpkg end what it was stopped in. What it cannot end (half-unpacked packages), apt unpacks again."""
    if _observe_interrupted():
        argv = ["dpkg", "--configure", "--pending", "--force-confold", "--force-confdef"]
        command.ask(argv, environment=QUIET, timeout=1800)


def is_ban(path: str) -> bool:
    """Return whether the file is our ban on service starts."""
    try:
        with open(path, encoding="utf-8", errors="replace") as source:
            return MARK in source.read(200)
    except FileNotFoundError:
        return False


def deny_starts() -> None:
    """Put our policy-rc.d in place; the host's own, if it has one, is kept beside it."""
    if os.path.lexists(POLICY):
        os.replace(POLICY, KEPT)
    descriptor = os.open(POLICY, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o755)
    with os.fdopen(descriptor, "w", encoding="utf-8") as target:
        os.fchmod(descriptor, 0o755)
        target.write(BAN)


def lift_ban() -> None:
    """Take our policy-rc.d away, also one left by a killed run, and put the host's own back."""
    if is_ban(POLICY):
        os.unlink(POLICY)
    if os.path.lexists(KEPT) and not os.path.lexists(POLICY):
        os.replace(KEPT, POLICY)


def _refresh_lists(names: Sequence[str]) -> None:
    """Run apt-get update when the lists are missing, older than a day, or lack a package."""
    stamps = [entry.stat().st_mtime for entry in os.scandir(LISTS) if entry.is_file()] if os.path.isdir(LISTS) else []
    lacking = _without_candidate(names)
    if stamps and not lacking and time.time() - max(*stamps, _last_update()) < DAY:
        return
    answer = command.ask(["apt-get", "update", "-q", *OPTIONS], environment=QUIET, timeout=600)
    lacking = _without_candidate(names)
    if lacking:
        why = complaint(answer) if answer.status else "the host's package sources do not have it"
        raise ApplyError(f"no package {', '.join(lacking)} to install: {why}", packages=lacking)


def _last_update() -> float:
    """Return when apt last fetched its lists; a list that did not change upstream keeps its old date."""
    partial = os.path.join(LISTS, "partial")
    return os.stat(partial).st_mtime if os.path.isdir(partial) else 0.0


def _without_candidate(names: Sequence[str]) -> list[str]:
    """Return those names that apt could not install from its present lists."""
    answer = command.ask(["apt-cache", "policy", *names], environment=QUIET)
    found = set()
    name = ""
    for line in answer.out.splitlines():
        if not line.startswith(" "):
            name = line.rstrip(":")
        elif line.startswith("  Candidate:") and not line.endswith("(none)"):
            found.add(name)
    return [name for name in names if name not in found]


def _rehearse(names: Sequence[str]) -> None:
    """Ask apt what the transaction would be. Raises ``ApplyError`` when it takes packages away or has no room.

    A removal is in no plan that anybody has seen; and dpkg itself notices a full disk only half-way.
    """
    answer = command.ask([*INSTALL, "--assume-no", *names], environment=QUIET, timeout=300)
    removed = removals(answer.out)
    if removed:
        raise ApplyError(
            f"the packages cannot be installed beside {', '.join(removed)}: remove those by hand if nobody needs them, "
            f"and run again",
            packages=removed,
        )
    _check_space(answer.out)


def removals(summary: str) -> list[str]:
    """Return the names of the packages that apt would remove, from its summary."""
    names: list[str] = []
    listing = False
    for line in summary.splitlines():
        if listing and line.startswith("  "):
            names += line.replace("*", "").split()
        else:
            listing = line.startswith("The following packages will be REMOVED:")
    return names


def _check_space(summary: str) -> None:
    """Raise ``ApplyError`` when the disk cannot hold what apt's summary says."""
    sizes = {what: float(number.replace(",", "")) * UNITS[unit] for what, number, unit in SIZES.findall(summary)}
    archives = sizes.get("Need to get", 0)
    installed = sizes.get("After this operation,", 0) if "disk space will be used" in summary else 0
    same = os.stat("/usr").st_dev == os.stat(ARCHIVES).st_dev
    for path, needed in (("/usr", installed + (archives if same else 0)), (ARCHIVES, archives)):
        state = os.statvfs(path)
        free = state.f_bavail * state.f_frsize
        if free < needed:
            raise ApplyError(
                f"the disk is too small: the packages need {needed / 1e6:,.0f} MB at {path} and {free / 1e6:,.0f} MB "
                f"are free; make room and run again"
            )


def _apt(argv: Sequence[str]) -> None:
    """Run apt-get or dpkg without questions. Raises ``ApplyError`` with what they complained of."""
    answer = command.ask(argv, environment=QUIET, timeout=3600)
    if answer.status:
        raise ApplyError(f"the packages could not be installed: {complaint(answer)}")


def complaint(answer: command.Completed) -> str:
    """Return the reason that apt gave, as part of one sentence."""
    text = f"{answer.err}\n{answer.out}"
    if "No space left on device" in text:
        return "the disk is full; make room and run again"
    said = [line[2:].strip() for line in text.splitlines() if line.startswith("E:")]
    return "; ".join(dict.fromkeys(said[:3])) or answer.said
