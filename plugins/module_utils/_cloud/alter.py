"""Requests that change or remove what is there."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, Optional
from urllib.parse import quote

from .._core.errors import ApplyError
from .._stack import mark
from .._stack.decide.thing import MARK, named_peer
from . import interface, make_network, make_server, volume
from .make_network import NETWORK, SUBNET, renamed
from .path import PATHS
from .port_group import regroup, set_groups, set_port_groups

if TYPE_CHECKING:
    from .._stack.change import Change, FieldChange
    from .._stack.desired import Wanted
    from .context import Context

IMAGE = {"min_disk_gb": "min_disk", "min_ram_mb": "min_ram"}


def remove(context: Context, change: Change) -> None:
    """Remove one thing; that it is gone already is as good."""
    if change.kind == "interface":
        return detach(context, change)
    if change.kind == "volume":
        volume.let_go(context, change.target)
    service, path = PATHS[change.kind]
    return context.delete(service, f"{path}/{quote(change.target, safe='')}")


def detach(context: Context, change: Change) -> None:
    """Take a router's leg off its subnet."""
    item = context.index.by_id.get(("interface", change.target))
    if item is None:
        return
    body = {"subnet_id": item.fields["subnet"]}
    context.session.send("network", "PUT", f"/routers/{item.fields['router']}/remove_router_interface", body)


def update(context: Context, change: Change, wanted: Wanted) -> None:
    """Change fields in place."""
    values = {one.field: one.after for one in change.fields if one.field != MARK}
    if len(values) < len(change.fields):
        make_network.tag(context, wanted, f"{PATHS[change.kind][1]}/{change.target}")
    if values:
        UPDATERS[change.kind](context, change, values)


def update_flavor(context: Context, change: Change, values: dict[str, Any]) -> None:
    """Set extra specs, and remove those that should have no value."""
    path = f"/flavors/{quote(change.target)}/os-extra_specs"
    kept = {name: value for name, value in values["extra_specs"].items() if value is not None}
    if kept:
        context.session.send("compute", "POST", path, {"extra_specs": kept})
    for name in sorted(set(values["extra_specs"]) - set(kept)):
        context.session.send("compute", "DELETE", f"{path}/{quote(name, safe='')}")


def update_image(context: Context, change: Change, values: dict[str, Any]) -> None:
    """Set properties, and remove those that should have no value."""
    operations = [{"op": "replace", "path": f"/{name}", "value": v} for name, v in renamed(values, IMAGE).items()]
    if "public" in values:
        visibility = "public" if values["public"] else "private"
        operations.append({"op": "replace", "path": "/visibility", "value": visibility})
    for name, value in (values.get("properties") or {}).items():
        gone = {"op": "remove", "path": f"/{name}"}
        operations.append(gone if value is None else {"op": "add", "path": f"/{name}", "value": value})
    context.session.patch_image(f"/images/{change.target}", operations)


def update_network(context: Context, change: Change, values: dict[str, Any]) -> None:
    """Set a network's fields."""
    context.session.send("network", "PUT", f"/networks/{change.target}", {"network": renamed(values, NETWORK)})


def update_subnet(context: Context, change: Change, values: dict[str, Any]) -> None:
    """Set a subnet's fields."""
    body = renamed(values, SUBNET)
    if values.get("pool"):
        body["allocation_pools"] = [{"start": values["pool"][0], "end": values["pool"][1]}]
    context.session.send("network", "PUT", f"/subnets/{change.target}", {"subnet": body})


def update_router(context: Context, change: Change, values: dict[str, Any]) -> None:
    """Set a router's gateway."""
    external: Optional[str] = values["external"]
    gateway = {"network_id": context.id_of("network", external)} if external else {}
    body = {"router": {"external_gateway_info": gateway}}
    context.session.send("network", "PUT", f"/routers/{change.target}", body)


def update_security_group(context: Context, change: Change, values: dict[str, Any]) -> None:
    """Add the rules that lack, then remove those that are too many, so that nothing is shut out in between."""
    before = {rule for one in change.fields if one.field == "rules" for rule in one.before or ()}
    after = set(values["rules"])
    make_network.add_rules(context, change.target, sorted(after - before))
    item = context.index.by_id.get(("security_group", change.target))
    idents = {} if item is None else rule_ids(context, item.status["rule_ids"])
    for rule in sorted(before - after):
        context.session.send("network", "DELETE", f"/security-group-rules/{idents[rule]}")


def rule_ids(context: Context, rules: dict[str, str]) -> dict[str, str]:
    """Return ids by rule, with peers by name as in the declaration."""
    return {named_peer(context.index, rule): ident for rule, ident in rules.items()}


def update_floating_ip(context: Context, change: Change, values: dict[str, Any]) -> None:
    """Lead an address to its server's port."""
    wanted = context.wanted("floating_ip", change.name)
    port = context.port_of(wanted.fields["server"], wanted.fields["network"])
    context.session.send("network", "PUT", f"/floatingips/{change.target}", {"floatingip": {"port_id": port}})
    del values


def update_server(context: Context, change: Change, values: dict[str, Any]) -> None:
    """Change what Nova and Neutron can change while a server runs."""
    for one in change.fields:
        if one.field not in SERVER_UPDATERS:
            raise ApplyError(f"{change.origin}: {one.field} of a server cannot be changed in place")
        done = (change.target, one.field)
        if done not in context.asked:
            SERVER_UPDATERS[one.field](context, change, one)
            context.asked.add(done)
    if "networks" in values:  # Nova puts a port that it makes for this into the project's default group
        regroup(context, change.target, context.wanted("server", change.name).fields)


def update_name(context: Context, change: Change, one: FieldChange) -> None:
    """Give a server another name."""
    context.session.send("compute", "PUT", f"/servers/{change.target}", {"server": {"name": one.after}})


def update_protect(context: Context, change: Change, one: FieldChange) -> None:
    """Write down, or no more, that a server is never to be deleted."""
    set_metadata(context, change.target, {mark.PROTECT: "true" if one.after else None})


def update_metadata(context: Context, change: Change, one: FieldChange) -> None:
    """Set what is declared, and remove what we set and nobody declares any more."""
    hidden = context.wanted("server", change.name).create.get("hidden")
    item = context.known("server", change.target)
    marked = item is not None and item.fields.get("hidden")
    told = {mark.HIDDEN: mark.hidden_of(hidden) if hidden else None} if hidden or marked else {}
    set_metadata(context, change.target, {**one.after, **told})


def set_metadata(context: Context, server: str, after: dict[str, Any]) -> None:
    """Set keys, and remove those that should have no value."""
    path = f"/servers/{server}/metadata"
    kept = {name: value for name, value in after.items() if value is not None}
    if kept:
        context.session.send("compute", "POST", path, {"metadata": kept})
    for name in sorted(set(after) - set(kept)):
        context.session.send("compute", "DELETE", f"{path}/{quote(name, safe='')}")


def update_tags(context: Context, change: Change, one: FieldChange) -> None:
    """Add declared tags and remove those that we set and nobody declares any more."""
    before, after = set(one.before), set(one.after)
    for tag in sorted(after - before):
        context.session.send("compute", "PUT", f"/servers/{change.target}/tags/{quote(tag, safe='')}")
    for tag in sorted(before - after):
        context.session.send("compute", "DELETE", f"/servers/{change.target}/tags/{quote(tag, safe='')}")


def update_groups(context: Context, change: Change, one: FieldChange) -> None:
    """Put all ports of a server into its security groups, and no others."""
    set_groups(context, change.target, one.after)


def update_port_groups(context: Context, change: Change, one: FieldChange) -> None:
    """Put each port into its own security groups."""
    set_port_groups(context, change.target, one.after)


SERVER_UPDATERS = {
    "name": update_name,
    "protect": update_protect,
    "metadata": update_metadata,
    "tags": update_tags,
    "security_groups": update_groups,
    "networks": interface.update_networks,
    "fixed_ips": interface.update_fixed_ips,
    "volumes": volume.update_volumes,
    "port_groups": update_port_groups,
}

UPDATERS = {
    "flavor": update_flavor,
    "image": update_image,
    "network": update_network,
    "subnet": update_subnet,
    "router": update_router,
    "security_group": update_security_group,
    "floating_ip": update_floating_ip,
    "server": update_server,
    "volume": volume.update_volume,
}

ACTIONS: dict[str, dict[str, Any]] = {
    "start": {"os-start": None},
    "stop": {"os-stop": None},
    "reboot": {"reboot": {"type": "HARD"}},
    "pause": {"pause": None},
    "unpause": {"unpause": None},
    "suspend": {"suspend": None},
    "resume": {"resume": None},
    "shelve": {"shelve": None},
    "unshelve": {"unshelve": None},
    "confirm": {"confirmResize": None},
    "revert": {"revertResize": None},
}


def act(context: Context, action: str, target: str, wanted: Wanted) -> None:
    """Ask Nova for an action on a server; the answer comes before it is done."""
    body = ACTIONS.get(action)
    if action == "resize":
        body = {"resize": {"flavorRef": context.id_of("flavor", wanted.fields["flavor"])}}
    if action == "rebuild":
        body = {"rebuild": {"imageRef": context.id_of("image", wanted.fields["image"])}}
        if wanted.create.get("user_data") and wanted.policy.get("user_data") == "rebuild":
            body["rebuild"].update(rebuilt_user_data(context, target, wanted))
    if body is None:
        raise ApplyError(f"{wanted.at()}: nothing is known about how to {action} a server")
    context.session.send("compute", "POST", f"/servers/{target}/action", body)


def rebuilt_user_data(context: Context, server: str, wanted: Wanted) -> dict[str, Any]:
    """Return new user-data for a rebuild, and its hash: a rebuild with metadata replaces all of it, our mark too."""
    text = base64.b64encode(wanted.create["user_data"].encode()).decode()
    metadata = make_server.metadata_of(context.stack, wanted)
    item = context.index.by_id.get(("server", server))
    if item is not None and metadata.pop(mark.HINTS, None) and "hints" in item.fields:
        metadata[mark.HINTS] = item.fields["hints"]  # a rebuild asks no scheduler
    return {"user_data": text, "metadata": metadata}
