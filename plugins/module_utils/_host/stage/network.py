"""neutron's provider networks, over its API, as the site's administrator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..._core import secret
from ..._core.errors import ObserveError
from ..._site.decide import provider
from ..converge import is_coming, is_restarting
from ..door import signin

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..._api.session import Session
    from ..._core.plan import Plan


class Networks:
    """The stage of a site's own networks."""

    def __init__(self, desired: Mapping[str, Any], secrets: Mapping[str, Any]) -> None:
        self.networks = desired["networks"]
        told = secret.resolve(desired["auth"], secrets)
        self.auth_url = told["auth_url"]
        self.region = desired["region"]
        self.account = (told["username"], told["password"], told["project_name"])

    def plan(self, planned: Plan | None) -> Plan:
        """Compare neutron's networks by name, and their subnets by range. A neutron to be made has none."""
        if planned is None:
            signin.forget()
        elif is_coming(planned, "neutron"):
            return provider.decide(self.networks, {})
        elif is_restarting(planned, "keystone.service", "neutron-api.service"):
            raise ObserveError("neutron's networks cannot be looked at before neutron and keystone are started again")
        return provider.decide(self.networks, self._observe(waiting=planned is None))

    def apply(self, plan: Plan) -> None:
        """Create what is missing."""
        wanted = {one["name"]: one for one in self.networks}
        for step in plan:
            if step.kind == "network":
                self._session().send(
                    "network", "POST", "/networks", {"network": provider.to_network(wanted[step.name])}
                )
            else:
                network = self._observe()[step.name]["id"]
                body = {"subnet": provider.to_subnet(wanted[step.name], network)}
                self._session().send("network", "POST", "/subnets", body)

    def _observe(self, *, waiting: bool = True) -> dict[str, dict[str, Any]]:
        session = self._session(once=not waiting)
        networks = list(session.pages("network", "/networks?router:external=true", "networks"))
        subnets = list(session.pages("network", "/subnets", "subnets"))
        ranges = {
            one["id"]: [subnet["cidr"] for subnet in subnets if subnet["network_id"] == one["id"]] for one in networks
        }
        return {one["name"]: {"id": one["id"], "subnets": ranges[one["id"]]} for one in networks}

    def _session(self, *, once: bool = False) -> Session:
        """Return the administrator's."""
        return signin.session(self.auth_url, self.region, self.account, once=once)
