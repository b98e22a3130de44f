"""Servers and what they go through: states that take time, boots that fail, hosts that crash."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import actions

if TYPE_CHECKING:
    from .cloud import Cloud

TAKES = 4.0
"""Seconds that anything takes unless ``Servers.takes`` says otherwise."""
CLAIMS = 1.0
"""Seconds until a new server's host is known: the scheduler knows the groups' hosts no sooner."""
POWER = {"active": 1, "stopped": 4, "paused": 3, "suspended": 7}
STATUS = {"building": "BUILD", "stopped": "SHUTOFF", "resized": "VERIFY_RESIZE"}
"""Nova's words for states, where they are not the state itself."""


class SimulatedServers:
    """All servers of the cloud, the flavors and groups that they are made with, and the hosts that they run on.

    ``fails`` holds what the boot of a server of this name ends with, so many times as ``boots`` says (else always);
    ``deaf`` the names of servers that run and do not answer; ``down`` the ids of servers whose cell does not answer;
    ``takes`` the seconds of an action that are not usual; ``leaving`` until when ports are being unplugged.
    ``reclaims``: what is deleted can be restored for a while.
    """

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.servers: dict[str, dict[str, Any]] = {}
        self.flavors: dict[str, dict[str, Any]] = {}
        self.groups: dict[str, dict[str, Any]] = {}
        self.down: set[str] = set()
        self.fails: dict[str, str] = {}
        self.boots: dict[str, int] = {}
        self.takes: dict[str, float] = {}
        self.deaf: set[str] = set()
        self.reclaims = False
        self.leaving: dict[str, float] = {}
        self.hosts = ["compute1", "compute2"]
        self.zones = {"nova"}

    def due(self, action: str) -> float:
        """Return when an action that begins now will have ended."""
        return self.cloud.now + self.takes.get(action, TAKES)

    def ripen(self) -> None:
        """Let everything that has taken its time come to its end."""
        for port in [one for one, until in self.leaving.items() if until <= self.cloud.now]:
            del self.leaving[port]
            self.cloud.neutron.store["ports"].pop(port, None)
        for ident, server in list(self.servers.items()):
            claimed = server["task_state"] == "scheduling" and server["claimed"] <= self.cloud.now
            if claimed and server["name"] not in self.fails:
                server.update(host=server["chosen"], task_state="spawning")
            if server["until"] is None or server["until"] > self.cloud.now:
                continue
            kept = (server["host"] or server["chosen"]) if server["launched"] else server["host"]
            host = None if server["then"] == "shelved_offloaded" else kept
            server.update(vm_state=server["then"], task_state=None, until=None, power=None, host=host)
            if server["then"] == "gone":
                del self.servers[ident]
                self.cloud.neutron.unplug(ident)
                self.cloud.cinder.free(ident)
                for group in self.groups.values():
                    group["members"] = [member for member in group["members"] if member != ident]
            elif server["then"] == "active" and not server["launched"]:
                self.launch(server)

    def launch(self, server: dict[str, Any]) -> None:
        """Start a new server, or fail to."""
        name = server["name"]
        if server["chosen"] is None:
            server.update(vm_state="error", fault=actions.NO_HOST)
            return
        if set(server["groups"]) - {"default"} and any(map(self.cloud.neutron.open, server["networks"])):
            server.update(vm_state="error", fault=actions.EXHAUSTED.format(server["id"]))
            return
        plugged = any(port.get("device_id") == server["id"] for port in self.cloud.neutron.store["ports"].values())
        for network, address in zip(server["networks"], server["fixed"], strict=True) if not plugged else ():
            self.cloud.neutron.plug(server["id"], network, server["groups"], address)
        if name in self.fails:
            server.update(vm_state="error", fault=self.fails[name])
            self.boots[name] = self.boots.get(name, 0) - 1
            if self.boots[name] == 0:
                del self.fails[name], self.boots[name]
            return
        server["launched"] = "2026-01-01T00:00:00"

    def crash(self, host: str, back_after: float = TAKES) -> None:
        """Let a host crash: what was being built on it is in ERROR once the host is back."""
        self.ripen()
        for server in self.servers.values():
            if server["chosen"] == host and server["vm_state"] == "building":
                server.update(
                    then="error", until=self.cloud.now + back_after, fault=f"{host} went away during the build"
                )

    def down_no_more(self) -> None:
        """Let all cells answer again."""
        self.down.clear()

    def copy(self, server: dict[str, Any]) -> str:
        """Make a server of the same name that bears nobody's mark, as another client may, and return its id."""
        body = {
            "name": server["name"],
            "flavorRef": server["flavor"]["id"],
            "imageRef": server["image"],
            "networks": [],
        }
        ident = self.create({"server": body})
        self.servers[ident]["foreign"] = True
        return ident

    def forget_copies(self) -> None:
        """Let the other client remove its servers."""
        for server in list(self.servers.values()):
            if server.get("foreign"):
                self.delete(server)

    def choose(self, group: str | None) -> str:
        """Choose a host as the scheduler does: by those that the group's servers are known to have, then by load."""
        known = [one["host"] for one in self.servers.values() if group and one["hints"].get("group") == group]
        load = [one["chosen"] for one in self.servers.values()]
        return min(self.hosts, key=lambda host: (known.count(host), load.count(host)))

    def reach(self, address: str, port: int, path: str | None) -> str:
        """Try a port of a server, as ``look.health.reach`` does of a real one: empty when it answers."""
        del path
        self.ripen()
        servers = {one["id"]: one for one in self.servers.values()}
        store = self.cloud.neutron.store
        at = {fixed["ip_address"]: port["device_id"] for port in store["ports"].values() for fixed in port["fixed_ips"]}
        leads = {one["floating_ip_address"]: one["port_id"] for one in store["floatingips"].values()}
        device = at.get(address) or store["ports"].get(leads.get(address) or "", {}).get("device_id")
        server = servers.get(device or "")
        up = server is not None and server["vm_state"] in {"active", "resized"} and server["name"] not in self.deaf
        return "" if up else f"port {port} at {address} does not answer (simulated)"

    def delete(self, server: dict[str, Any]) -> None:
        """Begin to delete a server."""
        server.update(task_state="deleting", until=self.due("delete"), then="soft-delete" if self.reclaims else "gone")

    def act(self, server: dict[str, Any], action: str, arguments: Any) -> tuple[int, Any]:
        """Begin an action on a server."""
        if action == "os-getConsoleOutput":
            return 200, {"output": "" if server["name"] in self.deaf else f"{server['name']} login: "}
        actions.begin(self, server, action, arguments)
        return 202, None

    def create(self, body: Any) -> str:
        """Begin to build a server and return its id."""
        asked = body["server"]
        flavor = self.flavors[asked["flavorRef"]]
        networks = [one["uuid"] for one in asked["networks"]] if asked["networks"] != "none" else []
        for network in networks:
            self.cloud.neutron.get("networks", network)
        hints = body.get("os:scheduler_hints", {})
        disks = [one["uuid"] for one in asked.get("block_device_mapping_v2", ()) if one["source_type"] == "volume"]
        ident = self.cloud.id(asked["name"])
        self.servers[ident] = {
            **self.build_state(),
            "id": ident,
            "name": asked["name"],
            "tenant_id": self.cloud.project,
            "flavor": flavor,
            "image": asked["imageRef"],
            "key_name": asked.get("key_name"),
            "user_data": asked.get("user_data"),
            "metadata": dict(asked.get("metadata", {})),
            "tags": list(asked.get("tags", ())),
            "networks": networks,
            "groups": [one["name"] for one in asked.get("security_groups", ())],
            "hints": hints,
            "zone": asked.get("availability_zone"),
            "config_drive": bool(asked.get("config_drive")),
            "fixed": [one.get("fixed_ip") for one in asked["networks"]] if networks else [],
            "chosen": self.choose(hints.get("group")) if actions.fits(flavor) else None,
        }
        if "group" in hints:
            self.groups[hints["group"]]["members"].append(ident)
        for disk in disks:
            self.cloud.cinder.attach(disk, ident)
        return ident

    def build_state(self) -> dict[str, Any]:
        """Return the state of a server whose build begins."""
        return {
            "claimed": self.cloud.now + CLAIMS,
            "vm_state": "building",
            "task_state": "scheduling",
            "until": self.due("create"),
            "then": "active",
            "launched": None,
            "fault": None,
            "host": None,
            "power": None,
            "created": f"{self.cloud.now:.3f}",
        }

    def in_list(self, server: dict[str, Any]) -> dict[str, Any]:
        """Return a server as it is in a list, which has no faults of cell0."""
        shown = self.show(server)
        if not server["host"]:
            shown.pop("fault", None)
        return shown

    @staticmethod
    def show(server: dict[str, Any]) -> dict[str, Any]:
        """Return a server as the API shows it."""
        flavor = server["flavor"]
        power = server["power"] if server["power"] is not None else POWER.get(server["vm_state"], 0)
        return {
            "id": server["id"],
            "name": server["name"],
            "tenant_id": server["tenant_id"],
            "status": STATUS.get(server["vm_state"], str(server["vm_state"]).upper()),
            "flavor": {
                **{name: flavor[name] for name in ("vcpus", "ram", "disk", "swap", "extra_specs")},
                "original_name": flavor["name"],
                "ephemeral": flavor["OS-FLV-EXT-DATA:ephemeral"],
            },
            "locked": server.get("locked", False),
            "locked_reason": server.get("locked_reason"),
            "image": {"id": server["image"]} if server["image"] else "",
            "key_name": server["key_name"],
            "metadata": server["metadata"],
            "tags": server["tags"],
            "OS-EXT-STS:vm_state": server["vm_state"],
            "OS-EXT-STS:task_state": server["task_state"],
            "OS-EXT-STS:power_state": power,
            "OS-EXT-SRV-ATTR:hypervisor_hostname": server["host"],
            "OS-SRV-USG:launched_at": server["launched"],
            "OS-EXT-AZ:availability_zone": ""
            if server["vm_state"] == "shelved_offloaded"
            else server["zone"] or "nova",
            "OS-EXT-SRV-ATTR:user_data": server["user_data"],
            "os-extended-volumes:volumes_attached": [],
            "created": server["created"],
            "config_drive": "True" if server["config_drive"] else "",
            **({"fault": {"message": server["fault"], "code": 500}} if server["fault"] else {}),
        }
