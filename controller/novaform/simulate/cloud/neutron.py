"""Neutron, as far as a reconciler can tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import ApiProblem

if TYPE_CHECKING:
    from .cloud import Cloud

PLURAL = {
    "networks": "network",
    "subnets": "subnet",
    "routers": "router",
    "ports": "port",
    "security-groups": "security_group",
    "floatingips": "floatingip",
}
DEFAULTS: dict[str, dict[str, Any]] = {
    "networks": {"router:external": False, "shared": False, "mtu": 1500, "port_security_enabled": True},
    "subnets": {"enable_dhcp": True, "dns_nameservers": [], "gateway_ip": "10.0.0.1", "allocation_pools": []},
    "routers": {"external_gateway_info": None},
    "ports": {"device_owner": "", "security_groups": [], "fixed_ips": []},
    "security-groups": {},
    "floatingips": {"port_id": None},
}
FIXED = {"OS-EXT-IPS:type": "fixed"}
NAMES = {
    "network_id": "networks",
    "floating_network_id": "networks",
    "subnet_id": "subnets",
    "port_id": "ports",
}
"""What a field of a request names."""
FILTERS = frozenset({"device_id", "name", "port_id", "project_id"})


class Neutron:
    """The network service."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.store: dict[str, dict[str, dict[str, Any]]] = {plural: {} for plural in PLURAL}
        self.rules: dict[str, dict[str, Any]] = {}
        self.default = self.make("security-groups", {"name": "default"})["id"]

    def get(self, plural: str, ident: str) -> dict[str, Any]:
        """Return one thing. Raises ``ApiProblem`` (404)."""
        if ident not in self.store[plural]:
            raise ApiProblem(404, f"{plural} {ident} could not be found")
        return self.store[plural][ident]

    def make(self, plural: str, body: dict[str, Any]) -> dict[str, Any]:
        """Put a thing there and return it."""
        made = {
            "id": self.cloud.id(body.get("name", plural)),
            "tags": [],
            "description": "",
            "name": "",
            **self.cloud.owner(),
            **DEFAULTS[plural],
            **body,
        }
        if plural == "floatingips":
            made["floating_ip_address"] = f"203.0.113.{len(self.store[plural]) + 10}"
            self.lead(made)
        if plural == "ports":
            made.setdefault("mac_address", _mac(self.cloud.made))
        if plural == "security-groups":
            for ethertype in ("IPv4", "IPv6"):
                self.rule(made["id"], {"direction": "egress", "ethertype": ethertype})
        if plural == "networks":
            made["subnets"] = []
        if plural == "subnets":
            self.store["networks"][made["network_id"]]["subnets"].append(made["id"])
        self.store[plural][made["id"]] = made
        return made

    def rule(self, group: str, body: dict[str, Any]) -> None:
        """Add a rule to a security group."""
        ident = self.cloud.id("rule")
        given = {"protocol": None, "port_range_min": None, "port_range_max": None, "remote_ip_prefix": None}
        self.rules[ident] = {"id": ident, **given, "remote_group_id": None, **body, "security_group_id": group}

    def plug(self, server: str, network: str, groups: list[str], address: str | None = None) -> None:
        """Make a server's port, as Nova does."""
        subnet = next(iter(self.store["networks"].get(network, {}).get("subnets", ())), "s")
        fixed = [{"subnet_id": subnet, "ip_address": address or f"10.0.0.{len(self.store['ports']) + 5}"}]
        body = {"device_id": server, "network_id": network, "fixed_ips": fixed}
        self.make("ports", {**body, "device_owner": "compute:nova", "security_groups": groups or [self.default]})

    def open(self, network: str) -> bool:
        """Tell whether a network has no port security, so that no security group can hold on it."""
        return self.store["networks"].get(network, {}).get("port_security_enabled") is False

    def unplug(self, server: str) -> None:
        """Remove a server's ports, as Nova does."""
        for ident in [one["id"] for one in self.store["ports"].values() if one.get("device_id") == server]:
            del self.store["ports"][ident]
            for address in self.store["floatingips"].values():
                if address["port_id"] == ident:
                    address["port_id"] = None

    def addresses(self) -> dict[str, dict[str, list[dict[str, Any]]]]:
        """Return the addresses of all servers by network, as Nova shows them."""
        found: dict[str, dict[str, list[dict[str, Any]]]] = {}
        for port in self.store["ports"].values():
            network = self.cloud.names.get(port["network_id"], "")  # Nova keeps it, even of one that is hidden
            told = {"version": 4, "OS-EXT-IPS-MAC:mac_addr": port["mac_address"], **FIXED}
            fixed = [{"addr": one["ip_address"], **told} for one in port["fixed_ips"]]
            found.setdefault(port.get("device_id", ""), {}).setdefault(network, []).extend(fixed)
        return found

    def groups_of(self, server: str) -> list[dict[str, str]]:
        """Return the security groups of a server's ports, as Nova shows them."""
        ports = [one for one in self.store["ports"].values() if one.get("device_id") == server]
        idents = dict.fromkeys(ident for port in ports for ident in port["security_groups"])
        return [{"id": ident, "name": self.store["security-groups"][ident]["name"]} for ident in idents]

    def answer(self, method: str, path: str, query: dict[str, str], body: Any) -> tuple[int, Any]:
        """Answer one request with a status and a body."""
        self.cloud.nova.ripen()
        plural, _, rest = path.strip("/").partition("/")
        if plural == "security-group-rules":
            return self.on_rules(method, rest, body)
        if plural not in PLURAL:
            raise ApiProblem(404, f"no such resource {plural}")
        ident, _, more = rest.partition("/")
        if method == "GET" and ident:
            return 200, {PLURAL[plural]: self.get(plural, ident)}
        if method == "GET":
            return 200, self.list_of(plural, query)
        if method == "POST":
            self.refer(body[PLURAL[plural]])
            made = self.make(plural, body[PLURAL[plural]])
            return 201, {PLURAL[plural]: made}
        if method == "DELETE":
            self.remove(plural, ident)
            return 204, None
        return self.change(plural, self.get(plural, ident), more, body)

    def list_of(self, plural: str, query: dict[str, str]) -> dict[str, Any]:
        """Return a list as the API shows it."""
        found = list(self.store[plural].values())
        for field in FILTERS & set(query):
            found = [one for one in found if one.get(field) == query[field]]
        if plural == "security-groups":
            found = [
                {**one, "security_group_rules": [r for r in self.rules.values() if r["security_group_id"] == one["id"]]}
                for one in found
            ]
        wanted = query["fields"].split(",") if "fields" in query else None
        told = [{name: one[name] for name in wanted if name in one} for one in found] if wanted else found
        return {plural.replace("-", "_"): told}

    def remove(self, plural: str, ident: str) -> None:
        """Remove a thing that nothing uses."""
        self.get(plural, ident)
        ports = self.store["ports"].values()
        if plural == "networks" and any(one["network_id"] == ident for one in ports):
            raise ApiProblem(409, "in use")
        if plural == "subnets" and any(fixed["subnet_id"] == ident for one in ports for fixed in one["fixed_ips"]):
            raise ApiProblem(409, "in use")
        if plural == "routers" and any(one.get("device_id") == ident for one in self.store["ports"].values()):
            raise ApiProblem(409, "in use")
        groups = [group for port in self.store["ports"].values() for group in port["security_groups"]]
        if plural == "security-groups" and ident in groups:
            raise ApiProblem(409, "in use")
        gone = self.store[plural].pop(ident)
        if plural == "subnets":
            self.store["networks"][gone["network_id"]]["subnets"].remove(ident)

    def change(self, plural: str, thing: dict[str, Any], more: str, body: Any) -> tuple[int, Any]:
        """Change a thing in place."""
        if more == "tags":
            thing["tags"] = body["tags"]
        elif more == "add_router_interface":
            subnet = self.get("subnets", body["subnet_id"])
            fixed = [{"subnet_id": subnet["id"], "ip_address": "10.0.0.1"}]
            leg = {
                "device_id": thing["id"],
                "network_id": subnet["network_id"],
                "subnet": subnet["id"],
                "fixed_ips": fixed,
            }
            return 200, {"port_id": self.make("ports", {**leg, "device_owner": "network:router_interface"})["id"]}
        elif more == "remove_router_interface":
            self.get("subnets", body["subnet_id"])
            ports = self.store["ports"]
            for ident in [p["id"] for p in ports.values() if p.get("subnet") == body["subnet_id"]]:
                del ports[ident]
        else:
            self.refer(body[PLURAL[plural]])
            self.admit(plural, thing, body[PLURAL[plural]])
            thing.update(body[PLURAL[plural]])
            if plural == "floatingips":
                self.lead(thing)
        return 200, {}

    def refer(self, asked: dict[str, Any]) -> None:
        """Refuse what names something that is not there. Raises ``ApiProblem`` (404)."""
        named = {**asked, **(asked.get("external_gateway_info") or {})}
        for field, plural in NAMES.items():
            if named.get(field) is not None:
                self.get(plural, named[field])

    def admit(self, plural: str, thing: dict[str, Any], asked: dict[str, Any]) -> None:
        """Refuse an address that another port of the network has. Raises ``ApiProblem`` (409)."""
        mine = thing.get("network_id") if plural == "ports" else None
        others = [one for one in self.store["ports"].values() if one["network_id"] == mine and one is not thing]
        taken = {fixed["ip_address"] for one in others for fixed in one["fixed_ips"]}
        for fixed in asked.get("fixed_ips", ()):
            if fixed["ip_address"] in taken:
                raise ApiProblem(409, f"IP address {fixed['ip_address']} already allocated in network {mine}.")
            fixed.setdefault("subnet_id", thing["fixed_ips"][0]["subnet_id"] if thing["fixed_ips"] else "s")

    def lead(self, floating: dict[str, Any]) -> None:
        """Let a floating address lead to an address of its port: the first, unless one is named that the port has."""
        has = [fixed["ip_address"] for fixed in self.store["ports"].get(floating["port_id"], {}).get("fixed_ips", ())]
        if floating.get("fixed_ip_address") not in has:
            floating["fixed_ip_address"] = has[0] if has else None

    def on_rules(self, method: str, rest: str, body: Any) -> tuple[int, Any]:
        """Answer for the rules of security groups."""
        if rest and rest not in self.rules:
            raise ApiProblem(404, f"Security group rule {rest} does not exist")
        if method == "GET":
            every = list(self.rules.values())
            return 200, {"security_group_rule": self.rules[rest]} if rest else {"security_group_rules": every}
        if method == "DELETE":
            self.rules.pop(rest, None)
            return 204, None
        for rule in body["security_group_rules"]:
            self.get("security-groups", rule["security_group_id"])
            self.rule(rule["security_group_id"], rule)
        return 201, body


def _mac(number: int) -> str:
    """Return the hardware address of a port with this number."""
    return "fa:16:3e:" + ":".join(f"{number >> shift & 255:02x}" for shift in (16, 8, 0))
