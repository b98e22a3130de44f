"""The hosts' own word: all guests of each KVM host, one question per host."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from novaform import core
from novaform.clients import runner

if TYPE_CHECKING:
    from pathlib import Path

COMPUTE = "compute"
LONGEST = 1000
"""Characters of what a host says that are shown."""


class Hosts(NamedTuple):
    """What was heard. ``guests`` maps a host that answered to its guests, ``silent`` one that did not to the reason."""

    guests: dict[str, list[dict[str, Any]]]
    silent: dict[str, str]


def observe_hosts(inventory: Path, pattern: str = COMPUTE) -> Hosts:
    """Ask libvirt on every host of the group. One that does not answer, or garbled, is named, never taken for empty.

    Raises ``DeclareError`` for an inventory that is not there, or that has no such host.
    """
    if not inventory.exists():
        raise core.errors.DeclareError(f"{inventory}: there is no such inventory")
    with runner.folder() as private:
        results = runner.run_there(private, "kvm_domains_info", inventory, pattern)
    guests: dict[str, list[dict[str, Any]]] = {}
    silent: dict[str, str] = {}
    for host, (word, result) in results.items():
        fault = core.guest.fault_of(result.get("domains")) if word == "ok" else ""
        if word != "ok":
            silent[host] = " ".join(str(result.get("msg") or word).split())[:LONGEST]
        elif fault:
            silent[host] = f"what it says of its guests is garbled: {fault}"
        else:
            guests[host] = result["domains"]  # under the name that we know it by: it speaks for no other
    return Hosts(guests, silent)
