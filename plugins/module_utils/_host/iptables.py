"""The filter tables of iptables and ip6tables: read as iptables-save writes them, changed in one transaction each."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from .._core.decide import firewall as decision
from .._core.decide.firewall import Gate, Opening, Rule
from . import command

if TYPE_CHECKING:
    from collections.abc import Sequence

PROGRAMS = {"iptables": 4, "ip6tables": 6}
LEGACY = {"iptables-legacy": 4, "ip6tables-legacy": 6}
# Where the kernel says that somebody uses the old tables: asking for them otherwise would load them.
LEGACY_NAMES = {"iptables-legacy": "/proc/net/ip_tables_names", "ip6tables-legacy": "/proc/net/ip6_tables_names"}
CHAIN = "INPUT"
DENIES = ("REJECT", "DROP")
# Conditions that do not depend on who the client is.
IMPARTIAL = {"-p", "-m", "--dport", "--dports", "--comment", "-j", "-g", "--reject-with"}


def observe() -> list[Gate]:
    """Return the INPUT chain of each family that has one."""
    found = [to_gate(program, _save(program)) for program in PROGRAMS]
    found += [to_gate(program, _save(program)) for program in LEGACY if "filter" in _names(LEGACY_NAMES[program])]
    return [gate for gate in found if gate]


def to_gate(program: str, saved: str) -> Gate | None:
    """Return what ``iptables-save -t filter`` printed as a value, or None when it has no INPUT chain."""
    policies = {line.split()[0][1:]: line.split()[1] for line in saved.splitlines() if line.startswith(":")}
    if CHAIN not in policies:
        return None
    chains: dict[str, list[list[str]]] = {name: [] for name in policies}
    for line in saved.splitlines():
        if line.startswith("-A "):
            words = shlex.split(line)
            chains[words[1]].append(words[2:])
    rules = tuple(
        Rule(_opening(words), _denies(words, chains), " ".join(map(shlex.quote, words))) for words in chains[CHAIN]
    )
    versions = ({**PROGRAMS, **LEGACY}[program],)
    return Gate(program, "filter", CHAIN, versions, policies[CHAIN] in DENIES, rules)


def apply(gate: Gate, openings: Sequence[Opening]) -> None:
    """Put and remove our rules in one gate, all at once."""
    script = render(gate, openings)
    if script:
        command.change([restorer(gate.door), "--noflush"], stdin=script)


def render(gate: Gate, openings: Sequence[Opening]) -> str:
    """Return the input of ``iptables-restore --noflush``, empty when there is nothing to do."""
    deleted, added = decision.edits(gate, openings)
    if not deleted and not added:
        return ""
    place = gate.edge - sum(index < gate.edge for index in deleted) + 1
    lines = [f"-D {CHAIN} {index + 1}" for index in sorted(deleted, reverse=True)]
    lines += [f"-I {CHAIN} {place + offset} {_text(opening)}" for offset, opening in enumerate(added)]
    return "\n".join(["*filter", *lines, "COMMIT", ""])


def restorer(program: str) -> str:
    """Return the name of the program that restores what ``program`` shows."""
    return f"{program}-restore"


def _text(opening: Opening) -> str:
    ports = str(opening.first) if opening.first == opening.last else f"{opening.first}:{opening.last}"
    source = "" if opening.source == decision.ANY else f"-s {opening.source} "
    match = f"-p {opening.protocol} -m {opening.protocol} --dport {ports}"
    return f"{source}{match} -m comment --comment {decision.MARK}{opening.component} -j ACCEPT"


def _opening(words: list[str]) -> Opening | None:
    """Return a rule of ours as a value; one that somebody has altered as one that nobody declares."""
    values = {word: words[index + 1] for index, word in enumerate(words[:-1]) if word.startswith("-")}
    comment = values.get("--comment", "")
    if not comment.startswith(decision.MARK):
        return None
    first, _, last = values.get("--dport", "0").partition(":")
    source = decision.to_source(values.get("-s", decision.ANY))
    altered = values.get("-j") != "ACCEPT" or set(values) - {"-s", "-p", "-m", "--dport", "--comment", "-j"}
    component = comment[len(decision.MARK) :] + (" altered" if altered else "")
    return Opening(component, values.get("-p", ""), int(first), int(last or first), source)


def _denies(words: list[str], chains: dict[str, list[list[str]]], inner: tuple[str, ...] = ()) -> bool:
    target = next((words[index + 1] for index, word in enumerate(words[:-1]) if word in ("-j", "-g")), "")
    if target == "REJECT" and not inner:
        return True
    if "!" in words or {word for word in words if word.startswith("-")} - IMPARTIAL:
        return False
    if target in DENIES:
        return True
    return (
        target in chains
        and target not in inner
        and any(_denies(each, chains, (*inner, target)) for each in chains[target])
    )


def _save(program: str) -> str:
    answer = command.run([f"{program}-save", "-t", "filter"])
    return answer.out if answer and not answer.status else ""


def _names(path: str) -> list[str]:
    try:
        with open(path, encoding="ascii") as source:
            return source.read().split()
    except OSError:
        return []
