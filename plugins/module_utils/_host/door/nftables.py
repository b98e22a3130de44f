"""The input chains of nftables: read as JSON, changed in one transaction that nft has checked before.

In nftables an accept in a table of ours would not stop another table's drop: a packet passes every chain of the
hook. So our accepts stand in those chains that deny, each with our mark as its comment. A drop in a table of ours is
final, so that the wall is one table.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ..._core.errors import ObserveError
from ..._site.decide import firewall as decision
from ..._site.decide import wall as walls
from ..._site.decide.firewall import Chain, ChainRule, Opening
from ..._site.decide.wall import Wall, WallRule
from . import command

if TYPE_CHECKING:
    from collections.abc import Sequence

VERSIONS = {"ip": (4,), "ip6": (6,), "inet": (4, 6)}
IMPARTIAL = {"counter", "log", "reject", "drop", "jump", "goto", "accept"}
ALTERED = " altered"
WALL, WALL_CHAIN = f"inet {walls.NAME}", "input"
# Before the chains of others, which stand at 0: what we drop they need not count or log.
HOOK = {"type": "filter", "hook": "input", "prio": -10, "policy": "accept"}
PASSING = {
    walls.LOOPBACK: 'iifname "lo" accept',
    walls.ANSWERS: "ct state established,related accept",
}


def observe() -> str | None:
    """Return what ``nft -j list ruleset`` prints, or None where there is no nft. Raises ``ObserveError``."""
    answer = command.run(["nft", "-j", "list", "ruleset"])
    if answer is None:
        return None
    if answer.status:
        raise ObserveError(f"nft cannot list the host's rules: {answer.said}")
    return answer.out


def to_wall(text: str) -> Wall:
    """Return the wall in what ``nft -j list ruleset`` printed."""
    items = json.loads(text).get("nftables", [])
    family, table = WALL.split()
    place = {"family": family, "table": table}
    chains = [item["chain"] for item in items if "chain" in item and place.items() <= item["chain"].items()]
    rules = [item["rule"] for item in items if "rule" in item and place.items() <= item["rule"].items()]
    hooked = [chain["name"] for chain in chains] == [WALL_CHAIN] and HOOK.items() <= chains[0].items()
    return Wall("nft", VERSIONS[family], wanted=True, hooked=hooked, lines=tuple(_line(rule) for rule in rules))


def render_wall(lines: Sequence[WallRule]) -> str:
    """Return what ``nft -f`` must read to make the wall anew, all at once, or to take it away."""
    gone = f"add table {WALL}\ndelete table {WALL}\n"
    if not lines:
        return gone
    rules = "".join(f"    {_wall_text(line)}\n" for line in lines)
    hook = f"type filter hook input priority {HOOK['prio']}; policy accept;"
    return f"{gone}table {WALL} {{\n  chain {WALL_CHAIN} {{\n    {hook}\n{rules}  }}\n}}\n"


def apply_wall(lines: Sequence[WallRule]) -> None:
    """Make the wall anew in one transaction."""
    _load(render_wall(lines))


def _wall_text(line: WallRule) -> str:
    if line.opening is None:
        return PASSING[line.verdict]
    return _text(line.opening, "accept" if line.verdict == walls.ADMIT else "drop")


def _line(rule: dict[str, Any]) -> WallRule:
    """Return one rule of our table as a value; one that we would not have written is strange."""
    parts = rule["expr"]
    if parts == [_match({"meta": {"key": "iifname"}}, "lo"), {"accept": None}]:
        return WallRule(walls.LOOPBACK)
    states = [part["match"]["right"] for part in parts if part.get("match", {}).get("left") == {"ct": {"key": "state"}}]
    if len(parts) == 2 and parts[1] == {"accept": None} and states and sorted(states[0]) == ["established", "related"]:
        return WallRule(walls.ANSWERS)
    verdict = {"accept": walls.ADMIT, "drop": walls.DROP}.get(next(iter(parts[-1])), walls.STRANGE)
    opening = _opening({**rule, "expr": [*parts[:-1], {"accept": None}]})
    return WallRule(verdict, opening) if opening else WallRule(walls.STRANGE)


def _match(left: dict[str, Any], right: str) -> dict[str, Any]:
    return {"match": {"op": "==", "left": left, "right": right}}


def to_gates(text: str, skip: Sequence[str] = ()) -> list[Chain]:
    """Return every filtering input chain in what ``nft -j list ruleset`` printed.

    ``skip`` are the tables (``ip filter``) that another door has; the wall is not a gate either.
    """
    items = json.loads(text).get("nftables", [])
    rules: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for rule in (item["rule"] for item in items if "rule" in item):
        rules.setdefault((f"{rule['family']} {rule['table']}", rule["chain"]), []).append(rule)
    found = []
    for chain in (item["chain"] for item in items if "chain" in item):
        table = f"{chain['family']} {chain['table']}"
        if chain.get("hook") != "input" or chain.get("type") != "filter" or chain["family"] not in VERSIONS:
            continue
        if table in (*skip, WALL):
            continue
        chains = {name: each for (owner, name), each in rules.items() if owner == table}
        own = tuple(
            ChainRule(_opening(rule), _denies(rule["expr"], chains), str(rule["handle"]))
            for rule in chains.get(chain["name"], [])
        )
        versions = VERSIONS[chain["family"]]
        found.append(Chain("nft", table, chain["name"], versions, chain.get("policy") == "drop", own))
    return found


def apply(gates: Sequence[Chain], openings: Sequence[Opening]) -> None:
    """Put and remove our rules in all gates at once, after nft has found nothing wrong with it."""
    script = "".join(render(gate, openings) for gate in gates)
    if script:
        _load(script)


def _load(script: str) -> None:
    command.change(["nft", "-c", "-f", "-"], stdin=script)
    command.change(["nft", "-f", "-"], stdin=script)


def render(gate: Chain, openings: Sequence[Opening]) -> str:
    """Return what ``nft -f`` must read to bring one gate to what is desired, empty when it is."""
    deleted, added = decision.edits(gate, openings)
    chain = f"{gate.table} {gate.chain}"
    lines = [f"delete rule {chain} handle {gate.rules[index].handle}" for index in deleted]
    edge = gate.rules[gate.edge].handle if gate.edge < len(gate.rules) else ""
    place = f"insert rule {chain} handle {edge}" if edge else f"add rule {chain}"
    return "".join(f"{line}\n" for line in (*lines, *(f"{place} {_text(opening)}" for opening in added)))


def _text(opening: Opening, verdict: str = "accept") -> str:
    ports = str(opening.first) if opening.first == opening.last else f"{opening.first}-{opening.last}"
    source = "" if not opening.version else f"{'ip' if opening.version == 4 else 'ip6'} saddr {opening.source} "
    return f'{source}{opening.protocol} dport {ports} counter {verdict} comment "{decision.MARK}{opening.component}"'


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
