"""Hosts of a lab reach the world through the machine's address, by rules of the lab's own that carry its name.

The rules are a table of nftables where that works, otherwise iptables rules with a comment. Where something else on the
machine (Docker, say) lets nothing be forwarded, two accepting rules with the same comment stand before that, too.
"""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

from novaform.lab import command

if TYPE_CHECKING:
    from novaform.lab.record import LabRecord

NFT = "nft"
IPTABLES = "iptables"
BOTH = "nft+iptables"


def choose() -> str:
    """Choose NFT where it works, BOTH where iptables also stands in the way, otherwise IPTABLES."""
    if not _nft_works():
        return IPTABLES
    # Merely listing iptables' chains could create its tables: nft says whether they are there.
    forward = command.attempt("nft", "list", "chain", "ip", "filter", "FORWARD")
    return BOTH if forward.returncode == 0 and "policy drop" in forward.stdout else NFT


def ensure(record: LabRecord) -> None:
    """Put the lab's rules in place, whatever is there of them."""
    remove(record)
    if record.firewall in (NFT, BOTH):
        command.run("nft", "-f", "-", stdin=render_table(record))
    for table, chain, *rule in render_rules(record):
        command.run("iptables", "-w", "-t", table, "-I", chain, *rule)


def remove(record: LabRecord) -> None:
    """Remove the lab's rules where they are there."""
    if record.firewall in (NFT, BOTH) and has_table(record.table):
        command.run("nft", "delete", "table", "ip", record.table)
    for table in sorted({rule[0] for rule in render_rules(record)}):
        for line in command.run("iptables", "-w", "-t", table, "-S").splitlines():
            action, *rule = line.replace('"', "").split()
            if action == "-A" and record.table in rule:
                command.run("iptables", "-w", "-t", table, "-D", *rule)


def has_table(name: str) -> bool:
    """Say whether the machine has an nftables table of that name; without nft there is none."""
    if not _nft_works():
        return False
    tables = json.loads(command.run("nft", "-j", "list", "tables"))["nftables"]
    return any(item.get("table", {}).get("name") == name for item in tables)


def render_table(record: LabRecord) -> str:
    """Write the nftables table of a lab."""
    inside = f"{{ {record.network}, {record.provider} }}"
    return f"""table ip {record.table} {{
    chain postrouting {{
        type nat hook postrouting priority srcnat; policy accept;
        ip saddr {inside} ip daddr != {inside} masquerade
    }}
}}
"""


def render_rules(record: LabRecord) -> list[tuple[str, ...]]:
    """Give the iptables rules of a lab: table, chain, then the rule's words."""
    mark = ("-m", "comment", "--comment", record.table)
    whole = str(record.subnet.supernet())
    rules: list[tuple[str, ...]] = []
    if record.firewall == IPTABLES:
        rules.append(("nat", "POSTROUTING", "-s", whole, "!", "-d", whole, *mark, "-j", "MASQUERADE"))
    if record.firewall in (IPTABLES, BOTH):
        bridges = (record.bridge, record.provider_bridge)
        rules.extend(
            ("filter", "FORWARD", way, bridge, *mark, "-j", "ACCEPT") for bridge in bridges for way in ("-i", "-o")
        )
    return rules


def _nft_works() -> bool:
    installed = shutil.which("nft", path=command.environment()["PATH"]) is not None
    return installed and command.attempt("nft", "list", "tables").returncode == 0
