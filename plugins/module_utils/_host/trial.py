"""Trying a cloud out with a server on every compute host, in a project of our own that nobody else uses.

Everything that is made is in that project, but for the flavor, which only it may use; project and image stay. What an
earlier trial left is found there and goes first, so that a trial may be killed at any time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, Optional

from .._api.session import Refused
from .._core.errors import ApplyError, Error, ObserveError
from .._site.decide import verify

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .._api.session import Session

    Row = dict[str, Any]

BOOT, CONSOLE, MOVE, GONE = 240.0, 150.0, 240.0, 90.0  # seconds
PAUSE = 1.0
CROWD = 16  # hosts at a time
CIDR = "198.18.0.0/16"  # for benchmarks; nothing routes it
MEMORY_MB, DISK_GB = 128, 1
OPEN = {"instances": -1, "cores": -1, "ram": -1}
IMAGE = {"name": verify.NAME, "disk_format": "qcow2", "container_format": "bare", "visibility": "private"}


def find_project(admin: Session) -> str:
    """Return the id of our project, made when it is missing, with the administrator in it and no quota.

    Raises ``ApplyError`` where a project of somebody else has its name.
    """
    projects = admin.get("identity", f"/projects?name={verify.NAME}&domain_id=default")["projects"]
    if projects and verify.MARK not in str(projects[0].get("description")):
        raise ApplyError(f"project {verify.NAME} ({projects[0]['id']}) is not ours: rename it, then try again")
    if not projects:
        body = {"name": verify.NAME, "domain_id": "default", "description": verify.MARK}
        projects = [admin.send("identity", "POST", "/projects", {"project": body})["project"]]
    project = str(projects[0]["id"])
    role = admin.get("identity", "/roles?name=admin")["roles"][0]["id"]
    admin.send("identity", "PUT", f"/projects/{project}/users/{admin.token().user}/roles/{role}")
    admin.send("compute", "PUT", f"/os-quota-sets/{project}", {"quota_set": OPEN})
    admin.send("network", "PUT", f"/quotas/{project}", {"quota": {"port": -1}})
    return project


class Trial:
    """One trial. ``listened`` tells whether whoever asked for it is still there; without, it ends early."""

    def __init__(self, session: Session, listened: Callable[[], bool] = lambda: True) -> None:
        self.session = session
        self.clock = session.clock
        self.listened = listened

    def find_image(self) -> Optional[str]:
        """Return the id of the image that we kept, or None."""
        owner = self.session.token().project
        found = self.session.pages("image", f"/images?name={verify.NAME}&owner={owner}&status=active", "images")
        return next((str(one["id"]) for one in found), None)

    def upload_image(self, path: str, size: int) -> str:
        """Make the image of a file and return its id; half an image of an earlier trial goes first."""
        owner = self.session.token().project
        for one in self.session.pages("image", f"/images?name={verify.NAME}&owner={owner}", "images"):
            self.session.delete("image", f"/images/{one['id']}")
        made = self.session.send("image", "POST", "/images", {**IMAGE, "novaform_verify": "true"})
        with open(path, "rb") as data:
            self.session.upload(f"/images/{made['id']}/file", data, size)
        return str(made["id"])

    def boot(self, hosts: Sequence[str], image: str) -> tuple[dict[str, Row], str]:
        """Start a server on each host and hear its console; return the phase and the network's id.

        A row has ``server``, ``address`` and ``node`` (the identity of the host's compute node), too.
        """
        services = self.session.get("compute", "/os-services?binary=nova-compute")["services"]
        nodes = {
            one["service"]["host"]: str(one["id"])
            for one in self.session.pages("compute", "/os-hypervisors/detail", "hypervisors")
        }
        without = verify.untried_hosts(hosts, services)
        network, group, flavor = self._make_network(), self._make_group(), self._make_flavor()
        made = {"imageRef": image, "flavorRef": flavor, "networks": [{"uuid": network}]}
        body = {**made, "security_groups": [{"name": group}], "metadata": {"novaform_verify": "true"}}

        def start(host: str) -> Row:
            row: Row = {"node": nodes.get(host)}
            if host in without:
                return {**row, "said": without[host]}
            return self._attempt(row, lambda: self._boot_one(host, body, row))

        return dict(zip(hosts, self._each(start, hosts))), network

    def migrate(self, phase: Mapping[str, Mapping[str, Any]]) -> dict[str, Row]:
        """Move the server of each host to another one that boots servers, where there is one; return the phase.

        A row has ``to``, the host where the server is now. A server that no other host has room for stays.
        """
        hosts = verify.movers(phase)
        rows: list[Row] = [{} for _ in hosts]

        def move(index: int) -> Row:
            host = hosts[index]
            return self._attempt(rows[index], lambda: self._move_one(host, str(phase[host]["server"]), rows[index]))

        return dict(zip(hosts, self._each(move, range(len(hosts)))))

    def clear(self) -> None:
        """Delete all that a trial makes but project and image. Raises ``ApplyError`` where something stays."""
        servers = [str(one["id"]) for one in self._servers()]
        for ident in servers:
            self.session.delete("compute", f"/servers/{ident}")
        self._wait_until_gone()
        for path, name in (("/ports", "ports"), ("/networks", "networks"), ("/security-groups", "security_groups")):
            for one in self.session.pages("network", f"{path}?project_id={self.session.token().project}", name):
                ours = str(one.get("name")).startswith(verify.NAME) or str(one.get("device_owner")).startswith(
                    "compute:"
                )
                if ours:
                    self.session.delete("network", f"{path}/{one['id']}")
        for one in self.session.pages("compute", "/flavors/detail?is_public=None", "flavors"):
            if one["name"] == verify.NAME and one.get("description") == verify.MARK:
                self.session.delete("compute", f"/flavors/{one['id']}")

    def _each(self, work: Callable[[Any], Row], things: Sequence[Any]) -> list[Row]:
        return self.session.crowd(min(CROWD, max(1, len(things))), work, things)

    def _attempt(self, row: Row, work: Callable[[], None]) -> Row:
        try:
            work()
        except Error as error:
            row["said"] = verify.clean(str(error))
        return row

    def _boot_one(self, host: str, body: Mapping[str, Any], row: Row) -> None:
        began = self.clock.monotonic()
        # Forced: where another host might be tried after a failure, Nova's fault does not say what went wrong.
        made = {"server": {**body, "name": f"{verify.NAME}-{host}", "availability_zone": f":{host}"}}
        row["server"] = str(self.session.send("compute", "POST", "/servers", made)["server"]["id"])
        for server in self._watch(row["server"], BOOT):
            if server["status"] == "ERROR":
                raise ApplyError(f"no server starts on it: {self._reason(server)}")
            if server["status"] == "ACTIVE":
                row["address"] = next(one["addr"] for each in server["addresses"].values() for one in each)
                break
        else:
            raise ApplyError(f"a server did not start on it within {BOOT:.0f} s: look at nova-compute's log there")
        row["boot"] = round(self.clock.monotonic() - began, 1)
        self._hear(row)

    def _hear(self, row: Row) -> None:
        began, text = self.clock.monotonic(), ""
        while self.clock.monotonic() < began + CONSOLE:
            self._go_on()
            told = self.session.send(
                "compute", "POST", f"/servers/{row['server']}/action", {"os-getConsoleOutput": {"length": None}}
            )
            text = str((told or {}).get("output") or "")
            ready, wrong = verify.heard(text)
            if ready:
                row["console"] = round(self.clock.monotonic() - began, 1)
                if wrong:
                    raise ApplyError(wrong)
                return
            self.session.sleep(PAUSE)
        raise ApplyError(verify.unheard(text, CONSOLE))

    def _move_one(self, host: str, ident: str, row: Row) -> None:
        began = self.clock.monotonic()
        body = {"os-migrateLive": {"host": None, "block_migration": "auto"}}
        try:
            self.session.send("compute", "POST", f"/servers/{ident}/action", body)
        except Refused as error:
            if "No valid host" in str(error):
                return
            raise
        for server in self._watch(ident, MOVE):
            if server["OS-EXT-STS:task_state"] is not None:
                continue
            row["to"] = server["OS-EXT-SRV-ATTR:host"]
            if server["status"] == "ACTIVE" and row["to"] != host:
                row["migrate"] = round(self.clock.monotonic() - began, 1)
                return
            if server["status"] == "ERROR" or self._has_failed_to_move(ident):
                raise ApplyError(f"its server does not move live: {self._reason(server)}")
        raise ApplyError(f"its server did not move live within {MOVE:.0f} s: look at nova-compute's log there")

    def _has_failed_to_move(self, ident: str) -> bool:
        moves = self.session.get("compute", f"/os-migrations?instance_uuid={ident}")["migrations"]
        return any(one["status"] in {"error", "failed", "cancelled"} for one in moves)

    def _watch(self, ident: str, seconds: float) -> Iterator[dict[str, Any]]:
        """Yield a server as it is, again and again until the time is over. Raises ``ApplyError`` when it is gone."""
        deadline = self.clock.monotonic() + seconds
        while self.clock.monotonic() < deadline:
            self._go_on()
            server = self.session.one("compute", f"/servers/{ident}", "server")
            if server is None:
                raise ApplyError("its server was deleted meanwhile: does somebody else try the cloud, too?")
            yield server
            self.session.sleep(PAUSE)

    def _go_on(self) -> None:
        if not self.listened():
            raise ApplyError("who asked for the trial is gone")

    def _reason(self, server: Mapping[str, Any]) -> str:
        fault = str((server.get("fault") or {}).get("message") or "")
        path = f"/servers/{server['id']}/os-instance-actions"
        try:
            actions = self.session.get("compute", path)["instanceActions"]
            newest = self.session.get("compute", f"{path}/{actions[0]['request_id']}")["instanceAction"]
        except (ObserveError, LookupError):
            return verify.reason(fault, ())
        return verify.reason(fault, newest.get("events") or ())

    def _servers(self) -> list[dict[str, Any]]:
        return list(self.session.pages("compute", "/servers/detail", "servers"))

    def _wait_until_gone(self) -> None:
        deadline = self.clock.monotonic() + GONE
        while True:
            left = self._servers()
            if not left:
                return
            if self.clock.monotonic() > deadline:
                names = ", ".join(f"{one['name']} ({one['id']})" for one in left)
                raise ApplyError(f"{names} cannot be deleted within {GONE:.0f} s: look at nova-compute's log there")
            self.session.sleep(PAUSE)

    def _make_network(self) -> str:
        body = {"network": {"name": verify.NAME, "description": verify.MARK}}
        network = str(self.session.send("network", "POST", "/networks", body)["network"]["id"])
        subnet = {"name": verify.NAME, "network_id": network, "ip_version": 4, "cidr": CIDR, "gateway_ip": None}
        self.session.send("network", "POST", "/subnets", {"subnet": subnet})
        return network

    def _make_group(self) -> str:
        body = {"security_group": {"name": verify.NAME, "description": verify.MARK}}
        group = str(self.session.send("network", "POST", "/security-groups", body)["security_group"]["id"])
        rule = {"security_group_id": group, "direction": "ingress", "ethertype": "IPv4", "protocol": "icmp"}
        self.session.send("network", "POST", "/security-group-rules", {"security_group_rule": rule})
        return group

    def _make_flavor(self) -> str:
        size = {"ram": MEMORY_MB, "vcpus": 1, "disk": DISK_GB, "os-flavor-access:is_public": False}
        body = {"flavor": {"name": verify.NAME, "description": verify.MARK, **size}}
        return str(self.session.send("compute", "POST", "/flavors", body)["flavor"]["id"])
