"""Neutron and Glance as Nova's code calls them, answered from the simulator's stores.

Nova's own fixtures for both keep a fixed network and fixed images. These keep none: what was made through the
simulator's API is what Nova sees, and a port that Nova makes is in the simulator's list.
"""

from __future__ import annotations

import copy
import datetime as dt
import ipaddress
from typing import TYPE_CHECKING, Any

from neutronclient.common import exceptions
from nova.tests.fixtures import GlanceFixture, NeutronFixture
from novaform.simulate.cloud.neutron import Neutron

if TYPE_CHECKING:
    from novaform.simulate.cloud.cloud import Cloud

EXTRA: dict[str, dict[str, Any]] = {
    "networks": {"status": "ACTIVE", "admin_state_up": True, "provider:physical_network": None},
    "subnets": {"ip_version": 4, "host_routes": []},
    "ports": {
        name: value
        for name, value in NeutronFixture.default_port.items()
        if name not in {"id", "network_id", "fixed_ips", "mac_address", "tenant_id", "project_id", "security_groups"}
    },
}
"""What Nova reads on Neutron's things and no reconciler does."""
EPOCH = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


class SharedNeutron(Neutron):
    """The simulator's Neutron, with what Nova needs on each thing."""

    def make(self, plural: str, body: dict[str, Any]) -> dict[str, Any]:
        """Make a thing."""
        return super().make(plural, {**copy.deepcopy(EXTRA.get(plural, {})), **body})

    def address(self, network: str, asked: dict[str, Any]) -> list[dict[str, str]]:
        """Return a port's address on a network: as asked, or the next free one of its first subnet."""
        subnets = [one for one in self.store["subnets"].values() if one["network_id"] == network]
        if not subnets:
            return []
        if asked.get("ip_address"):
            return [{"subnet_id": subnets[0]["id"], "ip_address": asked["ip_address"]}]
        taken = {fixed["ip_address"] for port in self.store["ports"].values() for fixed in port["fixed_ips"]}
        hosts = list(ipaddress.ip_network(subnets[0]["cidr"]).hosts())[9:]
        free = next(str(one) for one in hosts if str(one) not in taken)
        return [{"subnet_id": subnets[0]["id"], "ip_address": free}]


class NeutronBridge(NeutronFixture):
    """What Nova's code asks of Neutron."""

    def __init__(self, test: Any, neutron: SharedNeutron) -> None:
        super().__init__(test)
        self.neutron = neutron
        self._ports = neutron.store["ports"]
        self._networks = neutron.store["networks"]
        self._subnets = neutron.store["subnets"]
        self._security_groups = neutron.store["security-groups"]

    def list_subnets(self, retrieve_all: bool = True, **params: Any) -> dict[str, Any]:  # noqa: FBT001, FBT002 - Nova's
        """Return subnets; Nova's own fixture does not filter them."""
        return {"subnets": self._list_resource(self._subnets, retrieve_all, **params)}

    def find_resource(self, resource: str, name_or_id: str, *_: Any, **__: Any) -> dict[str, Any]:
        """Return a thing by id, else by name, as the client of Neutron does with two requests."""
        things = self.neutron.store[f"{resource.replace('_', '-')}s"]
        found = [one for one in things.values() if one["name"] == name_or_id]
        if name_or_id in things or len(found) == 1:
            return copy.deepcopy(things.get(name_or_id) or found[0])
        if found:
            raise exceptions.NeutronClientNoUniqueMatch(resource=resource, name=name_or_id)
        raise exceptions.NotFound(message=f"Unable to find {resource} with name or id '{name_or_id}'")

    def create_port(self, body: dict[str, Any]) -> dict[str, Any]:
        """Make a port for a server."""
        asked = body["port"]
        fixed = self.neutron.address(asked["network_id"], (asked.get("fixed_ips") or [{}])[0])
        groups = asked.get("security_groups") or [self.neutron.default]
        number = len(self.neutron.store["ports"])
        mac = {"mac_address": f"fa:16:3e:00:{number >> 8 & 255:02x}:{number & 255:02x}"}
        made = self.neutron.make("ports", {**asked, **mac, "fixed_ips": fixed, "security_groups": groups})
        return {"port": copy.deepcopy(made)}

    def delete_port(self, port_id: str, **params: Any) -> None:
        """Remove a port; a floating address that led to it leads nowhere."""
        super().delete_port(port_id, **params)
        for address in self.neutron.store["floatingips"].values():
            if address["port_id"] == port_id:
                address["port_id"] = None


class GlanceBridge(GlanceFixture):
    """What Nova's code asks of Glance."""

    def __init__(self, test: Any, cloud: Cloud) -> None:
        super().__init__(test)
        self.cloud = cloud

    def show(self, context: Any, image_id: str, **asked: Any) -> dict[str, Any]:
        """Return one image in Nova's own words."""
        found = self.cloud.glance.images.get(str(image_id))
        if found is None:
            return super().show(context, image_id, **asked)  # what Nova stored itself: a shelved server's disk
        times = {"created_at": EPOCH, "updated_at": EPOCH, "deleted_at": None, "deleted": False}
        sizes = {"size": found.get("size") or 1, "min_disk": found.get("min_disk", 0)}
        formats = {"disk_format": "raw", "container_format": "bare", "protected": False, "properties": {}}
        kept = {name: found[name] for name in ("id", "name", "status", "visibility", "tags", "owner")}
        return {**times, **formats, **sizes, **kept, "min_ram": found.get("min_ram", 0)}

    def detail(self, context: Any, **asked: Any) -> list[dict[str, Any]]:
        """Return all images."""
        return [self.show(context, one) for one in self.cloud.glance.images]
