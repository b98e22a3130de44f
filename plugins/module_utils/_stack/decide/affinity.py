"""Is each server where it should be? The scheduler is asked once; later moves may forget the declaration."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from ..change import HELD, IGNORED, PLACEMENT, Note

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..desired import Wanted
    from .index import Index

Hosts = dict[str, list[str]]
"""The servers (sorted keys) on each host."""


def decide_placement(index: Index) -> list[Note]:
    """Say of server groups, and of servers that are declared for one host, what is not as declared."""
    members: dict[str, Hosts] = defaultdict(lambda: defaultdict(list))
    notes = []
    for wanted in index.desired.wanted:
        if wanted.kind != "server" or wanted.hold or not wanted.create:
            continue
        host = _host_of(index, wanted)
        should = str(wanted.create.get("host") or "")
        if host and should and _short(host) != _short(should):
            notes.append(_note(wanted, host, f"is on {host} and is declared for {should}"))
        if host and wanted.create.get("server_group"):
            members[str(wanted.create["server_group"])][host].append(wanted.key)
    for wanted in index.desired.wanted:
        if wanted.kind == "server_group" and wanted.key in members:
            notes += _group_notes(wanted, members[wanted.key], _known_hosts(index))
    return notes


def _short(host: str) -> str:
    """Return a host's name without its domain."""
    return host.split(".", maxsplit=1)[0]


def _host_of(index: Index, wanted: Wanted) -> str:
    """Return the host of a declared server; empty for one that is not there, has none, or is on its way."""
    found = index.find(wanted)
    if not found or found[0].status.get("task_state") is not None:
        return ""
    return str(found[0].status.get("host") or "")


def _known_hosts(index: Index) -> set[str]:
    """Return the hosts that we know of: those that were asked, and those that servers are on."""
    told = {str(item.status.get("host")) for item in index.observed.of_kind("server") if item.status.get("host")}
    names = {_short(host) for host in told}
    return told | {host for host in index.observed.domains or () if _short(host) not in names}


def _group_notes(wanted: Wanted, hosts: Hosts, everywhere: set[str]) -> Iterator[Note]:
    """Yield what contradicts a group's policy. What is only preferred is told and does not make the plan differ."""
    policy = str(wanted.fields.get("policy"))
    level = IGNORED if policy.startswith("soft-") else HELD
    if policy.endswith("anti-affinity"):
        fewest = min(len(hosts.get(host, ())) for host in {*everywhere, *hosts})
        most = 1 if level == HELD else fewest + 1
        for host, names in sorted(hosts.items()):
            if len(names) > most:
                yield _note(wanted, host, f"{', '.join(names)} share {host} in spite of {policy}", level)
    elif len(hosts) > 1:
        where = "; ".join(f"{', '.join(names)} on {host}" for host, names in sorted(hosts.items()))
        yield _note(wanted, ", ".join(sorted(hosts)), f"its servers are apart in spite of {policy}: {where}", level)


def _note(wanted: Wanted, host: str, text: str, level: str = HELD) -> Note:
    """Return a note of the drift class placement."""
    place = wanted.at("host") if wanted.kind == "server" else wanted.at("spread")
    return Note(level, wanted.kind, wanted.key, text, place, drift=PLACEMENT, host=host)
