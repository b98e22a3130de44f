"""Neutron's security groups with their rules, each of which is compared as one line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional

from ..._stack import rule_text
from ..._stack.model.security_group import Rule
from ..._stack.observed import Item
from . import neutron
from .kind import OWN, Kind, Listing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..._stack.change import Change
    from ..._stack.desired import Wanted
    from ..context import Context


def _to_security_group(raw: Mapping[str, Any]) -> Item:
    """Read one security group. The two rules that let everything out come with each group and are kept."""
    rules = {_to_rule(rule): rule["id"] for rule in raw.get("security_group_rules") or ()}
    kept = {text: ident for text, ident in rules.items() if text not in rule_text.GIVEN}
    mine, owner = neutron.mark_on("security_group", raw), neutron.owner_of(raw)
    return Item("security_group", raw["id"], raw["name"], {"rules": sorted(kept)}, mine, {"rule_ids": kept}, owner)


def _to_rule(raw: Mapping[str, Any]) -> str:
    """Return a rule of Neutron's in its line; its peer group is an id."""
    return rule_text.to_text(
        Rule(
            raw["direction"],
            raw.get("protocol"),
            raw.get("port_range_min"),
            raw.get("port_range_max"),
            raw.get("remote_ip_prefix"),
            raw.get("remote_group_id"),
            raw["ethertype"],
        )
    )


def _make_security_group(context: Context, wanted: Wanted) -> str:
    """Make a security group with its rules, all rules in one request."""
    ident = neutron.make(context, wanted, "/security-groups", "security_group", {"name": wanted.name})
    context.ids["security_group", wanted.key] = ident
    _add_rules(context, ident, wanted.fields["rules"])
    return ident


def _add_rules(context: Context, group: str, rules: list[str]) -> None:
    """Add rules, given as lines, to a security group."""
    bodies = [{"security_group_id": group, **_rule_body(context, rule)} for rule in rules]
    if bodies:
        context.session.send("network", "POST", "/security-group-rules", {"security_group_rules": bodies})


def _rule_body(context: Context, line: str) -> dict[str, Any]:
    """Return a rule's line as Neutron wants it."""
    rule = rule_text.from_text(line)
    body: dict[str, Any] = {"direction": rule.direction, "ethertype": rule.ethertype}
    more = {"protocol": rule.protocol, "port_range_min": rule.port_min, "port_range_max": rule.port_max}
    body.update({name: value for name, value in more.items() if value is not None})
    if rule.group:
        return {**body, "remote_group_id": context.id_of("security_group", rule.group)}
    return {**body, "remote_ip_prefix": rule.cidr}


def _update_security_group(context: Context, change: Change, values: dict[str, Any]) -> None:
    """Add the rules that lack, then remove those that are too many, so that nothing is shut out in between."""
    before = {rule for one in change.fields if one.field == "rules" for rule in one.before or ()}
    after = set(values["rules"])
    _add_rules(context, change.target, sorted(after - before))
    item = context.index.by_id.get(("security_group", change.target))
    idents = {} if item is None else _rule_ids(context, item.status["rule_ids"])
    for rule in sorted(before - after):
        context.session.send("network", "DELETE", f"/security-group-rules/{idents[rule]}")


def _rule_ids(context: Context, rules: dict[str, str]) -> dict[str, str]:
    """Return ids by rule, with peers by name as in the declaration."""

    def called(ident: str) -> Optional[str]:
        return context.index.declared_name("security_group", ident)

    return {rule_text.with_peer(rule, called): ident for rule, ident in rules.items()}


SECURITY_GROUP = Kind(
    Listing("security_group", "network", "/security-groups", "security_groups", whose=OWN),
    "/security-groups",
    make=_make_security_group,
    read=_to_security_group,
    update=_update_security_group,
)
