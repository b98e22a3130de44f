"""A rule of a security group in one line, as ``ingress IPv4 tcp 80-80 0.0.0.0/0``: so rules are compared and shown.

A peer that is a group is ``group:`` and its name where the rule is declared, or its id where the cloud tells it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Callable, Optional

from .model.security_group import Rule

if TYPE_CHECKING:
    from collections.abc import Iterable

GIVEN = frozenset({"egress IPv4 any - 0.0.0.0/0", "egress IPv6 any - ::/0"})
"""The rules that Neutron gives each group when it makes it: they are kept, and so neither asked for nor missed."""
GROUP = "group:"


def to_text(rule: Rule) -> str:
    """Return a rule's line; two ways of writing one rule are one line."""
    ports = f"{'' if rule.port_min is None else rule.port_min}-{'' if rule.port_max is None else rule.port_max}"
    anywhere = "::/0" if rule.ethertype == "IPv6" else "0.0.0.0/0"
    peer = f"{GROUP}{rule.group}" if rule.group else (rule.cidr or anywhere)
    return f"{rule.direction} {rule.ethertype} {rule.protocol or 'any'} {ports} {peer}"


def from_text(line: str) -> Rule:
    """Read what ``to_text`` wrote; its peer is said, a group or addresses."""
    direction, ethertype, protocol, ports, peer = line.split(" ", 4)
    low, _, high = ports.partition("-")
    _, _, group = peer.partition(GROUP)
    return Rule(
        direction,
        None if protocol == "any" else protocol,
        int(low) if low else None,
        int(high) if high else None,
        None if group else peer,
        group or None,
        ethertype,
    )


def with_peer(line: str, called: Callable[[str], Optional[str]]) -> str:
    """Return a rule's line with its peer group, if it has one, called otherwise."""
    head, _, group = line.partition(GROUP)
    return f"{head}{GROUP}{called(group)}" if group else line


def with_peers(lines: Iterable[str], called: Callable[[str], Optional[str]]) -> list[str]:
    """Return rules' lines, sorted, with their peer groups called otherwise."""
    return sorted(with_peer(line, called) for line in lines)
