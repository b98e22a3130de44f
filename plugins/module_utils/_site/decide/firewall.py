"""Which ports have to be let in where a host keeps connections out; only rules that carry our name are ever touched.

A *gate* is a chain that every incoming packet passes. One that denies nothing needs no rule of ours, and a host
without such a gate is open already. In a gate that denies, our rules stand before the first rule that could keep a
client out: a REJECT, a DROP for everybody, or a jump to a chain that has one. An administrator's DROP for
certain sources stays in force where it stands before that.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..._core.errors import DeclareError
from ..._core.plan import Plan, Step

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

KIND = "port"
MARK = "novaform:"
ANY, NOBODY = "any", "nobody"
PROTOCOLS = ("tcp", "udp")


@dataclass(frozen=True, order=True)
class Opening:
    """One port, or a range of them, let in from one source: a network such as ``10.0.0.0/24``, or ``any``.

    From ``nobody`` means: from nobody but the host itself.
    """

    component: str
    protocol: str
    first: int
    last: int
    source: str

    @property
    def name(self) -> str:
        """The name that its step has, alike for all sources."""
        ports = str(self.first) if self.first == self.last else f"{self.first}-{self.last}"
        return f"{ports}/{self.protocol} ({self.component})"

    @property
    def version(self) -> int:
        """The IP version of its source, 0 for any, -1 for nobody."""
        special = {ANY: 0, NOBODY: -1}
        return special[self.source] if self.source in special else ipaddress.ip_network(self.source).version


@dataclass(frozen=True)
class ChainRule:
    """One rule of a gate. ``opening`` when it is ours; ``denies`` when it could keep any client out."""

    opening: Opening | None = None
    denies: bool = False
    handle: str = ""


@dataclass(frozen=True)
class Chain:
    """A chain through which incoming packets pass. ``door`` is the program that changes it; ``versions`` of IP."""

    door: str
    table: str
    chain: str
    versions: tuple[int, ...]
    denies: bool
    rules: tuple[ChainRule, ...] = ()

    @property
    def is_shut(self) -> bool:
        """Whether it keeps anybody out, or holds rules of ours from a time when it did."""
        return self.denies or any(rule.denies or rule.opening for rule in self.rules)

    @property
    def edge(self) -> int:
        """The index of the first rule that could keep a client out."""
        return next((index for index, rule in enumerate(self.rules) if rule.denies), len(self.rules))


def to_openings(rules: Sequence[Mapping[str, Any]]) -> list[Opening]:
    """Return the declared ``[{port, proto, sources, comment}]`` as values, each once. Raises ``DeclareError``.

    Without ``sources`` anybody may connect; with none in it nobody but the host itself.
    """
    found = []
    for rule in rules:
        component, protocol = str(rule.get("comment") or "site"), str(rule.get("proto") or "tcp")
        if protocol not in PROTOCOLS or set(component) & set(' "\\') or len(component) > 64:
            raise DeclareError(f"{protocol} port for {component!r}: give tcp or udp, and a component's name as comment")
        first, last = _ports(rule.get("port"), component)
        declared = rule.get("sources")
        sources = [ANY] if declared is None else [to_source(str(source), component) for source in declared]
        found += [Opening(component, protocol, first, last, source) for source in sources or [NOBODY]]
    return list(dict.fromkeys(found))


def to_source(text: str, component: str = "a rule") -> str:
    """Return a source in its one spelling: ``any``, ``nobody`` or a network."""
    if text in (ANY, "0.0.0.0/0", "::/0"):
        return ANY
    if text == NOBODY:
        return NOBODY
    try:
        return str(ipaddress.ip_network(text, strict=False))
    except ValueError:
        raise DeclareError(f"{text!r}, a source for {component}, is neither an address, a network nor any") from None


def decide(openings: Sequence[Opening], gates: Sequence[Chain]) -> Plan:
    """Return ``open port`` for what a shut gate does not let in, and ``close port`` for ours that nobody declares."""
    shut = [gate for gate in gates if gate.is_shut]
    ours = {rule.opening for gate in shut for rule in gate.rules if rule.opening}
    by_name: dict[str, set[Opening]] = {}
    for opening in openings:
        by_name.setdefault(opening.name, set()).add(opening)
    steps = [_open_step(name, wanted, shut, ours) for name, wanted in by_name.items()]
    gone = sorted({opening for opening in ours if opening.name not in by_name})
    closed = {opening.name: Step("close", KIND, opening.name, before=_from({opening})) for opening in gone}
    return Plan((*(step for step in steps if step), *closed.values()))


def _open_step(name: str, wanted: set[Opening], shut: Sequence[Chain], ours: set[Opening]) -> Step | None:
    if all(_effective(gate, name) == _wants(gate, sorted(wanted)) for gate in shut):
        return None
    before = {opening for opening in ours if opening.name == name}
    return Step("open", KIND, name, before=_from(before), after=_from(wanted))


def _effective(gate: Chain, name: str) -> list[Opening]:
    """Return our rules of one name in a gate, with one that is too late to have an effect standing for none."""
    found = [
        (index, rule.opening) for index, rule in enumerate(gate.rules) if rule.opening and rule.opening.name == name
    ]
    late = any(index > gate.edge for index, _ in found)
    return [] if late else sorted(opening for _, opening in found)


def _wants(gate: Chain, openings: Sequence[Opening]) -> list[Opening]:
    """Return those openings that a gate sees packets for."""
    return [opening for opening in openings if not opening.version or opening.version in gate.versions]


def edits(gate: Chain, openings: Sequence[Opening]) -> tuple[list[int], list[Opening]]:
    """Return the indexes of our rules to be deleted from a gate, and the openings to be put before its edge."""
    wanted = _wants(gate, openings) if gate.is_shut else []
    kept: set[Opening] = set()
    deleted = []
    for index, rule in enumerate(gate.rules):
        if rule.opening is None:
            continue
        if rule.opening in wanted and rule.opening not in kept and index < gate.edge:
            kept.add(rule.opening)
        else:
            deleted.append(index)
    return deleted, [opening for opening in wanted if opening not in kept]


def _ports(port: Any, component: str) -> tuple[int, int]:
    first, _, last = str(port).partition("-")
    if not (first.isdigit() and (last or first).isdigit() and 0 < int(first) <= int(last or first) < 65536):
        raise DeclareError(f"{port!r}, a port of {component}, is neither a port nor a range such as 5900-5999")
    return int(first), int(last or first)


def _from(openings: set[Opening]) -> str:
    return "".join(f"from {opening.source}\n" for opening in sorted(openings))
