"""Which hosts are tried, what a console and a fault say, and what follows from all of it."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.novaform.compute.plugins.module_utils._site.decide import verify

READY = "tiny: dhcp address=198.18.0.9/16\ntiny: metadata instance=1 hostname=x source=y\ntiny: ready uptime=3.6s\n"
BOOTED: dict[str, Any] = {"boot": 3.0, "console": 4.0, "server": "s", "address": "198.18.0.9", "node": "n"}


def service(host: str = "compute1", **more: Any) -> dict[str, Any]:
    return {"host": host, "binary": "nova-compute", "status": "enabled", "state": "up", "disabled_reason": None, **more}


@pytest.mark.parametrize(
    ("services", "part"),
    [
        ([], "does not know"),
        ([service("compute10")], "does not know"),
        ([service(binary="nova-conductor")], "does not know"),
        ([service(status="disabled")], "it is disabled in Nova:"),
        ([service(status="disabled", disabled_reason="new disks")], "it is disabled in Nova (new disks)"),
        ([service(state="down", updated_at="2026-01-01T00:00:00")], "not reported since 2026-01-01T00:00:00"),
        ([service(state="down", forced_down=True)], "forced down"),
    ],
)
def test_a_host_that_starts_nothing_is_not_tried_and_says_why(services: list[dict[str, Any]], part: str) -> None:
    assert part in verify.untried_hosts(["compute1"], services)["compute1"]


def test_a_host_in_order_is_tried() -> None:
    assert verify.untried_hosts(["compute1"], [service()]) == {}


@pytest.mark.parametrize(
    ("console", "ready", "part"),
    [
        ("", False, ""),
        ("boot: tiny: ready", False, ""),
        (READY.partition("tiny: ready")[0], False, ""),
        (READY, True, ""),
        (READY.replace("tiny: metadata instance=1", "tiny: metadata none after 60s"), True, "no metadata"),
    ],
)
def test_a_console_tells_that_the_guest_is_up(console: str, ready: bool, part: str) -> None:  # noqa: FBT001 - a table
    assert verify.heard(console)[0] is ready
    assert part in verify.heard(console)[1]
    assert bool(verify.heard(console)[1]) is bool(part)


def test_a_console_that_said_too_little_is_quoted_without_its_controls() -> None:
    assert verify.unheard("", 150).endswith("within 150 s; it is empty")
    said = verify.unheard("GRUB\n\x1b[2Jno bootable device\n\n", 150)
    assert "no bootable device" in said
    assert "\x1b" not in said


@pytest.mark.parametrize(
    ("fault", "events", "expected"),
    [
        ("disk full", [], "disk full"),
        ("", [], "Nova gives no reason"),
        ("No valid host was found.", [{"result": "Success", "details": "no"}], "No valid host was found."),
        (
            "No valid host was found.",
            [{"result": "Error", "traceback": "Traceback:\n  x\nlibvirt.libvirtError: no domain\n"}],
            "No valid host was found., for libvirt.libvirtError: no domain",
        ),
        ("", [{"result": "Error", "traceback": None, "details": "the disk is gone"}], "the disk is gone"),
        ("two\nlines\x1b[1m", [], "two lines�[1m"),
    ],
)
def test_a_vague_fault_is_made_plain_by_what_happened(fault: str, events: list[dict[str, Any]], expected: str) -> None:
    assert verify.reason(fault, events) == expected


def test_a_long_fault_stays_a_sentence() -> None:
    assert len(verify.reason("x" * 10_000, [])) <= 300


@pytest.mark.parametrize(
    ("phase", "expected"),
    [
        ({}, []),
        ({"one": BOOTED}, []),
        ({"one": BOOTED, "two": {**BOOTED, "said": "mute"}}, []),
        ({"one": BOOTED, "two": {"said": "disabled"}}, []),
        ({"one": BOOTED, "two": BOOTED}, ["one", "two"]),
    ],
)
def test_a_server_moves_where_another_host_is_in_order(phase: dict[str, Any], expected: list[str]) -> None:
    assert verify.movers(phase) == expected


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([{"198.18.0.9": 0.2}], {"ping": 0.2}),
        ([None, {"198.18.0.9": 0.2}], {"ping": 0.2}),
        ([{"198.18.0.9": None}], {"said": "the guest does not answer a ping from its network's namespace"}),
        (
            [None],
            {"said": "no network host has the DHCP server of its network: look at neutron's DHCP agent"},
        ),
    ],
)
def test_a_ping_is_asked_where_the_network_is(answers: list[Any], expected: dict[str, Any]) -> None:
    assert verify.ping_phase({"one": BOOTED}, answers) == {"one": expected}


def test_who_has_failed_before_is_not_asked_for_a_ping() -> None:
    assert verify.ping_phase({"one": {**BOOTED, "said": "mute"}, "two": {"said": "disabled"}}, [None]) == {}


def test_a_ping_after_a_move_says_where_the_guest_is() -> None:
    assert verify.ping_phase({"one": BOOTED}, [{"198.18.0.9": 0.2}], {"one": {"to": "two"}}) == {"one": {}}
    failed = verify.ping_phase({"one": BOOTED}, [{"198.18.0.9": None}], {"one": {"to": "two"}})
    assert failed["one"]["said"].endswith("namespace after its move to two")


def test_rows_keep_the_first_sentence_and_all_times() -> None:
    phases = [
        {"one": BOOTED, "two": {"said": "disabled"}},
        {"one": {"ping": 0.5}},
        {"one": {"migrate": 9.0, "said": "first"}},
        {"one": {"said": "second"}},
    ]
    assert verify.merge(phases) == {
        "one": {
            "boot": 3.0,
            "console": 4.0,
            "ping": 0.5,
            "migrate": 9.0,
            "seconds": 16.5,
            "said": "first",
            "ok": False,
        },
        "two": {**dict.fromkeys(verify.PHASES), "seconds": 0.0, "said": "disabled", "ok": False},
    }


def test_only_who_was_tried_and_failed_loses_its_record() -> None:
    before = {"good": "old", "bad": "1", "disabled": "2", "elsewhere": "3"}
    boot = {"good": BOOTED, "bad": {**BOOTED, "said": "mute"}, "disabled": {"node": "2", "said": "disabled"}}
    after = verify.record(before, boot, verify.merge([boot]))
    assert after == {"good": "n", "disabled": "2", "elsewhere": "3"}
    assert verify.record(before, boot, {}) == {"disabled": "2", "elsewhere": "3"}


def test_the_table_is_aligned_and_ends_with_a_verdict() -> None:
    rows = verify.merge([{"a": BOOTED, "longer": {"said": "disabled"}}])
    assert verify.render_table(rows).splitlines() == [
        "HOST    BOOT  CONSOLE  PING  MIGRATE  SECONDS  SAID",
        "a       3.0   4.0      -     -        7.0      ok",
        "longer  -     -        -     -        0.0      disabled",
        "",
        "failed on longer",
    ]
    assert verify.render_table(verify.merge([{"a": BOOTED}])).endswith("\n\na server boots on every compute host")
