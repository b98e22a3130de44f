"""The filter tables of iptables and ip6tables: read as iptables-save writes them, changed in one transaction each."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from ..._site.decide import firewall as decision
from ..._site.decide import wall as walls
from ..._site.decide.firewall import Chain, ChainRule, Opening
from ..._site.decide.wall import Wall, WallRule
from . import command

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PROGRAMS = {"iptables": 4, "ip6tables": 6}
LEGACY = {"iptables-legacy": 4, "ip6tables-legacy": 6}
# Where the kernel says that somebody uses the old tables: asking for them otherwise would load them.
LEGACY_NAMES = {"iptables-legacy": "/proc/net/ip_tables_names", "ip6tables-legacy": "/proc/net/ip6_tables_names"}
CHAIN = "INPUT"
WALL = walls.NAME.upper()
TO_WALL = ["-j", WALL]
PASSING = {
    walls.LOOPBACK: "-i lo -j RETURN",
    walls.ANSWERS: "-m conntrack --ctstate RELATED,ESTABLISHED -j RETURN",
}
DENIES = ("REJECT", "DROP")
# Conditions that do not depend on who the client is.
IMPARTIAL = {"-p", "-m", "--dport", "--dports", "--comment", "-j", "-g", "--reject-with"}


def observe() -> dict[str, str]:
    """Return what ``PROGRAM-save -t filter`` prints for each program that is here, the old ones only where in use."""
    programs = [*PROGRAMS, *(program for program in LEGACY if "filter" in _names(LEGACY_NAMES[program]))]
    saved = {program: _save(program) for program in programs}
    return {program: text for program, text in saved.items() if text is not None}


def to_gates(saved: Mapping[str, str]) -> list[Chain]:
    """Return the INPUT chain of each family that has one. ``saved`` is what ``observe`` returns."""
    return [gate for gate in (to_gate(program, text) for program, text in saved.items()) if gate]


def to_walls(saved: Mapping[str, str], *, wanted: bool) -> list[Wall]:
    """Return the wall as each family has it. ``wanted``: there is no better place for it."""
    return [_to_wall(program, saved[program], wanted=wanted) for program in PROGRAMS if program in saved]


def to_gate(program: str, saved: str) -> Chain | None:
    """Return what ``iptables-save -t filter`` printed as a value, or None when it has no INPUT chain."""
    policies = {line.split()[0][1:]: line.split()[1] for line in saved.splitlines() if line.startswith(":")}
    if CHAIN not in policies:
        return None
    chains = _chains(saved)
    rules = tuple(
        ChainRule(_opening(words), words != TO_WALL and _denies(words, chains), " ".join(map(shlex.quote, words)))
        for words in chains[CHAIN]
    )
    versions = ({**PROGRAMS, **LEGACY}[program],)
    return Chain(program, "filter", CHAIN, versions, policies[CHAIN] in DENIES, rules)


def _chains(saved: str) -> dict[str, list[list[str]]]:
    """Return the rules of every chain, each as its words."""
    lines = saved.splitlines()
    chains: dict[str, list[list[str]]] = {line.split()[0][1:]: [] for line in lines if line.startswith(":")}
    for line in lines:
        if line.startswith("-A "):
            words = shlex.split(line)
            chains[words[1]].append(words[2:])
    return chains


def _to_wall(program: str, saved: str, *, wanted: bool) -> Wall:
    """Return the wall in what ``iptables-save -t filter`` printed."""
    chains = _chains(saved)
    lines = tuple(_line(words) for words in chains.get(WALL, []))
    return Wall(program, (PROGRAMS[program],), wanted, chains.get(CHAIN, [])[:1] == [TO_WALL], lines)


def apply_wall(program: str, lines: Sequence[WallRule]) -> None:
    """Make the wall of one family anew in one transaction, or take it away."""
    command.change([_restorer(program), "--noflush"], stdin=render_wall(lines, _save(program) or ""))


def render_wall(lines: Sequence[WallRule], saved: str) -> str:
    """Return the input of ``iptables-restore --noflush``, to which a chain that it declares is empty."""
    known = _chains(saved).get(CHAIN, [])
    script = [f":{WALL} - [0:0]", *(f"-D {CHAIN} -j {WALL}" for words in known if words == TO_WALL)]
    rules = [f"-A {WALL} {_wall_text(line)}" for line in lines]
    script += [*rules, f"-I {CHAIN} 1 -j {WALL}"] if lines else [f"-X {WALL}"]
    return "\n".join(["*filter", *script, "COMMIT", ""])


def _wall_text(line: WallRule) -> str:
    if line.opening is None:
        return PASSING[line.verdict]
    return _text(line.opening, "RETURN" if line.verdict == walls.ADMIT else "DROP")


def _line(words: list[str]) -> WallRule:
    """Return one rule of our chain as a value; one that we would not have written is strange."""
    text = " ".join(words)
    passing = {rule: verdict for verdict, rule in PASSING.items()}
    if text in passing:
        return WallRule(passing[text])
    verdict = {"RETURN": walls.ADMIT, "DROP": walls.DROP}.get(words[-1], walls.STRANGE)
    opening = _opening([*words[:-1], "ACCEPT"]) if words[-2:-1] == ["-j"] else None
    return WallRule(verdict, opening) if opening else WallRule(walls.STRANGE)


def apply(gate: Chain, openings: Sequence[Opening]) -> None:
    """Put and remove our rules in one gate, all at once."""
    script = render(gate, openings)
    if script:
        command.change([_restorer(gate.door), "--noflush"], stdin=script)


def render(gate: Chain, openings: Sequence[Opening]) -> str:
    """Return the input of ``iptables-restore --noflush``, empty when there is nothing to do."""
    deleted, added = decision.edits(gate, openings)
    if not deleted and not added:
        return ""
    place = gate.edge - sum(index < gate.edge for index in deleted) + 1
    lines = [f"-D {CHAIN} {index + 1}" for index in sorted(deleted, reverse=True)]
    lines += [f"-I {CHAIN} {place + offset} {_text(opening)}" for offset, opening in enumerate(added)]
    return "\n".join(["*filter", *lines, "COMMIT", ""])


def _restorer(program: str) -> str:
    """Return the name of the program that restores what ``program`` shows."""
    return f"{program}-restore"


def _text(opening: Opening, verdict: str = "ACCEPT") -> str:
    ports = str(opening.first) if opening.first == opening.last else f"{opening.first}:{opening.last}"
    source = "" if opening.source == decision.ANY else f"-s {opening.source} "
    match = f"-p {opening.protocol} -m {opening.protocol} --dport {ports}"
    return f"{source}{match} -m comment --comment {decision.MARK}{opening.component} -j {verdict}"


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


def _save(program: str) -> str | None:
    answer = command.run([f"{program}-save", "-t", "filter"])
    if answer is None:
        return None
    return "" if answer.status else answer.out


def _names(path: str) -> list[str]:
    try:
        with open(path, encoding="ascii") as source:
            return source.read().split()
    except OSError:
        return []
