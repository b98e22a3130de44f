"""What a simulated cloud has come to, without what no two runs share, and what must never be."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from novaform import core

if TYPE_CHECKING:
    from .cloud.cloud import Cloud

CHANCE = frozenset(
    [
        "id",
        "created",
        "until",
        "then",
        "claimed",
        "chosen",
        "host",
        "launched",
        "fixed_ips",
        "ip_address",
        "floating_ip_address",
        "fixed_ip_address",
        "mac_address",
        "attached_at",
        "actions",
    ]
)
"""Fields that may differ between two runs that both ended well."""


def end(cloud: Cloud) -> dict[str, list[str]]:
    """Return all things by kind, each as one line, so that two ends compare as equal or show where they differ."""
    cloud.nova.ripen()
    things: dict[str, Any] = {
        "servers": _ours(cloud),
        "flavors": cloud.nova.flavors.values(),
        "key pairs": cloud.nova.keys.values(),
        "server groups": cloud.nova.groups.values(),
        "images": cloud.glance.images.values(),
        "volumes": cloud.cinder.volumes.values(),
        "rules": cloud.neutron.rules.values(),
        **{plural: store.values() for plural, store in cloud.neutron.store.items()},
    }
    return {kind: sorted(_line(cloud, one) for one in found) for kind, found in things.items()}


def _line(cloud: Cloud, thing: Any) -> str:
    """Return one thing as a line."""
    return json.dumps(_with_names(cloud, thing), sort_keys=True, default=str)


def _with_names(cloud: Cloud, value: Any) -> Any:
    """Return a value with names in place of ids, and without what chance decided."""
    if isinstance(value, dict):
        return {key: _with_names(cloud, one) for key, one in value.items() if key not in CHANCE}
    if isinstance(value, (list, tuple)):
        return sorted((_with_names(cloud, one) for one in value), key=str)
    return cloud.names.get(value) or value if isinstance(value, str) else value


def _ours(cloud: Cloud) -> list[dict[str, Any]]:
    """Return the servers that bear a mark."""
    return [one for one in cloud.nova.servers.values() if uid(one)]


def uid(server: dict[str, Any]) -> str:
    """Return the uid in a server's tags; empty where there is none."""
    return core.mark.tagged_uid(server["tags"])


def twins(cloud: Cloud) -> list[str]:
    """Return the names of servers that are there more than once."""
    counted = Counter(uid(one) for one in _ours(cloud))
    return sorted({one["name"] for one in _ours(cloud) if counted[uid(one)] > 1})


def leaks(cloud: Cloud) -> list[str]:
    """Return ports and addresses that belong to nothing any more."""
    devices = {*cloud.nova.servers, *cloud.neutron.store["routers"]}
    ports = cloud.neutron.store["ports"]
    found = [f"port {ident}" for ident, one in ports.items() if one.get("device_id") not in devices]
    addresses = cloud.neutron.store["floatingips"].values()
    found += [
        f"volume {ident}"
        for ident, one in cloud.cinder.volumes.items()
        if any(at["server_id"] not in cloud.nova.servers for at in one["attachments"])
    ]
    return found + [f"address {one['id']}" for one in addresses if one["port_id"] and one["port_id"] not in ports]


def difference(one: dict[str, list[str]], other: dict[str, list[str]]) -> list[str]:
    """Return what the first end has and the other lacks (``-``), and the other way round (``+``)."""
    found = []
    for kind, lines in one.items():
        has, should = Counter(lines), Counter(other[kind])
        found += [f"{kind}: - {text}" for text in (should - has).elements()]
        found += [f"{kind}: + {text}" for text in (has - should).elements()]
    return found
