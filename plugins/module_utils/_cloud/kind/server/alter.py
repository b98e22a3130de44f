"""What is changed of a server while it runs, field by field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from ...._core.errors import ApplyError
from ...._stack import mark
from ..kind import update_pairs
from . import interface, volumes
from .port_group import regroup, set_groups, set_port_groups

if TYPE_CHECKING:
    from ...._stack.change import Change, FieldChange
    from ...context import Context


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
        regroup(context, change.target, context.wanted_for("server", change.name).fields)


def _update_name(context: Context, change: Change, one: FieldChange) -> None:
    """Give a server another name."""
    context.session.send("compute", "PUT", f"/servers/{change.target}", {"server": {"name": one.after}})


def _update_protect(context: Context, change: Change, one: FieldChange) -> None:
    """Write down, or no more, that a server is never to be deleted."""
    set_metadata(context, change.target, {mark.PROTECT: "true" if one.after else None})


def _update_metadata(context: Context, change: Change, one: FieldChange) -> None:
    """Set what is declared, and remove what we set and nobody declares any more."""
    hidden = context.wanted_for("server", change.name).create.get("hidden")
    item = context.item_of("server", change.target)
    marked = item is not None and item.fields.get("hidden")
    told = {mark.HIDDEN: mark.hidden_of(hidden) if hidden else None} if hidden or marked else {}
    set_metadata(context, change.target, {**one.after, **told})


def set_metadata(context: Context, server: str, after: dict[str, Any]) -> None:
    """Set keys, and remove those that should have no value."""
    update_pairs(context, f"/servers/{server}/metadata", "metadata", after)


def _update_tags(context: Context, change: Change, one: FieldChange) -> None:
    """Add declared tags and remove those that we set and nobody declares any more."""
    before, after = set(one.before), set(one.after)
    for tag in sorted(after - before):
        context.session.send("compute", "PUT", f"/servers/{change.target}/tags/{quote(tag, safe='')}")
    for tag in sorted(before - after):
        context.session.send("compute", "DELETE", f"/servers/{change.target}/tags/{quote(tag, safe='')}")


def _update_groups(context: Context, change: Change, one: FieldChange) -> None:
    """Put all ports of a server into its security groups, and no others."""
    set_groups(context, change.target, one.after)


def _update_port_groups(context: Context, change: Change, one: FieldChange) -> None:
    """Put each port into its own security groups."""
    set_port_groups(context, change.target, one.after)


SERVER_UPDATERS = {
    "name": _update_name,
    "protect": _update_protect,
    "metadata": _update_metadata,
    "tags": _update_tags,
    "security_groups": _update_groups,
    "networks": interface.update_networks,
    "fixed_ips": interface.update_fixed_ips,
    "volumes": volumes.update_volumes,
    "port_groups": _update_port_groups,
}
