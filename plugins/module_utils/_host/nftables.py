"""The input chains of nftables: read as JSON, changed in one transaction that nft has checked before.

In nftables an accept in a table of ours would not stop another table's drop: a packet passes every chain of the
hook. So our rules stand in those chains that deny, each with our mark as its comment.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from .._core.decide import firewall as decision
from .._core.decide.firewall import Gate, Opening, Rule
from .._core.errors import ObserveError
from . import command

if TYPE_CHECKING:
    from collections.abc import Sequence

VERSIONS = {"ip": (4,), "ip6": (6,), "inet": (4, 6)}
IMPARTIAL = {"counter", "log", "reject", "drop", "jump", "goto", "accept"}
ALTERED = " altered"


def observe(skip: Sequence[str] = ()) -> list[Gate]:
    """Return every filtering input chain, but for the tables (``ip filter``) that another door has."""
    answer = command.run(["nft", "-j", "list", "ruleset"])
    if answer is None:
        return []
    if answer.status:
        raise ObserveError(f"nft cannot list the host's rules: {answer.said}")
    return [gate for gate in to_gates(answer.out) if gate.table not in skip]


def to_gates(text: str) -> list[Gate]:
    """Return what ``nft -j list ruleset`` printed as values."""
    items = json.loads(text).get("nftables", [])
    rules: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for rule in (item["rule"] for item in items if "rule" in item):
        rules.setdefault((f"{rule['family']} {rule['table']}", rule["chain"]), []).append(rule)
    found = []
    for chain in (item["chain"] for item in items if "chain" in item):
        table = f"{chain['family']} {chain['table']}"
        if chain.get("hook") != "input" or chain.get("type") != "filter" or chain["family"] not in VERSIONS:
            continue
        chains = {name: each for (owner, name), each in rules.items() if owner == table}
        own = tuple(
            Rule(_opening(rule), _denies(rule["expr"], chains), str(rule["handle"]))
            for rule in chains.get(chain["name"], [])
        )
        versions = VERSIONS[chain["family"]]
        found.append(Gate("nft", table, chain["name"], versions, chain.get("policy") == "drop", own))
    return found


def apply(gates: Sequence[Gate], openings: Sequence[Opening]) -> None:
    """Put and remove our rules in all gates at once, after nft has found nothing wrong with it."""
    script = "".join(render(gate, openings) for gate in gates)
    if script:
        command.change(["nft", "-c", "-f", "-"], stdin=script)
        command.change(["nft", "-f", "-"], stdin=script)


def render(gate: Gate, openings: Sequence[Opening]) -> str:
    """Return what ``nft -f`` must read to bring one gate to what is desired, empty when it is."""
    deleted, added = decision.edits(gate, openings)
    chain = f"{gate.table} {gate.chain}"
    lines = [f"delete rule {chain} handle {gate.rules[index].handle}" for index in deleted]
    edge = gate.rules[gate.edge].handle if gate.edge < len(gate.rules) else ""
    place = f"insert rule {chain} handle {edge}" if edge else f"add rule {chain}"
    return "".join(f"{line}\n" for line in (*lines, *(f"{place} {_text(opening)}" for opening in added)))


def _text(opening: Opening) -> str:
    ports = str(opening.first) if opening.first == opening.last else f"{opening.first}-{opening.last}"
    source = "" if not opening.version else f"{'ip' if opening.version == 4 else 'ip6'} saddr {opening.source} "
    return f'{source}{opening.protocol} dport {ports} counter accept comment "{decision.MARK}{opening.component}"'


def _opening(rule: dict[str, Any]) -> Opening | None:
    """Return a rule of ours as a value; one that somebody has altered as one that nobody declares."""
    comment = rule.get("comment", "")
    if not comment.startswith(decision.MARK):
        return None
    component, protocol, first, last, source = comment[len(decision.MARK) :], "", 0, 0, decision.ANY
    known = [{"accept": None}]
    for part in rule["expr"]:
        payload = part.get("match", {}).get("left", {}).get("payload", {}) if "match" in part else {}
        right = part.get("match", {}).get("right")
        if payload.get("field") == "dport" and isinstance(right, (int, dict)):
            protocol, (first, last) = payload["protocol"], _range(right)
        elif payload.get("field") == "saddr":
            source = _network(right)
        elif part not in known and "counter" not in part:
            component += ALTERED
    return Opening(component, protocol, first, last, source)


def _range(right: int | dict[str, Any]) -> tuple[int, int]:
    first, last = (right, right) if isinstance(right, int) else right.get("range", (0, 0))
    return int(first), int(last)


def _network(right: Any) -> str:
    if isinstance(right, dict) and "prefix" in right:
        right = f"{right['prefix']['addr']}/{right['prefix']['len']}"
    return decision.to_source(right) if isinstance(right, str) and not right.startswith("@") else "set"


def _denies(parts: list[dict[str, Any]], chains: dict[str, list[dict[str, Any]]], inner: tuple[str, ...] = ()) -> bool:
    keys = {key for part in parts for key in part}
    if "reject" in keys and not inner:
        return True
    if keys - IMPARTIAL - {"match"} or any(not _impartial(part["match"]) for part in parts if "match" in part):
        return False
    if keys & {"drop", "reject"}:
        return True
    target = next((part[key]["target"] for part in parts for key in ("jump", "goto") if key in part), None)
    rules = chains.get(target or "", [])
    return target not in inner and any(_denies(rule["expr"], chains, (*inner, str(target))) for rule in rules)


def _impartial(match: dict[str, Any]) -> bool:
    """Return whether a condition does not depend on who the client is."""
    left = match["left"] if isinstance(match["left"], dict) else {}
    field = left.get("payload", {}).get("field") or left.get("meta", {}).get("key")
    return field in ("dport", "protocol", "nexthdr", "l4proto", "nfproto")
