"""The wall in a real kernel: network namespaces of their own, a neighbour on a wire, and connections that are tried."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from ansible_collections.novaform.compute.plugins.module_utils._host.door import iptables, nftables
from ansible_collections.novaform.compute.plugins.module_utils._site.decide import wall
from ansible_collections.novaform.compute.plugins.module_utils._site.decide.firewall import to_openings

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[4]
FRIEND, STRANGER, HOST = "192.0.2.2", "192.0.2.3", "192.0.2.1"
STRANGER6, HOST6 = "2001:db8::3", "2001:db8::1"
RULES = [
    {"port": 3306, "proto": "tcp", "sources": [FRIEND], "comment": "mysql"},
    {"port": 11211, "proto": "tcp", "sources": [], "comment": "memcached"},
    {"port": "5900-5901", "proto": "tcp", "sources": [f"{FRIEND}/32"], "comment": "nova_compute"},
    {"port": 4789, "proto": "udp", "sources": [FRIEND], "comment": "neutron_agent"},
    {"port": 5000, "proto": "tcp", "sources": ["any"], "comment": "keystone"},
]
OPENINGS = to_openings(RULES)
PORTS = (22, 3306, 5000, 5900, 5901, 11211)
FREE = (22, 5000)
BRING = """
import json, sys
from ansible_collections.novaform.compute.plugins.module_utils._site.decide import firewall as decision, wall
from ansible_collections.novaform.compute.plugins.module_utils._host.door import command
from ansible_collections.novaform.compute.plugins.module_utils._host.stage import firewall
told = json.load(sys.stdin)
run = command.run
command.run = lambda argv, *rest, **more: None if argv[0] in told["missing"] else run(argv, *rest, **more)
openings = decision.to_openings(told["rules"])
before = wall.decide(openings, firewall.observe()[0])
firewall.bring(openings)
print(json.dumps([[str(step.key) for step in before], len(wall.decide(openings, firewall.observe()[0]).steps)]))
"""
LISTEN = """
import selectors, socket, sys
ready = selectors.DefaultSelector()
for port in map(int, sys.argv[1:]):
    one = socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True)
    ready.register(one, selectors.EVENT_READ)
print("listening", flush=True)
while True:
    for key, _ in ready.select():
        key.fileobj.accept()[0].close()
"""
CONNECT = """
import socket, sys, threading
source, target, *ports = sys.argv[1:]
def look(port):
    try:
        socket.create_connection((target, int(port)), timeout=0.5, source_address=(source, 0)).close()
    except OSError:
        return
    sys.stdout.write(f"{port} ")
ways = [threading.Thread(target=look, args=(port,)) for port in ports]
for way in ways: way.start()
for way in ways: way.join()
"""


class Wire(NamedTuple):
    """A host and its neighbour, each the process that keeps its network namespace."""

    host: int
    neighbour: int

    def run(self, where: int, *argv: str, text: str = "") -> str:
        environment = os.environ | {"PYTHONPATH": f"{ROOT}/.dev"}
        command = ["nsenter", "-t", str(where), "-n", *argv]
        done = subprocess.run(command, input=text, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def bring(self, rules: list[dict[str, Any]], *missing: str) -> tuple[list[str], int]:
        """Build the wall, as if these programs were not there; return what was planned and how much is left."""
        text = json.dumps({"rules": rules, "missing": missing})
        planned, left = json.loads(self.run(self.host, sys.executable, "-c", BRING, text=text))
        return planned, left

    def reached(self, where: int, source: str, target: str) -> set[int]:
        ports = map(str, PORTS)
        return {int(port) for port in self.run(where, sys.executable, "-c", CONNECT, source, target, *ports).split()}


@pytest.fixture
def wire() -> Iterator[Wire]:
    keepers = [subprocess.Popen(["unshare", "-n", "sh", "-c", "echo; exec sleep 600"], stdout=-1) for _ in range(2)]
    for keeper in keepers:
        assert keeper.stdout is not None
        keeper.stdout.readline()
    made = Wire(keepers[0].pid, keepers[1].pid)
    made.run(
        made.host, "ip", "link", "add", "wire0", "type", "veth", "peer", "name", "wire1", "netns", str(made.neighbour)
    )
    for where, device, addresses in (
        (made.host, "wire0", (f"{HOST}/24", f"{HOST6}/64")),
        (made.neighbour, "wire1", (f"{FRIEND}/24", f"{STRANGER}/24", f"{STRANGER6}/64")),
    ):
        for address in addresses:
            made.run(where, "ip", "address", "add", address, "dev", device, *(["nodad"] if ":" in address else []))
        for name in ("lo", device):
            made.run(where, "ip", "link", "set", name, "up")
    listening = ["nsenter", "-t", str(made.host), "-n", sys.executable, "-c", LISTEN, *map(str, PORTS)]
    keepers.append(subprocess.Popen(listening, stdout=-1))
    stdout = keepers[-1].stdout
    assert stdout is not None
    assert stdout.readline() == b"listening\n"
    yield made
    for keeper in keepers:
        end(keeper)


def end(keeper: subprocess.Popen[bytes]) -> None:
    keeper.kill()
    with keeper:
        pass


DOORS = pytest.mark.parametrize("missing", [(), ("nft",)], ids=["nftables", "iptables"])


@DOORS
def test_each_port_is_reached_from_its_sources_and_by_nobody_else(wire: Wire, missing: tuple[str, ...]) -> None:
    assert wire.reached(wire.neighbour, STRANGER, HOST) == set(PORTS)
    assert wire.bring(RULES, *missing) == (["('set', 'firewall', 'novaform')"], 0)
    assert wire.reached(wire.neighbour, FRIEND, HOST) == {*FREE, 3306, 5900, 5901}
    assert wire.reached(wire.neighbour, STRANGER, HOST) == set(FREE)
    assert wire.reached(wire.neighbour, STRANGER6, HOST6) == set(FREE)
    assert wire.reached(wire.host, HOST, HOST) == set(PORTS)
    assert wire.bring(RULES, *missing) == ([], 0)


@DOORS
def test_answers_to_what_the_host_asked_come_in_on_a_closed_port(wire: Wire, missing: tuple[str, ...]) -> None:
    wire.bring([{"port": "1024-65535", "proto": "tcp", "sources": [], "comment": "all"}], *missing)
    neighbours = subprocess.Popen(
        ["nsenter", "-t", str(wire.neighbour), "-n", sys.executable, "-c", LISTEN, "5000"], stdout=subprocess.PIPE
    )
    assert neighbours.stdout is not None
    neighbours.stdout.readline()
    assert wire.reached(wire.host, HOST, STRANGER) == {5000}
    end(neighbours)


@DOORS
def test_a_component_that_went_leaves_no_rule_and_the_last_one_no_wall(wire: Wire, missing: tuple[str, ...]) -> None:
    wire.bring(RULES, *missing)
    wire.bring(RULES[1:], *missing)
    assert wire.reached(wire.neighbour, STRANGER, HOST) == {*FREE, 3306}
    wire.bring([], *missing)
    assert wire.reached(wire.neighbour, STRANGER, HOST) == set(PORTS)
    assert "novaform" not in wire.run(wire.host, "nft", "list", "ruleset").lower()


THEIRS = """
table inet theirs {
  chain input {
    type filter hook input priority filter; policy drop;
    tcp dport 22 accept
  }
}
"""


def test_rules_of_others_stay_as_they_are_and_keep_their_say(wire: Wire) -> None:
    """Their policy is to drop: our sources are let in there, and what is closed here stays closed."""
    wire.run(wire.host, "nft", "-f", "-", text=THEIRS)
    wire.bring(RULES)
    assert wire.reached(wire.neighbour, FRIEND, HOST) == {*FREE, 3306, 5900, 5901}
    assert wire.reached(wire.neighbour, STRANGER, HOST) == set(FREE)
    table = wire.run(wire.host, "nft", "list", "table", "inet", "theirs")
    ours = [line for line in table.splitlines() if "novaform:" in line]
    assert [line for line in table.splitlines() if line not in ours] == THEIRS.strip().replace("  ", "\t").splitlines()
    wire.bring([])
    assert "novaform" not in wire.run(wire.host, "nft", "list", "ruleset")


def test_a_chain_of_iptables_goes_when_nftables_comes(wire: Wire) -> None:
    wire.run(wire.host, "iptables", "-A", "INPUT", "-s", "198.51.100.7", "-j", "DROP")
    wire.bring(RULES, "nft")
    wire.bring(RULES)
    assert wire.run(wire.host, "iptables-save", "-t", "filter").count("NOVAFORM") == 0
    assert "-A INPUT -s 198.51.100.7/32 -j DROP" in wire.run(wire.host, "iptables-save", "-t", "filter")
    assert wire.reached(wire.neighbour, STRANGER6, HOST6) == set(FREE)


TAMPERED = [
    ["nft", "add", "rule", "inet", "novaform", "input", "tcp", "dport", "11211", "accept"],
    ["nft", "insert", "rule", "inet", "novaform", "input", "accept"],
    ["nft", "flush", "chain", "inet", "novaform", "input"],
    ["nft", "delete", "table", "inet", "novaform"],
    ["nft", "add", "chain", "inet", "novaform", "input", "{ policy drop; }"],
    ["nft", "flush", "ruleset"],
]
TAMPERED_IPTABLES = [
    ["iptables", "-I", "INPUT", "-j", "ACCEPT"],
    ["ip6tables", "-D", "INPUT", "-j", "NOVAFORM"],
    ["ip6tables", "-I", "NOVAFORM", "-j", "RETURN"],
    ["iptables", "-F", "NOVAFORM"],
]


@pytest.mark.parametrize(
    ("tampered", "missing"),
    [*((one, ()) for one in TAMPERED), *((one, ("nft",)) for one in TAMPERED_IPTABLES)],
    ids=lambda value: " ".join(value)[:40],
)
def test_what_somebody_changed_is_seen_and_put_right(wire: Wire, tampered: list[str], missing: tuple[str, ...]) -> None:
    wire.bring(RULES, *missing)
    wire.run(wire.host, *tampered)
    assert wire.bring(RULES, *missing) == (["('set', 'firewall', 'novaform')"], 0)
    assert wire.reached(wire.neighbour, STRANGER, HOST) == set(FREE)


def test_a_wall_is_shown_as_who_reaches_what() -> None:
    (step,) = wall.decide(OPENINGS, [wall.Wall("nft", (4, 6), wanted=True)])
    assert step.before == ""
    assert step.after.splitlines() == [
        "anything from the host itself",
        "answers",
        f"3306/tcp (mysql) from {FRIEND}/32",
        f"5900-5901/tcp (nova_compute) from {FRIEND}/32",
        f"4789/udp (neutron_agent) from {FRIEND}/32",
        "5000/tcp (keystone) from any",
        "3306/tcp (mysql) from nobody else",
        "11211/tcp (memcached) from nobody else",
        "5900-5901/tcp (nova_compute) from nobody else",
        "4789/udp (neutron_agent) from nobody else",
    ]


def test_ports_that_are_open_to_all_need_no_wall() -> None:
    assert not wall.decide(OPENINGS[-1:], [wall.Wall("nft", (4, 6), wanted=True)])
    assert nftables.render_wall(()) == "add table inet novaform\ndelete table inet novaform\n"
    assert "-X NOVAFORM" in iptables.render_wall((), "*filter\n:INPUT ACCEPT [0:0]\n:NOVAFORM - [0:0]\nCOMMIT\n")


def test_a_host_that_can_close_nothing_is_an_error_and_not_silence(wire: Wire) -> None:
    with pytest.raises(AssertionError, match="nothing on this host can close a port: install nftables"):
        wire.bring(RULES, "nft", "iptables-save", "ip6tables-save")
