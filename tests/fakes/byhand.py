"""Servers that somebody makes with a client of Nova's: no marks, any name, everything that an export must tell."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from . import stack

if TYPE_CHECKING:
    from novaform.simulate.cloud.cloud import Cloud

SECONDS = 60.0


class Hand:
    """A person at a cloud: two networks, a flavor, an image, a key, two security groups, a server group."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.image = cloud.glance.add("cirros")
        self.flavor = cloud.nova.on_flavors(
            "POST", "", {}, {"flavor": {"name": "m1", "vcpus": 1, "ram": 128, "disk": 1}}
        )[1]["flavor"]["id"]
        cloud.nova.on_keypairs(
            "POST", "", {}, {"keypair": {"name": "mine", "public_key": f"{stack.PUBLIC_KEY} me@here"}}
        )
        group = {"server_group": {"name": "apart", "policy": "anti-affinity"}}
        self.group = cloud.nova.on_server_groups("POST", "", {}, group)[1]["server_group"]["id"]
        self.networks = [cloud.neutron.make("networks", {"name": name})["id"] for name in ("red", "blue")]
        self.groups = [cloud.neutron.make("security-groups", {"name": name})["id"] for name in ("ssh", "web")]

    def make(self, name: str, state: str = "active", **more: Any) -> str:
        """Make a server and bring it to a state; ``more`` is what the request says besides. Returns its id."""
        asked = {"name": name, "flavorRef": self.flavor, "imageRef": self.image, "networks": "none", **more}
        if "user_data" in asked:
            asked["user_data"] = base64.b64encode(asked["user_data"]).decode()
        hints = asked.pop("hints", {})
        ident = self.cloud.nova.create({"server": asked, **({"os:scheduler_hints": hints} if hints else {})})
        self.settle()
        for action in {"active": (), "stopped": ("os-stop",)}.get(state, (state.removesuffix("d").removesuffix("e"),)):
            self.cloud.nova.act(self.cloud.nova.servers[ident], ACTIONS.get(action, action), None)
            self.settle()
        return ident

    def nics(self, *fixed: str | None) -> list[dict[str, str]]:
        """Return an interface on each network, with these addresses."""
        return [
            {"uuid": network, **({"fixed_ip": address} if address else {})}
            for network, address in zip(self.networks, fixed, strict=False)
        ]

    def settle(self) -> None:
        """Wait until nothing is under way."""
        self.cloud.sleep(SECONDS)
        self.cloud.nova.ripen()


ACTIONS = {"paus": "pause", "suspend": "suspend", "shelv": "shelve"}
