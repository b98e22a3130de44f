"""A server's interfaces: Nova plugs them in and out, Neutron gives them their addresses."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from ...context import NotYet

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ...._stack.change import Change, FieldChange
    from ...context import Context

Port = dict[str, Any]


def update_networks(context: Context, change: Change, one: FieldChange) -> None:
    """Plug in what lacks, with its declared addresses, then unplug what is too much. Raises ``NotYet`` until it is."""
    path = f"/servers/{change.target}/os-interface"
    fixed = _by_network(context, context.wanted_for("server", change.name).fields.get("fixed_ips") or {})
    wanted = Counter(context.id_of("network", name) for name in one.after)
    ports = context.ports(change.target)
    has = Counter(port["network_id"] for port in ports)
    taken = {address for port in ports for address in _addresses_of(port)}
    for ident in sorted((wanted - has).elements()):
        free = [address for address in fixed.get(ident, ()) if address not in taken]
        taken.update(free[:1])
        body: dict[str, Any] = {"net_id": ident, **({"fixed_ips": [{"ip_address": free[0]}]} if free else {})}
        context.session.send("compute", "POST", path, {"interfaceAttachment": body})
    leaving = _surplus(ports, wanted, fixed)
    for port in leaving:
        if (change.target, port["id"]) not in context.asked:
            context.session.delete("compute", f"{path}/{port['id']}")
            context.asked.add((change.target, port["id"]))
    if leaving:
        told = ", ".join(address for port in leaving for address in _addresses_of(port)) or "without an address"
        raise NotYet(f"its interface ({told}) is not unplugged: see openstack server event list {change.target}")


def _surplus(ports: Sequence[Port], wanted: Counter[str], fixed: Mapping[str, Sequence[str]]) -> list[Port]:
    """Return the ports that are too many: of several on one network those without a declared address."""
    left = Counter(wanted)
    found = []
    for port in sorted(ports, key=lambda port: not set(_addresses_of(port)) & set(fixed.get(port["network_id"], ()))):
        if left[port["network_id"]] > 0:
            left[port["network_id"]] -= 1
        else:
            found.append(port)
    return found


def update_fixed_ips(context: Context, change: Change, one: FieldChange) -> None:
    """Give those ports of a server that have none of them the declared addresses of their networks."""
    ports = context.ports(change.target)
    for network, addresses in _by_network(context, one.after).items():
        mine = [port for port in ports if port["network_id"] == network]
        has = {address for port in mine for address in _addresses_of(port)}
        free = [port for port in mine if not set(_addresses_of(port)) & set(addresses)]
        for port, address in zip(free, [address for address in addresses if address not in has]):
            _move(context, port, address)


def _move(context: Context, port: Port, address: str) -> None:
    """Give a port an address in place of its first one of the same kind; floating addresses that led there follow."""
    old = next((known for known in _addresses_of(port) if (":" in known) == (":" in address)), None)
    kept = [fixed for fixed in port["fixed_ips"] if fixed["ip_address"] != old]
    body = {"port": {"fixed_ips": [{"ip_address": address}, *kept]}}
    leading = list(context.session.pages("network", f"/floatingips?port_id={port['id']}", "floatingips"))
    context.session.send("network", "PUT", f"/ports/{port['id']}", body)
    for floating in leading:
        if floating.get("fixed_ip_address") in {old, None}:
            leads = {"floatingip": {"port_id": port["id"], "fixed_ip_address": address}}
            context.session.send("network", "PUT", f"/floatingips/{floating['id']}", leads)


def _addresses_of(port: Port) -> list[str]:
    """Return a port's addresses."""
    return [str(fixed["ip_address"]) for fixed in port.get("fixed_ips") or ()]


def _by_network(context: Context, named: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
    """Return addresses by the id of their network."""
    return {context.id_of("network", name): addresses for name, addresses in named.items()}
