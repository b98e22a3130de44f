"""A topology file says which hosts a lab has and what they are for; a wrong one is refused with its file and key."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from novaform.declare import document
from novaform.declare.form import problem
from novaform.lab import LabError

if TYPE_CHECKING:
    from collections.abc import Mapping

SHIPPED = Path(__file__).parent / "topologies"
SUITES = ("trixie", "bookworm")
MOST_HOSTS = 39
_WORD = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_GROUP = re.compile(r"[a-z][a-z0-9_]*")
_KEYS = {"suite", "hosts", "cloud"}


@dataclasses.dataclass(frozen=True)
class Topology:
    """The hosts (name -> inventory groups, in file order), their Debian suite, and cloud settings passed through."""

    name: str
    suite: str
    hosts: dict[str, tuple[str, ...]]
    cloud: dict[str, Any] = dataclasses.field(default_factory=dict)


def load(name: str) -> Topology:
    """Read a shipped topology by name or any file by path; raises LabError when there is none or it is wrong."""
    path = Path(name) if name.endswith((".yml", ".yaml")) else SHIPPED / f"{name}.yml"
    if not path.exists():
        shipped = ", ".join(sorted(file.stem for file in SHIPPED.glob("*.yml")))
        raise LabError(f"no topology {name}: give a file ending in .yml, or one of {shipped}")
    content = document.read(path).value
    return from_mapping(path.stem, content, str(path))


def from_mapping(name: str, content: Any, where: str) -> Topology:
    """Make a topology of parsed YAML; raises LabError naming `where`."""
    if not isinstance(content, dict) or not content.get("hosts") or not isinstance(content["hosts"], dict):
        raise _refusal(where, "it needs `hosts:`, a mapping of host names")
    if unknown := set(content) - _KEYS:
        raise _refusal(
            where, f"unknown key {problem.quote(str(min(unknown, key=str)))}; known are {', '.join(sorted(_KEYS))}"
        )
    suite = content.get("suite", SUITES[0])
    if suite not in SUITES:
        raise _refusal(where, f"suite {problem.quote(str(suite))} is not one of {', '.join(SUITES)}")
    if len(content["hosts"]) > MOST_HOSTS:
        raise _refusal(where, f"more than {MOST_HOSTS} hosts")
    cloud = content.get("cloud", {})
    if not isinstance(cloud, dict):
        raise _refusal(where, "`cloud:` must be a mapping")
    return Topology(name, suite, {host: _groups(where, host, of) for host, of in content["hosts"].items()}, cloud)


def _groups(where: str, host: object, content: Mapping[str, Any] | None) -> tuple[str, ...]:
    if not isinstance(host, str) or not _WORD.fullmatch(host):
        raise _refusal(
            where, f"{problem.quote(str(host))} cannot name a host: use lower-case letters, digits and inner dashes"
        )
    groups = content.get("groups") if isinstance(content, dict) else None
    if not isinstance(groups, list) or not groups or not all(_GROUP.fullmatch(str(group)) for group in groups):
        raise _refusal(where, f"host {host} needs `groups:`, a list of inventory group names")
    return tuple(str(group) for group in groups)


def _refusal(where: str, why: str) -> LabError:
    return LabError(f"topology {where}: {why}")
