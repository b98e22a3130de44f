"""Nova, as far as a reconciler can tell: states that take time, tags in the request, pages, cells that are down."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .cloud import Cloud

TAKES = 4.0
CLAIMS = 1.0
"""Seconds until a new server's host is known: the scheduler knows the groups' hosts no sooner."""
ACTIONS = {
    "os-start": ("powering-on", {"stopped"}, "active"),
    "os-stop": ("powering-off", {"active", "error"}, "stopped"),
    "reboot": ("rebooting_hard", {"active", "stopped", "paused", "suspended", "error"}, "active"),
    "pause": ("pausing", {"active"}, "paused"),
    "unpause": ("unpausing", {"paused"}, "active"),
    "suspend": ("suspending", {"active"}, "suspended"),
    "resume": ("resuming", {"suspended"}, "active"),
    "shelve": ("shelving", {"active", "stopped", "paused", "suspended"}, "shelved_offloaded"),
    "unshelve": ("unshelving", {"shelved", "shelved_offloaded"}, "active"),
    "resize": ("resize_prep", {"active", "stopped"}, "resized"),
    "rebuild": ("rebuilding", {"active", "stopped", "error"}, "active"),
    "confirmResize": (None, {"resized"}, "active"),
}
POWER = {"active": 1, "stopped": 4, "paused": 3, "suspended": 7}


def problem(status: int, message: str) -> Exception:
    from .cloud import Problem

    return Problem(status, message)


class Nova:
    """The compute service."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.servers: dict[str, dict[str, Any]] = {}
        self.flavors: dict[str, dict[str, Any]] = {}
        self.keys: dict[str, dict[str, Any]] = {}
        self.groups: dict[str, dict[str, Any]] = {}
        self.down: set[str] = set()
        self.fails: dict[str, str] = {}
        self.hosts = ["compute1", "compute2"]
        self.newest = "2.99"

    def understand(self, headers: Mapping[str, str]) -> None:
        """Refuse a microversion that is newer than this Nova."""
        asked = headers.get("OpenStack-API-Version", "compute 2.1").split()[1]
        if [int(part) for part in asked.split(".")] > [int(part) for part in self.newest.split(".")]:
            raise problem(406, f"Version {asked} is not supported by the API")

    def answer(self, method: str, path: str, query: dict[str, str], body: Any) -> tuple[int, Any]:
        self.ripen()
        head, _, rest = path.strip("/").partition("/")
        if not head:
            return 200, {"version": {"version": self.newest, "min_version": "2.1"}}
        return getattr(self, "on_" + head.replace("os-", "").replace("-", "_"))(method, rest, query, body)

    def ripen(self) -> None:
        """Let everything that has taken its time come to its end."""
        for ident, server in list(self.servers.items()):
            claimed = server["task_state"] == "scheduling" and server["claimed"] <= self.cloud.now
            if claimed and server["name"] not in self.fails:
                server.update(host=server["chosen"], task_state="spawning")
            if server["until"] is None or server["until"] > self.cloud.now:
                continue
            server.update(vm_state=server["then"], task_state=None, until=None, power=None)
            if server["then"] == "gone":
                del self.servers[ident]
                self.cloud.neutron.unplug(ident)
            elif server["then"] == "active" and not server["launched"]:
                self.launch(server)

    def launch(self, server: dict[str, Any]) -> None:
        if server["name"] in self.fails:
            server.update(vm_state="error", fault=self.fails[server["name"]])
            return
        server["launched"] = "2026-01-01T00:00:00"
        for network in server["networks"]:
            self.cloud.neutron.plug(server["id"], network, server["groups"])

    def choose(self, group: str | None) -> str:
        """Choose a host as the scheduler does: by those that the group's servers are known to have, then by load."""
        known = [one["host"] for one in self.servers.values() if group and one["hints"].get("group") == group]
        load = [one["chosen"] for one in self.servers.values()]
        return min(self.hosts, key=lambda host: (known.count(host), load.count(host)))

    def on_servers(self, method: str, rest: str, query: dict[str, str], body: Any) -> tuple[int, Any]:
        if method == "POST" and not rest:
            return 202, {"server": {"id": self.create(body)}}
        if rest == "detail":
            return 200, self.listed(query)
        ident, _, more = rest.partition("/")
        if ident in self.down:
            return 200, {"server": {"id": ident, "status": "UNKNOWN"}}
        if ident not in self.servers:
            raise problem(404, "Instance could not be found")
        server = self.servers[ident]
        if method == "GET" and more.startswith("os-instance-actions"):
            return 200, {"instanceActions": []}
        if method == "GET":
            return 200, {"server": self.shown(server)}
        if method == "DELETE" and not more:
            server.update(task_state="deleting", until=self.cloud.now + TAKES, then="gone")
            return 204, None
        return self.change(server, method, more, body)

    def change(self, server: dict[str, Any], method: str, more: str, body: Any) -> tuple[int, Any]:
        head, _, name = more.partition("/")
        refused = {"metadata": {"shelved_offloaded"}, "os-interface": {"suspended", "shelved_offloaded"}}.get(head, ())
        if server["vm_state"] in refused:
            raise problem(409, f"Cannot change {head} while it is in vm_state {server['vm_state']}")
        if head == "action":
            return self.act(server, *next(iter(body.items())))
        if head == "metadata" and method == "POST":
            server["metadata"].update(body["metadata"])
        elif head == "metadata":
            server["metadata"].pop(name)
        elif head == "tags":
            server["tags"] = sorted({*server["tags"], name} if method == "PUT" else {*server["tags"]} - {name})
        elif head == "os-interface" and method == "POST":
            self.cloud.neutron.plug(server["id"], body["interfaceAttachment"]["net_id"], [])
        elif head == "os-interface":
            self.cloud.neutron.store["ports"].pop(name)
        else:
            server["name"] = body["server"]["name"]
        return 200, {}

    def act(self, server: dict[str, Any], action: str, arguments: Any) -> tuple[int, Any]:
        task, allowed, then = ACTIONS[action]
        if server["vm_state"] not in allowed or server["task_state"] is not None:
            raise problem(409, f"Cannot '{action}' instance while it is in vm_state {server['vm_state']}")
        if action == "resize":
            server["before"] = server["vm_state"]
            server["flavor"] = self.flavors[arguments["flavorRef"]]
        if action == "rebuild":
            server["image"] = arguments["imageRef"]
            then = "stopped" if server["vm_state"] == "stopped" else "active"
            server["metadata"] = arguments.get("metadata", server["metadata"])
        if action == "confirmResize":
            then = server.pop("before")
        server.update(task_state=task, until=self.cloud.now + TAKES, then=then)
        return 202, None

    def create(self, body: Any) -> str:
        asked = body["server"]
        if len(asked.get("tags", ())) > 50 or any("/" in tag or "," in tag for tag in asked.get("tags", ())):
            raise problem(400, "Invalid input for field/attribute tags")
        for network in asked["networks"] if asked["networks"] != "none" else ():
            self.cloud.neutron.get("networks", network["uuid"])
        ident = self.cloud.id()
        hints = body.get("os:scheduler_hints", {})
        self.servers[ident] = {
            "id": ident,
            "name": asked["name"],
            "flavor": self.flavors[asked["flavorRef"]],
            "image": asked["imageRef"],
            "key_name": asked.get("key_name"),
            "user_data": asked.get("user_data"),
            "metadata": dict(asked.get("metadata", {})),
            "tags": list(asked.get("tags", ())),
            "networks": [one["uuid"] for one in asked["networks"]] if asked["networks"] != "none" else [],
            "groups": [one["name"] for one in asked.get("security_groups", ())],
            "hints": hints,
            "chosen": self.choose(hints.get("group")),
            "claimed": self.cloud.now + CLAIMS,
            "vm_state": "building",
            "task_state": "scheduling",
            "until": self.cloud.now + TAKES,
            "then": "active",
            "launched": None,
            "fault": None,
            "host": None,
            "power": None,
            "created": f"{self.cloud.now:.3f}",
        }
        return ident

    def listed(self, query: dict[str, str]) -> dict[str, Any]:
        servers = [one for one in self.servers.values() if one["id"] not in self.down]
        for tag in filter(None, query.get("tags", "").split(",")):
            servers = [one for one in servers if tag in one["tags"]]
        if "marker" in query:
            place = [one["id"] for one in servers].index(query["marker"])
            servers = servers[place + 1 :]
        page = [self.shown(one) for one in servers[: self.cloud.page]]
        if not query:
            page += [{"id": ident, "status": "UNKNOWN", "created": ""} for ident in self.down]
        answer: dict[str, Any] = {"servers": page}
        if len(servers) > self.cloud.page:
            last = servers[self.cloud.page - 1]["id"]
            answer["servers_links"] = [{"rel": "next", "href": f"http://inner/v2.1/servers/detail?marker={last}"}]
        return answer

    @staticmethod
    def shown(server: dict[str, Any]) -> dict[str, Any]:
        flavor = server["flavor"]
        power = server["power"] if server["power"] is not None else POWER.get(server["vm_state"], 0)
        return {
            "id": server["id"],
            "name": server["name"],
            "status": server["vm_state"].upper(),
            "flavor": {**flavor, "original_name": flavor["name"], "ephemeral": 0},
            "image": {"id": server["image"]},
            "key_name": server["key_name"],
            "metadata": server["metadata"],
            "tags": server["tags"],
            "OS-EXT-STS:vm_state": server["vm_state"],
            "OS-EXT-STS:task_state": server["task_state"],
            "OS-EXT-STS:power_state": power,
            "OS-EXT-SRV-ATTR:hypervisor_hostname": server["host"],
            "OS-SRV-USG:launched_at": server["launched"],
            "OS-EXT-AZ:availability_zone": "nova",
            "created": server["created"],
            "addresses": {},
            "config_drive": "",
            **({"fault": {"message": server["fault"]}} if server["fault"] else {}),
        }

    def on_flavors(self, method: str, rest: str, query: dict[str, str], body: Any) -> tuple[int, Any]:
        ident, _, more = rest.partition("/")
        if method == "GET":
            return 200, {"flavors": list(self.flavors.values())}
        if method == "DELETE":
            self.flavors.pop(ident)
            return 202, None
        if more:
            self.flavors[ident] = {
                **self.flavors[ident],
                "extra_specs": {**self.flavors[ident]["extra_specs"], **body["extra_specs"]},
            }
            return 200, body
        if any(one["name"] == body["flavor"]["name"] for one in self.flavors.values()):
            raise problem(409, "Flavor with this name exists")
        made = {"id": self.cloud.id(), "extra_specs": {}, "swap": 0, **body["flavor"]}
        self.flavors[made["id"]] = made
        return 200, {"flavor": made}

    def on_keypairs(self, method: str, rest: str, query: dict[str, str], body: Any) -> tuple[int, Any]:
        if method == "GET":
            return 200, {"keypairs": [{"keypair": one} for one in self.keys.values()]}
        if method == "DELETE":
            self.keys.pop(rest)
            return 202, None
        if body["keypair"]["name"] in self.keys:
            raise problem(409, "Key pair exists")
        self.keys[body["keypair"]["name"]] = body["keypair"]
        return 201, body

    def on_server_groups(self, method: str, rest: str, query: dict[str, str], body: Any) -> tuple[int, Any]:
        if method == "GET":
            return 200, {"server_groups": list(self.groups.values())}
        if method == "DELETE":
            self.groups.pop(rest)
            return 204, None
        made = {"id": self.cloud.id(), "members": [], **body["server_group"]}
        self.groups[made["id"]] = made
        return 200, {"server_group": made}
