"""neutron's provider networks, over its API, as the site's administrator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._core import secret
from .._core.decide import provider
from .._core.errors import ObserveError
from . import signin

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .._cloud.session import Session
    from .._core.plan import Plan


class Networks:
    """The stage of a site's own networks."""

    def __init__(self, desired: Mapping[str, Any], secrets: Mapping[str, Any]) -> None:
        self.networks = desired["networks"]
        told = secret.resolve(desired["auth"], secrets)
        self.auth_url = told["auth_url"]
        self.account = (desired["region"], told["username"], told["password"], told["project_name"])

    @property
    def session(self) -> Session:
        """The administrator's."""
        return signin.session(self.auth_url, *self.account)

    def plan(self, planned: Plan | None) -> Plan:
        """Compare neutron's networks by name, and their subnets by range."""
        try:
            observed = self._observe(waiting=planned is None)
        except ObserveError:
            if planned is None:
                raise
            observed = {}
        return provider.decide(self.networks, observed)

    def apply(self, plan: Plan) -> None:
        """Create what is missing."""
        wanted = {one["name"]: one for one in self.networks}
        for step in plan:
            if step.kind == "network":
                self.session.send("network", "POST", "/networks", {"network": provider.to_network(wanted[step.name])})
            else:
                network = self._observe()[step.name]["id"]
                body = {"subnet": provider.to_subnet(wanted[step.name], network)}
                self.session.send("network", "POST", "/subnets", body)

    def _observe(self, *, waiting: bool = True) -> dict[str, dict[str, Any]]:
        if waiting:
            signin.forget()
        elif not signin.is_listening(self.auth_url):
            raise ObserveError(f"nothing listens at {self.auth_url}")
        networks = list(self.session.pages("network", "/networks?router:external=true", "networks"))
        subnets = list(self.session.pages("network", "/subnets", "subnets"))
        ranges = {
            one["id"]: [subnet["cidr"] for subnet in subnets if subnet["network_id"] == one["id"]] for one in networks
        }
        return {one["name"]: {"id": one["id"], "subnets": ranges[one["id"]]} for one in networks}
