"""Nova's API, as far as a reconciler can tell: servers, flavors, key pairs and server groups."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from . import ApiProblem, actions, quota, request
from .server import SimulatedServers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .cloud import Cloud

MARKABLE = frozenset({"active", "paused", "suspended", "stopped"})
TAKEN = {"metadata": MARKABLE, "tags": MARKABLE, "os-interface": frozenset({"active", "paused", "stopped", "resized"})}
"""What Nova changes only while a server is in one of these states."""


class Nova(SimulatedServers):
    """The compute service."""

    def __init__(self, cloud: Cloud) -> None:
        super().__init__(cloud)
        self.keys: dict[str, dict[str, Any]] = {}
        self.skipped: set[str] = set()
        self.quotas: dict[str, int] = {}
        self.moves: list[str] = []
        self.newest = "2.100"
        self.spoken: tuple[int, ...] = (2, 1)
        self.doors: dict[str, Callable[..., tuple[int, Any]]] = {
            "servers": self.on_servers,
            "flavors": self.on_flavors,
            "os-keypairs": self.on_keypairs,
            "os-server-groups": self.on_server_groups,
            "limits": partial(quota.on_limits, self),
            "os-quota-sets": partial(quota.on_quotas, self),
            "os-migrations": self.on_migrations,
        }

    def understand(self, headers: Mapping[str, str]) -> None:
        """Refuse a microversion that is newer than this Nova."""
        service, asked = headers.get("OpenStack-API-Version", "compute 2.1").split()
        if service != "compute":
            return
        self.spoken = tuple(int(part) for part in asked.split("."))
        if self.spoken > tuple(int(part) for part in self.newest.split(".")):
            raise ApiProblem(406, f"Version {asked} is not supported by the API")

    def answer(self, method: str, path: str, query: dict[str, str], body: Any) -> tuple[int, Any]:
        """Answer one request with a status and a body."""
        self.ripen()
        head, _, rest = path.strip("/").partition("/")
        if not head:
            return 200, {"version": {"version": self.newest, "min_version": "2.1"}}
        if head not in self.doors:
            raise ApiProblem(404, f"no such resource {head}")
        return self.doors[head](method, rest, query, body)

    def on_migrations(self, *_: Any) -> tuple[int, Any]:
        """Answer for migrations: those that a test has put there, for nothing here leaves anything behind."""
        return 200, {"migrations": [{"uuid": one} for one in self.moves]}

    def on_servers(self, method: str, rest: str, query: dict[str, str], body: Any) -> tuple[int, Any]:
        """Answer for servers."""
        if method == "POST" and not rest:
            request.check_server(self.cloud, body, self.spoken)
            quota.check(self, self.flavors[body["server"]["flavorRef"]])
            return 202, {"server": {"id": self.create(body)}}
        if rest in {"", "detail"}:
            return 200, self.list_servers(query)
        ident, _, more = rest.partition("/")
        if ident in self.down:
            return 200, {"server": {"id": ident, "status": "UNKNOWN"}}
        if ident not in self.servers:
            raise ApiProblem(404, f"Instance {ident} could not be found.")
        server = self.servers[ident]
        if method == "GET":
            return 200, self.read(server, more)
        self.heed_lock(server, method, more, body)
        if method == "DELETE" and not more:
            self.delete(server)
            return 204, None
        return self.change(server, method, more, body)

    def heed_lock(self, server: dict[str, Any], method: str, more: str, body: Any) -> None:
        """Refuse to touch a server that is locked, but for administrators. Raises ``ApiProblem`` (409)."""
        head = more.partition("/")[0]
        guards = head in {"metadata", "os-volume_attachments", "os-interface"} or (method == "DELETE" and not more)
        if head == "action":
            guards = next(iter(body)) not in {"lock", "unlock", "os-resetState"}
        if guards and server.get("locked") and "admin" not in self.cloud.roles:
            raise ApiProblem(409, f"Instance {server['id']} is locked")

    def read(self, server: dict[str, Any], more: str) -> dict[str, Any]:
        """Return a server, or something about it."""
        if more.startswith("os-instance-actions"):
            return actions.read_log(server, more)
        if more == "os-security-groups":
            return {"security_groups": self.cloud.neutron.groups_of(server["id"])}
        if more:
            raise ApiProblem(404, f"no such resource {more} of a server")
        addresses = self.cloud.neutron.addresses().get(server["id"], {})
        return {"server": {**self.show(server), **self.extras_of(server), "addresses": addresses}}

    def change(self, server: dict[str, Any], method: str, more: str, body: Any) -> tuple[int, Any]:
        """Change something about a server."""
        head, _, name = more.partition("/")
        if server["vm_state"] not in TAKEN.get(head, {server["vm_state"]}):
            raise ApiProblem(409, f"Cannot change {head} while it is in vm_state {server['vm_state']}")
        if head == "action":
            return self.act(server, *next(iter(body.items())))
        if head == "metadata" and method == "POST":
            server["metadata"].update(body["metadata"])
        elif head == "metadata":
            _take_out(server["metadata"], name)
        elif head == "tags":
            server["tags"] = _with_tag(server["tags"], method, name)
        elif head in {"os-volume_attachments", "os-interface"}:
            self.plug(server["id"], head, name, body if method == "POST" else None)
        elif not head:
            server["name"] = body["server"]["name"]
        else:
            raise ApiProblem(404, f"no such resource {head} of a server")
        return 200, {}

    def plug(self, server: str, head: str, ident: str, body: Any) -> None:
        """Attach a volume or an interface, or take it away (no body)."""
        if head == "os-interface" and body is not None:
            asked = body["interfaceAttachment"]
            self.cloud.neutron.get("networks", asked["net_id"])
            fixed = next((one["ip_address"] for one in asked.get("fixed_ips", ())), None)
            self.cloud.neutron.plug(server, asked["net_id"], [], fixed)
        elif head == "os-interface":
            self.cloud.neutron.get("ports", ident)
            self.leaving.setdefault(ident, self.due("detach"))
        elif body is not None:
            self.cloud.cinder.attach(body["volumeAttachment"]["volumeId"], server)
        else:
            self.cloud.cinder.detach(server, ident, self.due("detach"))

    def list_servers(self, query: dict[str, str]) -> dict[str, Any]:
        """Return one page of servers. With a filter, those of a cell that is down are left out.

        Those that were deleted softly are in no list (nova/db/main/api.py of 2025.1): only their id finds them.
        While it builds, Nova leaves some out of a list of several pages: here the ``skipped``.
        """
        servers = [one for one in self.servers.values() if one["id"] not in self.down]
        servers = [one for one in servers if one["vm_state"] != "soft-delete"]
        for tag in filter(None, query.get("tags", "").split(",")):
            servers = [one for one in servers if tag in one["tags"]]
        servers = [one for one in servers if re.search(query.get("name", ""), one["name"])]
        if "marker" in query:
            places = [place for place, one in enumerate(servers) if one["id"] == query["marker"]]
            if not places:
                raise ApiProblem(400, f"marker [{query['marker']}] not found")
            servers = servers[places[0] + 1 :]
        if "tags" not in query and len(servers) > self.cloud.page:
            servers = [one for one in servers if one["id"] not in self.skipped]
        size = min(int(query.get("limit") or self.cloud.page), self.cloud.page)
        at = self.cloud.neutron.addresses()
        page = [
            {**self.in_list(one), **self.extras_of(one), "addresses": at.get(one["id"], {})} for one in servers[:size]
        ]
        if not query:
            page += [{"id": ident, "status": "UNKNOWN", "created": ""} for ident in self.down]
        answer: dict[str, Any] = {"servers": page}
        if len(servers) > size:
            more = urlencode({**query, "marker": servers[size - 1]["id"]})
            answer["servers_links"] = [{"rel": "next", "href": f"http://inner/v2.1/servers/detail?{more}"}]
        return answer

    def extras_of(self, server: dict[str, Any]) -> dict[str, Any]:
        """Return what newer microversions, and Cinder, add to a server."""
        disks = {"os-extended-volumes:volumes_attached": self.cloud.cinder.of(server["id"])}
        pinned = {"pinned_availability_zone": server["zone"]} if self.spoken >= (2, 96) else {}
        return {**disks, **pinned, **({"scheduler_hints": server["hints"]} if self.spoken >= (2, 100) else {})}

    def on_flavors(self, method: str, rest: str, query: dict[str, str], body: Any) -> tuple[int, Any]:
        """Answer for flavors."""
        del query
        ident, _, more = rest.partition("/")
        if method == "GET" and ident not in {"", "detail"}:
            return 200, {"flavor": _find(self.flavors, ident)}
        if method == "GET":
            return 200, {"flavors": list(self.flavors.values())}
        if method == "DELETE" and not more:
            _take_out(self.flavors, ident)
            return 202, None
        if more:
            flavor = _find(self.flavors, ident)
            if method == "DELETE":
                self.flavors[ident] = {
                    **flavor,
                    "extra_specs": _less(flavor["extra_specs"], more.partition("/")[2]),
                }
                return 200, None
            self.flavors[ident] = {**flavor, "extra_specs": {**flavor["extra_specs"], **body["extra_specs"]}}
            return 200, body
        if any(one["name"] == body["flavor"]["name"] for one in self.flavors.values()):
            raise ApiProblem(409, "Flavor with this name exists")
        given = {"extra_specs": {}, "swap": 0, "OS-FLV-EXT-DATA:ephemeral": 0, "os-flavor-access:is_public": True}
        made = {"id": self.cloud.id(body["flavor"]["name"]), **given, **body["flavor"]}
        self.flavors[made["id"]] = made
        return 200, {"flavor": made}

    def on_keypairs(self, method: str, rest: str, query: dict[str, str], body: Any) -> tuple[int, Any]:
        """Answer for key pairs."""
        del query
        if rest and method == "GET":
            return 200, {"keypair": _find(self.keys, rest)}
        if method == "GET":
            return 200, {"keypairs": [{"keypair": one} for one in self.keys.values()]}
        if method == "DELETE":
            _take_out(self.keys, rest)
            return 202, None
        request.check_key(body["keypair"], self.keys)
        self.keys[body["keypair"]["name"]] = body["keypair"]
        return 201, body

    def on_server_groups(self, method: str, rest: str, query: dict[str, str], body: Any) -> tuple[int, Any]:
        """Answer for server groups."""
        del query
        if rest and method == "GET":
            return 200, {"server_group": _find(self.groups, rest)}
        if method == "GET":
            return 200, {"server_groups": list(self.groups.values())}
        if method == "DELETE":
            _take_out(self.groups, rest)
            return 204, None
        given = {"members": [], "project_id": self.cloud.project}
        made = {"id": self.cloud.id(body["server_group"]["name"]), **given, **body["server_group"]}
        self.groups[made["id"]] = made
        return 200, {"server_group": made}


def _with_tag(tags: list[str], method: str, name: str) -> list[str]:
    """Return the tags with one more or one less. Raises ``ApiProblem`` (404)."""
    if method == "PUT":
        return sorted({*tags, name})
    if name not in tags:
        raise ApiProblem(404, f"there is no tag '{name}'")
    return [tag for tag in tags if tag != name]


def _find(things: dict[str, Any], ident: str) -> Any:
    """Return one of these things. Raises ``ApiProblem`` (404)."""
    if ident not in things:
        raise ApiProblem(404, f"{ident} could not be found")
    return things[ident]


def _less(specs: dict[str, str], name: str) -> dict[str, str]:
    """Return the extra specs without one. Raises ``ApiProblem`` (404)."""
    _find(specs, name)
    return {one: value for one, value in specs.items() if one != name}


def _take_out(things: dict[str, Any], ident: str) -> None:
    """Remove one of these things. Raises ``ApiProblem`` (404)."""
    _find(things, ident)
    del things[ident]
