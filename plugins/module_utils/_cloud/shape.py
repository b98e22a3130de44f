"""What the members of a list must look like to be believed.

A server whose metadata is missing is not a server without metadata: what was cut off or garbled on its way would be
taken for a wish to change, replace or delete. So a list with one wrong member is no list at all.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Callable, NamedTuple

from .._core.errors import ObserveError

if TYPE_CHECKING:
    from collections.abc import Mapping

    Check = Callable[[Any], bool]


class Missing:
    """Stands for a key that is not there."""


MISSING = Missing()
NONE = type(None)
TEXT, TEXT_OR_NONE = (str,), (str, NONE)
PERHAPS_TEXT, PERHAPS_FLAG, PERHAPS_NUMBER = (str, NONE, Missing), (bool, Missing), (int, NONE, Missing)
MOST = 2**53
"""No size is larger, and no number beyond it is the same in every JSON."""
IDENT = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_. :@-]{0,253}[A-Za-z0-9_.:@-])?")
"""An id is part of paths: one with a slash would lead elsewhere. Those of flavors may have blanks."""


def is_ident(value: object) -> bool:
    """Tell whether a value can be an id."""
    return isinstance(value, str) and IDENT.fullmatch(value) is not None and ".." not in value


def texts(value: Any) -> bool:
    """Tell whether this is a list of texts."""
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def pairs(value: Any) -> bool:
    """Tell whether all values of a mapping are texts."""
    return all(isinstance(one, str) for one in value.values())


def fits(value: Any, types: tuple[type, ...]) -> bool:
    """Tell whether a value is of one of these very types (true is no number), and no number that nobody means."""
    kind = type(value)
    return kind in types and (kind is not int or -MOST < value < MOST)


def of(fields: Mapping[str, tuple[type, ...]]) -> Check:
    """Return a check of one mapping."""
    wanted = tuple(fields.items())
    return lambda value: isinstance(value, dict) and all(fits(value.get(k, MISSING), t) for k, t in wanted)


def each(fields: Mapping[str, tuple[type, ...]]) -> Check:
    """Return a check of a list of mappings."""
    check = of(fields)
    return lambda value: all(check(one) for one in value)


def groups(value: Any) -> bool:
    """Tell whether these are addresses by network."""
    check = each({"addr": TEXT})
    return all(isinstance(one, list) and check(one) for one in value.values())


def image(value: Any) -> bool:
    """Tell whether this names an image; an empty text stands for none."""
    return value == "" if isinstance(value, str) else is_ident(value.get("id"))


class Shape(NamedTuple):
    """The types of a member's fields, and checks of what is inside of some."""

    fields: Mapping[str, tuple[type, ...]]
    inside: Mapping[str, Check] = {}


SIZES = {"vcpus": (int,), "ram": (int,), "disk": (int,)}
FLAVOR = {"original_name": TEXT, **SIZES, "ephemeral": (int, Missing), "swap": (int, Missing)}
MARKED = {"id": TEXT, "name": TEXT, "description": PERHAPS_TEXT, "tags": (list, Missing)}
RULE = {"id": TEXT, "direction": TEXT, "ethertype": TEXT, "port_range_min": (int, NONE), "port_range_max": (int, NONE)}
RULE |= {"protocol": (str, int, NONE), "remote_group_id": PERHAPS_TEXT, "remote_ip_prefix": PERHAPS_TEXT}
SERVER = {
    "id": TEXT,
    "name": TEXT,
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
    "scheduler_hints": (dict, Missing),
}
SHAPES = {
    "servers": Shape(
        SERVER,
        {
            "flavor": of(FLAVOR),
            "image": image,
            "metadata": pairs,
            "os-extended-volumes:volumes_attached": each({"id": TEXT}),
            "fault": of({"message": PERHAPS_TEXT}),
            "addresses": groups,
        },
    ),
    "flavors": Shape(
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
    "keypairs": Shape({"keypair": (dict,)}, {"keypair": of({"name": TEXT, "public_key": TEXT})}),
    "server_groups": Shape({"id": TEXT, "name": TEXT, "policy": PERHAPS_TEXT, "members": (list, Missing)}),
    "images": Shape(
        {
            "id": TEXT,
            "name": TEXT_OR_NONE,
            "status": TEXT,
            "visibility": TEXT,
            "tags": (list,),
            "min_disk": PERHAPS_NUMBER,
            "min_ram": PERHAPS_NUMBER,
            **dict.fromkeys(("novaform_content", "novaform_stack", "novaform_key", "owner"), PERHAPS_TEXT),
        }
    ),
    "volumes": Shape(
        {
            "id": TEXT,
            "name": TEXT_OR_NONE,
            "status": TEXT,
            "size": (int,),
            "metadata": (dict,),
            "attachments": (list,),
            "volume_type": TEXT_OR_NONE,
            "availability_zone": TEXT_OR_NONE,
        },
        {"metadata": pairs, "attachments": each({"server_id": TEXT_OR_NONE})},
    ),
    "networks": Shape(
        {
            **MARKED,
            **dict.fromkeys(("router:external", "shared", "port_security_enabled"), PERHAPS_FLAG),
            "mtu": PERHAPS_NUMBER,
            "project_id": PERHAPS_TEXT,
        }
    ),
    "subnets": Shape(
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
    "routers": Shape(
        {**MARKED, "external_gateway_info": (dict, NONE)}, {"external_gateway_info": of({"network_id": TEXT})}
    ),
    "ports": Shape(
        {
            "id": TEXT,
            "network_id": TEXT,
            "device_id": TEXT,
            "device_owner": TEXT,
            "security_groups": (list,),
            "fixed_ips": (list,),
        },
        {"security_groups": texts, "fixed_ips": each({"subnet_id": TEXT, "ip_address": TEXT})},
    ),
    "security_groups": Shape({**MARKED, "security_group_rules": (list,)}, {"security_group_rules": each(RULE)}),
    "floatingips": Shape(
        {
            "id": TEXT,
            "floating_ip_address": TEXT,
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
        told = wrong(name, raw)
        if told:
            ident = raw.get("id") if isinstance(raw, dict) else None
            who = f"{ident} of the {name}" if is_ident(ident) else f"one of the {name}"
            raise ObserveError(f"GET {where}: {who} has no {told} as it should be, so the list is not believed")
    return found


def wrong(name: str, raw: Any) -> str:
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
    for key, types in shape.fields.items():
        if not fits(raw.get(key, MISSING), types):
            return key
    checks = (*shape.inside.items(), ("tags", texts))
    return next((key for key, check in checks if raw.get(key) is not None and not check(raw[key])), "")
