"""What would break a deployment is found in one host or between hosts, and a host in order has no row."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.novaform.compute.plugins.module_utils._site.decide import contact, preflight

FACTS: dict[str, Any] = {
    "distribution": "debian",
    "release": "13",
    "root": True,
    "systemd": True,
    "apt_lock": None,
    "memory_mb": 8192,
    "disk_free_mb": {"/": 20000, "/var": 20000},
    "installed": [],
    "hostname": "one",
    "hostname_resolves": True,
    "hostname_addresses": ["192.0.2.1"],
    "default_interface": "eth0",
    "default_address": "192.0.2.1",
    "interfaces": ["eth0", "eth1", "lo"],
    "addresses": {"eth0": ["192.0.2.1"], "eth1": [], "lo": ["127.0.0.1"]},
    "ports": [{"port": 22, "address": "192.0.2.1", "program": "sshd", "pid": 1, "unit": "ssh.service"}],
    "clock_offset": 0.4,
    "virt_type": "qemu",
}
API = {"port": 8774, "comment": "nova_api"}


def host(groups: list[str] | None = None, **facts: Any) -> dict[str, Any]:
    return {
        "groups": groups or ["control"],
        "facts": {**FACTS, **facts},
        "rules": [API],
        "interfaces": ["eth1"],
        "address": "192.0.2.1",
    }


def listener(port: int, program: str, unit: str | None = None) -> dict[str, Any]:
    return {"port": port, "address": "192.0.2.1", "program": program, "pid": 7, "unit": unit}


def told(hosts: dict[str, dict[str, Any]]) -> list[tuple[str, str]]:
    return [(row["host"], row["problem"]) for row in preflight.problems(hosts)]


def test_a_host_in_order_has_no_row() -> None:
    assert told({"one": host()}) == []


@pytest.mark.parametrize(
    ("facts", "part"),
    [
        ({"release": "12"}, "Debian 12 is not supported yet"),
        ({"distribution": "ubuntu", "release": "24.04"}, "ubuntu 24.04 is not supported"),
        ({"root": False}, "does not become root"),
        ({"systemd": False}, "systemd does not run it"),
        ({"apt_lock": "unattended-upgr"}, "unattended-upgr holds dpkg's lock"),
        ({"memory_mb": 3071}, "3071 MiB of memory, 3072 needed for control"),
        ({"disk_free_mb": {"/var": 6143}}, "6143 MiB free in /var, 6144 needed"),
        ({"disk_free_mb": {"/var": 1023}, "installed": ["nova-common"]}, "1023 MiB free in /var, 1024 needed"),
        ({"hostname": "localhost"}, "its host name is localhost"),
        ({"hostname_resolves": False, "hostname_addresses": []}, "its own name one leads nowhere"),
        (
            {"hostname_resolves": False, "hostname_addresses": ["192.0.2.9"]},
            "leads to 192.0.2.9, which is not the host",
        ),
        ({"interfaces": ["eth0", "lo"]}, "there is no interface eth1 (there are eth0)"),
        ({"default_interface": "eth1"}, "eth1 carries the default route"),
        ({"addresses": {"eth0": ["192.0.2.7"]}}, "none of its interfaces has the address 192.0.2.1"),
        (
            {"addresses": {"eth0": ["192.0.2.1"], "eth1": ["198.51.100.7"]}},
            "eth1 has the address 198.51.100.7",
        ),
        ({"clock_offset": -6.0}, "its clock is 6 s behind the controller's"),
        ({"clock_offset": 31.0}, "its clock is 31 s ahead of the controller's"),
        (
            {"ports": [listener(8774, "nginx", "nginx.service")]},
            "port 8774 of nova_api is held by nginx (nginx.service)",
        ),
    ],
)
def test_one_thing_wrong_is_one_row(facts: dict[str, Any], part: str) -> None:
    rows = told({"one": host(**facts)})
    assert len(rows) == 1
    assert part in rows[0][1]


@pytest.mark.parametrize(
    "holder",
    [
        listener(8774, "uwsgi_python3", "nova-api.service"),
        listener(8774, "nova-api-wsgi", None),
        listener(8774, "systemd", "init.scope"),
        listener(87740, "nginx", "nginx.service"),
    ],
)
def test_our_own_programs_may_hold_our_ports(holder: dict[str, Any]) -> None:
    assert told({"one": host(ports=[holder])}) == []


def test_a_range_is_held_by_whoever_listens_in_it() -> None:
    screens = {"port": "5900-5999", "comment": "nova_compute"}
    hosts = {"one": {**host(ports=[listener(5901, "Xvnc"), listener(5900, "qemu-system-x86_64")]), "rules": [screens]}}
    assert told(hosts) == [("one", "port 5901 of nova_compute is held by Xvnc")]


@pytest.mark.parametrize(("declared", "works", "rows"), [("kvm", "qemu", 1), ("kvm", "kvm", 0), ("qemu", "kvm", 0)])
def test_a_host_that_is_to_have_kvm_has_it(declared: str, works: str, rows: int) -> None:
    found = told({"one": {**host(["compute"], virt_type=works), "virt_type": declared}})
    assert len(found) == rows
    assert all("KVM does not work" in problem for _, problem in found)


def test_twins_and_clocks_are_seen_between_hosts() -> None:
    two = {**host(["compute"], clock_offset=60.0), "interfaces": []}
    rows = told({"one": host(), "two": two})
    assert ("one", "its host name one is also that of two") in rows
    assert ("two", "its host name one is also that of one") in rows
    assert ("two", "its clock is 60 s ahead of the controller's") in rows
    assert len(rows) == 3


def test_a_way_that_is_slow_for_all_is_no_wrong_clock() -> None:
    assert told({"one": host(clock_offset=9.0), "two": host(hostname="two", clock_offset=10.0)}) == []


def test_the_conductor_stays_off_compute_hosts_but_for_a_single_one() -> None:
    both = ["control", "compute"]
    assert told({"one": host(both)}) == []
    rows = told({"one": host(both), "two": host(["compute"], hostname="two")})
    assert [name for name, problem in rows if "nova-conductor" in problem] == ["one"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key verification failed.",
            "not the one that is known",
        ),
        ("Host key verification failed.", "not known here"),
        ("root@h: Permission denied (publickey).", "SSH refuses the login"),
        ("ssh: Could not resolve hostname h: Name or service not known", "leads to no address"),
        ("ssh: connect to host h port 22: Connection refused", "nothing listens"),
        ("ssh: connect to host h port 22: Connection timed out", "does not answer"),
        ("Missing sudo password", "cannot become root"),
        ("/bin/sh: 1: /usr/bin/python3: not found", "Python is missing"),
        ("something new", "it could not be read: something new"),
    ],
)
def test_a_silent_host_says_why(text: str, problem: str) -> None:
    rows = told({"one": {"groups": ["compute"], "facts": None, "error": text}})
    assert len(rows) == 1
    assert problem in rows[0][1]


def test_a_failure_is_told_from_an_answer() -> None:
    assert contact.error_text({"facts": {}}) is None
    assert contact.error_text({"unreachable": True, "msg": "gone"}) == "gone"
    assert contact.error_text({"failed": True}) == "no reason was given"


def test_the_table_is_aligned_and_counts() -> None:
    rows = preflight.problems({"one": host(root=False), "longer": host(hostname="two", systemd=False)})
    lines = preflight.render_table(rows).splitlines()
    assert lines[0] == "2 problems on 2 hosts; nothing has been touched"
    places = {line.index(word) for line, word in zip(lines[2:], ("PROBLEM", "the login", "systemd"), strict=True)}
    assert len(places) == 1
    assert preflight.render_table([]) == "no problems"


@pytest.mark.parametrize(
    ("declared", "interfaces", "part"),
    [
        (
            {"tunnel": "198.51.100.9", "tunnel_own": True},
            [],
            "none of its interfaces has the tunnel_address 198",
        ),
        ({"tunnel": "192.0.2.1", "tunnel_own": True}, [], None),
        ({"tunnel": "203.0.113.9", "tunnel_own": True, "tunnel_comes": True}, [], None),
        (
            {"tunnel": "203.0.113.9", "tunnel_own": True, "tunnel_comes": True},
            ["br-ex"],
            "none of its interfaces has the tunnel_address 203.0.113.9",
        ),
        ({"address": "one.example.org"}, [], "one.example.org is a name, and services listen on an address"),
        ({"address": "192.0.2.77"}, [], "none of its interfaces has the address 192.0.2.77"),
    ],
)
def test_declared_addresses_are_those_of_interfaces(
    declared: dict[str, Any], interfaces: list[str], part: str | None
) -> None:
    """An agent with a tunnel address that its host does not have ends, and no server gets a port."""
    rows = told({"one": {**host(interfaces=[*FACTS["interfaces"], *interfaces]), **declared}})
    assert [problem for _, problem in rows if part is None or part not in problem] == []
    assert len(rows) == (part is not None)


def test_a_switch_in_user_space_needs_a_tunnel_address_where_there_are_several() -> None:
    one = {**host(openvswitch_datapath="netdev"), "tunnel": "192.0.2.1"}
    two = {**host(["compute"], hostname="two", openvswitch_datapath="system"), "tunnel": "192.0.2.1"}
    assert [name for name, problem in told({"one": one, "two": two}) if "no openvswitch module" in problem] == ["one"]
    assert told({"one": one}) == []


def test_what_is_of_no_host_stands_above_the_table() -> None:
    lines = preflight.render_table(
        [
            {"host": "", "problem": "cloud.yml:1:1: unknown key", "remedy": ""},
            {"host": "", "problem": "a lacks b", "remedy": "add it"},
            {"host": "one", "problem": "it is off", "remedy": "switch it on"},
        ]
    ).splitlines()
    assert lines[0] == "3 problems; nothing has been touched"
    assert lines[2:4] == ["cloud.yml:1:1: unknown key", "a lacks b: add it"]
    assert lines[-1].split() == ["one", "it", "is", "off", "switch", "it", "on"]


@pytest.mark.parametrize(
    ("text", "problem", "remedy"),
    [
        (contact.NOT_ASKED, "it was not read in this run", "without --start-at-task"),
        (contact.NOT_FACTS + "cores is missing", "what it says is not a host's facts: cores is missing", "who answers"),
        ("\x1b[2J" + "x" * 10_000_000, "it could not be read: ", "-m ping"),
    ],
)
def test_what_a_host_says_instead_is_short_and_harmless(text: str, problem: str, remedy: str) -> None:
    row = contact.to_problem("one", text)
    assert row["problem"].startswith(problem)
    assert remedy in row["remedy"]
    assert len(row["problem"]) < 300
    assert "\x1b" not in row["problem"]
