"""Placement, as far as it can be read: the hosts as resource providers, and what is set aside on each."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from . import ApiProblem

if TYPE_CHECKING:
    from .cloud import Cloud

HOLDS = frozenset({"active", "paused", "stopped", "suspended", "rescued", "resized", "shelved", "error"})
"""The vm_states in which a server that has a host takes something there."""


class Placement:
    """The placement service. What Nova's servers take follows from them.

    ``forgotten`` are servers for which nothing is set aside, ``extra`` more allocations: host, consumer and amounts.
    """

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.forgotten: set[str] = set()
        self.extra: list[tuple[str, str, dict[str, int]]] = []

    def answer(self, method: str, path: str, query: dict[str, str], body: Any) -> tuple[int, Any]:
        """Answer one request with a status and a body."""
        del query, body
        self.cloud.nova.ripen()
        head, _, rest = path.strip("/").partition("/")
        ident, _, more = rest.partition("/")
        hosts = {_ident_of(host): host for host in self.cloud.nova.hosts}
        if method != "GET" or head != "resource_providers":
            raise ApiProblem(404, "The resource could not be found.")
        if not ident:
            told = [{"uuid": one, "name": host, "parent_provider_uuid": None} for one, host in hosts.items()]
            return 200, {"resource_providers": told}
        if ident not in hosts or more != "allocations":
            raise ApiProblem(
                404, f"No resource provider with uuid {ident} found : No resource provider with uuid {ident}"
            )
        return 200, {"allocations": self.on(hosts[ident]), "resource_provider_generation": 1}

    def on(self, host: str) -> dict[str, Any]:
        """Return what is set aside on a host, by consumer."""
        found = {
            one["id"]: {"resources": self.takes(one)}
            for one in self.cloud.nova.servers.values()
            if one["host"] == host and one["vm_state"] in HOLDS and one["id"] not in self.forgotten
        }
        found.update({consumer: {"resources": amounts} for at, consumer, amounts in self.extra if at == host})
        return found

    @staticmethod
    def takes(server: dict[str, Any]) -> dict[str, int]:
        """Return what a server takes."""
        flavor = server["flavor"]
        return {"VCPU": flavor["vcpus"], "MEMORY_MB": flavor["ram"], "DISK_GB": flavor["disk"]}


def _ident_of(host: str) -> str:
    """Return the uuid of a host's resource provider."""
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, host))
