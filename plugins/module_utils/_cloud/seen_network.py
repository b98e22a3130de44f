"""What Neutron's and Glance's JSON means, in the declaration's names and units."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional

from .._stack import mark
from .._stack.flatten.declaration import GIVEN_RULES
from .._stack.observed import Item

if TYPE_CHECKING:
    from collections.abc import Mapping

ROUTER_LEG = "network:router_interface"
CONTENT = "novaform_content"
IMAGE_STACK, IMAGE_KEY = "novaform_stack", "novaform_key"
NATIVE = {"id", "name", "status", "visibility", "tags", "size", "checksum", "owner", "file", "schema", "self", "stores"}
NATIVE |= {"container_format", "disk_format", "min_disk", "min_ram", "protected", "virtual_size", "created_at"}
NATIVE |= {"updated_at", "os_hidden", "os_hash_algo", "os_hash_value", "locations", "direct_url"}


def marked(kind: str, raw: Mapping[str, Any]) -> Optional[mark.Mark]:
    """Return the mark on something of Neutron's."""
    return mark.from_description(kind, raw.get("tags") or [], raw.get("description"))


def owner(raw: Mapping[str, Any]) -> Optional[str]:
    """Return the project of something of Neutron's."""
    return raw.get("project_id") or raw.get("tenant_id")


def to_network(raw: Mapping[str, Any]) -> Item:
    """Read one network of ``GET /networks``."""
    fields = {
        "external": raw.get("router:external", False),
        "shared": raw.get("shared", False),
        "mtu": raw.get("mtu"),
        "port_security": raw.get("port_security_enabled", True),
    }
    return Item("network", raw["id"], raw["name"], fields, marked("network", raw), owner=owner(raw))


def to_subnet(raw: Mapping[str, Any]) -> Item:
    """Read one subnet of ``GET /subnets``."""
    pools = raw.get("allocation_pools") or [{}]
    fields = {
        "cidr": raw["cidr"],
        "gateway": raw.get("gateway_ip"),
        "dns": list(raw.get("dns_nameservers") or []),
        "dhcp": raw.get("enable_dhcp", True),
        "pool": [pools[0].get("start"), pools[0].get("end")],
        "network": raw["network_id"],
    }
    return Item("subnet", raw["id"], raw["name"], fields, marked("subnet", raw), owner=owner(raw))


def to_router(raw: Mapping[str, Any]) -> Item:
    """Read one router of ``GET /routers``."""
    gateway = raw.get("external_gateway_info") or {}
    fields = {"external": gateway.get("network_id")}
    return Item("router", raw["id"], raw["name"], fields, marked("router", raw), owner=owner(raw))


def to_interface(raw: Mapping[str, Any], subnets: Mapping[str, Item]) -> Optional[Item]:
    """Read a router's leg off its port; it belongs to whom the subnet belongs. None for a leg on others' subnets."""
    for fixed in raw.get("fixed_ips") or ():
        subnet = subnets.get(fixed["subnet_id"])
        if subnet is None or subnet.mark is None or subnet.mark.stack is None or subnet.mark.key is None:
            continue
        stack, key = subnet.mark.stack, subnet.mark.key
        found = mark.Mark(stack, key, mark.uid_of(stack, "interface", key), subnet.mark.proven)
        fields = {"router": raw["device_id"], "subnet": subnet.id}
        return Item("interface", raw["id"], key, fields, found, owner=subnet.owner)
    return None


def to_rule(raw: Mapping[str, Any]) -> str:
    """Return a rule in the same line as ``rule_text`` of the desired side."""
    low, high = raw.get("port_range_min"), raw.get("port_range_max")
    ports = f"{'' if low is None else low}-{'' if high is None else high}"
    anywhere = "::/0" if raw["ethertype"] == "IPv6" else "0.0.0.0/0"
    group = raw.get("remote_group_id")
    peer = f"group:{group}" if group else (raw.get("remote_ip_prefix") or anywhere)
    return f"{raw['direction']} {raw['ethertype']} {raw.get('protocol') or 'any'} {ports} {peer}"


def to_security_group(raw: Mapping[str, Any]) -> Item:
    """Read one security group. The two rules that let everything out come with each group and are kept."""
    rules = {to_rule(rule): rule["id"] for rule in raw.get("security_group_rules") or ()}
    kept = {text: ident for text, ident in rules.items() if text not in GIVEN_RULES}
    mine = marked("security_group", raw)
    return Item("security_group", raw["id"], raw["name"], {"rules": sorted(kept)}, mine, {"rule_ids": kept}, owner(raw))


def to_floating_ip(raw: Mapping[str, Any], ports: Mapping[str, Mapping[str, Any]]) -> Item:
    """Read one floating address, and through its port the server it leads to."""
    port = ports.get(raw.get("port_id") or "", {})
    fields = {"server": port.get("device_id") or None, "network": port.get("network_id")}
    fields["external"] = raw.get("floating_network_id")
    status = {"address": raw["floating_ip_address"]}
    mine = marked("floating_ip", raw)
    return Item("floating_ip", raw["id"], raw["floating_ip_address"], fields, mine, status, owner(raw))


def to_image(raw: Mapping[str, Any]) -> Item:
    """Read one image of ``GET /v2/images``. An upload that was cut off has a ``status`` other than active."""
    fields = {
        "content": raw.get(CONTENT),
        "public": raw.get("visibility") == "public",
        "min_disk_gb": raw.get("min_disk") or 0,
        "min_ram_mb": raw.get("min_ram") or 0,
        "properties": {k: v for k, v in raw.items() if k not in NATIVE and not k.startswith("novaform_")},
    }
    proof = {mark.STACK: raw.get(IMAGE_STACK), mark.KEY: raw.get(IMAGE_KEY)}
    told = {name: str(value) for name, value in proof.items() if value is not None}
    mine = mark.from_metadata("image", raw.get("tags") or [], told)
    if mine is not None and raw.get(CONTENT) is None:
        mine = mine._replace(proven=False)  # ours says what is in it since the request that made it
    digests = {"md5": raw.get("checksum"), raw.get("os_hash_algo"): raw.get("os_hash_value")}
    status = {"status": raw.get("status"), "digests": {name: told for name, told in digests.items() if name and told}}
    return Item("image", raw["id"], raw["name"] or "", fields, mine, status, raw.get("owner"))
