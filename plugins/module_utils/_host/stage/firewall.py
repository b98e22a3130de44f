"""The ports that a host's components need: let in through whatever firewall the host has, and kept from all others.

The administrator's own files stay as they are. A unit of ours puts openings and wall back before the network is up,
and whenever nftables, iptables or firewalld have loaded their rules anew; it runs this very code, which is kept on
the host for it.
"""

from __future__ import annotations

import hashlib
import json
import os
import pkgutil
import sys
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from ..._core.errors import ApplyError, Error
from ..._core.plan import Plan, Step
from ..._site.decide import firewall as decision
from ..._site.decide import wall as walls
from ..door import atomic, command, iptables, nftables

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

RULES = "/etc/novaform/firewall.json"
UNIT = "novaform-firewall.service"
UNIT_PATH = f"/etc/systemd/system/{UNIT}"
WANTS = "/etc/systemd/system/sysinit.target.wants"
CODE = "/usr/local/lib/novaform"
PACKAGE = "novaform_firewall"
PARTS = (
    "_core/errors.py",
    "_core/plan.py",
    "_site/decide/firewall.py",
    "_site/decide/wall.py",
    "_host/door/atomic.py",
    "_host/door/command.py",
    "_host/stage/firewall.py",
    "_host/door/iptables.py",
    "_host/door/nftables.py",
    "_host/door/place.py",
)
LOADERS = "nftables.service netfilter-persistent.service ufw.service firewalld.service"
UNIT_TEXT = """# Written by Novaform. Code: {digest}
[Unit]
Description=Ports of the cloud's components
DefaultDependencies=no
After=local-fs.target {loaders}
Before=network-pre.target shutdown.target
Wants=network-pre.target
Conflicts=shutdown.target
PartOf={loaders}
ReloadPropagatedFrom={loaders}

[Service]
Type=oneshot
RemainAfterExit=yes
Environment=PYTHONPATH={code} PYTHONDONTWRITEBYTECODE=1
ExecStart=/usr/bin/python3 -c "from {package}._host.stage import firewall; firewall.reopen()"
ExecReload=/usr/bin/python3 -c "from {package}._host.stage import firewall; firewall.reopen()"

[Install]
WantedBy=sysinit.target {loaders}
"""


class Firewall:
    """The stage of a host's open ports."""

    def __init__(self, desired: Mapping[str, Any], secrets: Mapping[str, Any]) -> None:
        del secrets
        self.openings = decision.to_openings(desired["rules"])

    def plan(self, planned: Plan | None) -> Plan:
        """Compare what the host lets in, and would after a reboot, with what is desired."""
        del planned
        files = {RULES: _render_rules(self.openings), UNIT_PATH: render_unit()}
        steps = [_write_step(path, text) for path, text in files.items()]
        found, gates = observe()
        ports = walls.decide(self.openings, found) + decision.decide(self.openings, gates)
        return ports + Plan(tuple(step for step in steps if step))

    def apply(self, plan: Plan) -> None:
        """Open and close, and then keep it so."""
        if any(step.kind in (decision.KIND, walls.KIND) for step in plan):
            bring(self.openings)
        if any(step.name == RULES for step in plan):
            atomic.replace(RULES, _render_rules(self.openings), mode=0o644)
        if any(step.name == UNIT_PATH for step in plan):
            _install()


def observe() -> tuple[list[walls.Wall], list[decision.Chain]]:
    """Return the wall wherever it stands or should, and every chain through which incoming packets pass.

    The wall belongs into nftables, and where there is none into both of iptables.
    """
    ruleset, saved = nftables.observe(), iptables.observe()
    gates = iptables.to_gates(saved)
    theirs = {"iptables": "ip filter", "ip6tables": "ip6 filter"}
    found = iptables.to_walls(saved, wanted=ruleset is None)
    if ruleset is not None:
        gates += nftables.to_gates(ruleset, [theirs[gate.door] for gate in gates if gate.door in theirs])
        found.append(nftables.to_wall(ruleset))
    return found or [walls.Wall("none", (4, 6), wanted=True)], gates


def bring(openings: Sequence[decision.Opening]) -> None:
    """Keep others out, open what is declared, and close what is not, in every gate."""
    for wall in observe()[0]:
        if not walls.is_right(wall, openings):
            _build(wall, walls.wanted_lines(wall, openings))
    gates = observe()[1]
    for gate in gates:
        if gate.door != "nft":
            iptables.apply(gate, openings)
    nftables.apply([gate for gate in gates if gate.door == "nft"], openings)


def _build(wall: walls.Wall, lines: Sequence[walls.WallRule]) -> None:
    if wall.door == "none":
        raise ApplyError("nothing on this host can close a port: install nftables")
    if wall.door == "nft":
        nftables.apply_wall(lines)
    else:
        iptables.apply_wall(wall.door, lines)


def reopen(path: str = RULES) -> None:
    """Bring the host to what the last run recorded: what the unit runs. Ends the process with a sentence on failure."""
    try:
        with open(path, encoding="utf-8") as source:
            bring(decision.to_openings(json.load(source)))
    except (Error, OSError, ValueError) as error:
        sys.exit(f"the ports of {path} could not be opened: {error}")


def _render_rules(openings: Sequence[decision.Opening]) -> str:
    """Return the record of what is declared, as the declaration writes it."""
    rules = [
        {
            "port": f"{each.first}-{each.last}",
            "proto": each.protocol,
            "sources": [each.source],
            "comment": each.component,
        }
        for each in openings
    ]
    return json.dumps(rules, indent=1) + "\n"


def render_unit() -> str:
    """Return the unit, which changes when the code that it runs does."""
    digest = hashlib.sha256("".join(_source(part) for part in PARTS).encode()).hexdigest()
    return UNIT_TEXT.format(digest=digest, loaders=LOADERS, code=CODE, package=PACKAGE)


def render_package() -> dict[str, str]:
    """Return what the unit runs, ``{path below CODE: text}``."""
    packages = {parent for part in PARTS for parent in PurePosixPath(PACKAGE, part).parents} - {PurePosixPath()}
    files = {f"{PACKAGE}/{part}": _source(part) for part in PARTS}
    return {**files, **{f"{package}/__init__.py": "" for package in sorted(packages)}}


def _install() -> None:
    """Put the code and the unit in place and let the unit start with the host."""
    files = render_package()
    for path, text in files.items():
        atomic.replace(f"{CODE}/{path}", text, mode=0o644)
    atomic.replace(UNIT_PATH, render_unit(), mode=0o644)
    command.change(["systemctl", "daemon-reload"])
    command.change(["systemctl", "reenable", UNIT])
    command.change(["systemctl", "restart", UNIT])
    for folder, _, names in os.walk(f"{CODE}/{PACKAGE}"):
        for path in (os.path.join(folder, name) for name in names):
            if os.path.relpath(path, CODE) not in files:  # of an earlier version
                os.unlink(path)


def _write_step(path: str, text: str) -> Step | None:
    """Return the step that writes one of our two files; the unit's own text is nothing that a diff should show."""
    try:
        with open(path, encoding="utf-8") as source:
            before = source.read()
    except FileNotFoundError:
        before = ""
    if before == text and (path == RULES or os.path.lexists(f"{WANTS}/{UNIT}")):
        return None
    return Step("write", "file", path, before, text) if path == RULES else Step("write", "file", path)


def _source(part: str) -> str:
    """Return one of our own modules as text, wherever this one was loaded from."""
    try:
        found = pkgutil.get_data((__package__ or "").rsplit(".", 2)[0], part)
    except OSError:
        found = None
    if found is None:
        raise Error(f"{part} was not shipped with this module: install the collection anew")
    return found.decode()
