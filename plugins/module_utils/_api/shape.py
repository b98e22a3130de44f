"""What the members of a list must look like to be believed.

A server whose metadata is missing is not a server without metadata: what was cut off or garbled on its way would be
taken for a wish to change, replace or delete. So a list with one wrong member is not a list at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Optional

from .._core.errors import ObserveError
from .check import (
    NONE,
    PERHAPS_FLAG,
    PERHAPS_NUMBER,
    PERHAPS_TEXT,
    TEXT,
    TEXT_OR_NONE,
    Fields,
    Missing,
    each,
    groups,
    image,
    is_ident,
    of,
    pairs,
    texts,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .check import Check


class Shape(NamedTuple):
    """The types of a member's fields, and checks of what is inside of some."""

    fields: Fields
    inside: Mapping[str, Check]


def _shape_of(types: Mapping[str, tuple[type, ...]], inside: Optional[Mapping[str, Check]] = None) -> Shape:
    """Return the shape of a list's members."""
    return Shape(Fields(types), {**(inside or {}), **({"tags": texts} if "tags" in types else {})})


SIZES = {"vcpus": (int,), "ram": (int,), "disk": (int,)}
FLAVOR = {"original_name": TEXT, **SIZES, "ephemeral": (int, Missing), "swap": (int, Missing)}
FLAVOR |= {"extra_specs": (dict, Missing)}
MARKED = {"id": TEXT, "name": TEXT, "project_id": TEXT, "description": PERHAPS_TEXT, "tags": (list, Missing)}
RULE: dict[str, tuple[type, ...]] = {
    "id": TEXT,
    "direction": TEXT,
    "ethertype": TEXT,
    "port_range_min": (int, NONE),
    "port_range_max": (int, NONE),
    "protocol": (str, int, NONE),
    "remote_group_id": PERHAPS_TEXT,
    "remote_ip_prefix": PERHAPS_TEXT,
}
SERVER = {
    "id": TEXT,
    "name": TEXT,
    "tenant_id": TEXT,
    "status": TEXT,
    "flavor": (dict,),
    "image": (dict, str),
    "metadata": (dict,),
    "tags": (list,),
    "key_name": TEXT_OR_NONE,
    "config_drive": (str, bool),
    "created": TEXT,
    "OS-EXT-STS:vm_state": TEXT_OR_NONE,
    "OS-EXT-STS:task_state": TEXT_OR_NONE,
    "OS-EXT-STS:power_state": PERHAPS_NUMBER,
    "OS-SRV-USG:launched_at": TEXT_OR_NONE,
    "OS-EXT-AZ:availability_zone": PERHAPS_TEXT,
    "OS-EXT-SRV-ATTR:hypervisor_hostname": PERHAPS_TEXT,
    "OS-EXT-SRV-ATTR:host": PERHAPS_TEXT,
    "OS-EXT-SRV-ATTR:user_data": PERHAPS_TEXT,
    "hostId": PERHAPS_TEXT,
    "os-extended-volumes:volumes_attached": (list,),
    "fault": (dict, Missing),
    "addresses": (dict, Missing),
    "locked": PERHAPS_FLAG,
    "locked_reason": PERHAPS_TEXT,
    "scheduler_hints": (dict, Missing),
}


def _is_embedded_flavor(value: Any) -> bool:
    """Check the flavor that a server carries."""
    return FLAVORED(value) and pairs(value.get("extra_specs", {}))


FLAVORED = of(FLAVOR)
SHAPES = {
    "servers": _shape_of(
        SERVER,
        {
            "flavor": _is_embedded_flavor,
            "image": image,
            "metadata": pairs,
            "os-extended-volumes:volumes_attached": each({"id": TEXT}),
            "fault": of({"message": PERHAPS_TEXT}),
            "addresses": groups,
        },
    ),
    "flavors": _shape_of(
        {
            "id": TEXT,
            "name": TEXT,
            **SIZES,
            "swap": (int, str, Missing),
            "OS-FLV-EXT-DATA:ephemeral": (int, Missing),
            "os-flavor-access:is_public": PERHAPS_FLAG,
            "extra_specs": (dict, Missing),
            "description": PERHAPS_TEXT,
        },
        {"extra_specs": pairs, "swap": lambda value: not isinstance(value, str) or value == ""},
    ),
    "keypairs": _shape_of({"keypair": (dict,)}, {"keypair": of({"name": TEXT, "public_key": TEXT})}),
    "server_groups": _shape_of(
        {"id": TEXT, "name": TEXT, "project_id": TEXT, "policy": PERHAPS_TEXT, "members": (list,)}, {"members": texts}
    ),
    "images": _shape_of(
        {
            "id": TEXT,
            "name": TEXT_OR_NONE,
            "status": TEXT,
            "visibility": TEXT,
            "tags": (list,),
            "min_disk": PERHAPS_NUMBER,
            "min_ram": PERHAPS_NUMBER,
            "owner": TEXT_OR_NONE,
            **dict.fromkeys(("novaform_content", "novaform_stack", "novaform_key"), PERHAPS_TEXT),
            **dict.fromkeys(("checksum", "os_hash_algo", "os_hash_value"), PERHAPS_TEXT),
        }
    ),
    "volumes": _shape_of(
        {
            "id": TEXT,
            "name": TEXT_OR_NONE,
            "status": TEXT,
            "size": (int,),
            "metadata": (dict,),
            "attachments": (list,),
            "os-vol-tenant-attr:tenant_id": TEXT,
            "volume_type": TEXT_OR_NONE,
            "availability_zone": TEXT_OR_NONE,
        },
        {"metadata": pairs, "attachments": each({"server_id": TEXT_OR_NONE})},
    ),
    "networks": _shape_of(
        {
            **MARKED,
            **dict.fromkeys(("router:external", "shared", "port_security_enabled"), PERHAPS_FLAG),
            "mtu": PERHAPS_NUMBER,
        }
    ),
    "subnets": _shape_of(
        {
            **MARKED,
            "cidr": TEXT,
            "network_id": TEXT,
            "gateway_ip": TEXT_OR_NONE,
            "enable_dhcp": (bool,),
            "dns_nameservers": (list,),
            "allocation_pools": (list,),
        },
        {"dns_nameservers": texts, "allocation_pools": each({"start": TEXT, "end": TEXT})},
    ),
    "routers": _shape_of(
        {**MARKED, "external_gateway_info": (dict, NONE)}, {"external_gateway_info": of({"network_id": TEXT})}
    ),
    "ports": _shape_of(
        {
            "id": TEXT,
            "network_id": TEXT,
            "device_id": TEXT,
            "device_owner": TEXT,
            "security_groups": (list,),
            "fixed_ips": (list,),
            "mac_address": PERHAPS_TEXT,
        },
        {"security_groups": texts, "fixed_ips": each({"subnet_id": TEXT, "ip_address": TEXT})},
    ),
    "security_groups": _shape_of({**MARKED, "security_group_rules": (list,)}, {"security_group_rules": each(RULE)}),
    "floatingips": _shape_of(
        {
            "id": TEXT,
            **dict.fromkeys(("floating_network_id", "fixed_ip_address"), PERHAPS_TEXT),
            "floating_ip_address": TEXT,
            "project_id": TEXT,
            "port_id": TEXT_OR_NONE,
            "description": PERHAPS_TEXT,
            "tags": (list, Missing),
        }
    ),
}
UNKNOWN = "UNKNOWN"
"""The status of a server whose cell is down: it has an id and little else."""


def members(name: str, page: Any, where: str) -> list[dict[str, Any]]:
    """Return the members of one page of a list. Raises ``ObserveError`` if it has none, or one that is garbled."""
    found = page.get(name) if isinstance(page, dict) else None
    if not isinstance(found, list):
        raise ObserveError(f"GET {where}: the answer has no list of {name}")
    for raw in found:
        told = _wrong(name, raw)
        if told:
            ident = raw.get("id") if isinstance(raw, dict) else None
            who = f"{ident} of the {name}" if is_ident(ident) else f"one of the {name}"
            raise ObserveError(f"GET {where}: {who} has no {told} as it should be, so the list is not believed")
    return found


def _wrong(name: str, raw: Any) -> str:
    """Return the first key of a member that is missing or garbled; empty if it is well."""
    if not isinstance(raw, dict):
        return "fields"
    shape = SHAPES.get(name)
    if shape is None:
        return ""
    if name != "keypairs" and not is_ident(raw.get("id")):
        return "id"
    if raw.get("status") == UNKNOWN and name == "servers":
        return ""
    told = shape.fields.wrong(raw)
    if told:
        return told
    for key, check in shape.inside.items():
        value = raw.get(key)
        if value is not None and not check(value):
            return key
    return ""
