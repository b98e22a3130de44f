from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest
from novaform.lab import LabError, home, machine, nat

if TYPE_CHECKING:
    from novaform.lab.record import LabRecord


@pytest.mark.parametrize(
    ("missing", "packages"),
    [
        (set(), []),
        ({"ssh", "ssh-keygen", "mmdebstrap"}, ["mmdebstrap", "openssh-client"]),
        ({"nft"}, []),
        ({"nft", "iptables"}, ["nftables"]),
        ({"systemd-nspawn"}, ["systemd-container"]),
    ],
)
def test_missing_programs_are_answered_with_packages(missing: set[str], packages: list[str]) -> None:
    assert machine.missing_packages(lambda tool: tool not in missing) == packages


def test_nameservers_that_hosts_cannot_reach_are_left_out() -> None:
    text = "# mine\nnameserver 127.0.0.53\nnameserver 192.0.2.1\nnameserver ::1\nnameserver\nsearch lan\n"
    assert machine.nameservers(text) == ["192.0.2.1"]


@pytest.mark.parametrize("name", ["", "Shop", "1shop", "../shop", "s" * 32, "shop_1"])
def test_a_name_that_cannot_be_a_lab_is_refused(name: str, place: home.Home) -> None:
    with pytest.raises(LabError, match="cannot name a lab"):
        place.lab(name)


@pytest.mark.parametrize("path", ["labs", "/run/labs", "/var/la:bs", "/var/la bs"])
def test_a_home_that_cannot_serve_is_refused(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(home.VARIABLE, path)
    with pytest.raises(LabError, match="cannot hold labs"):
        home.from_environment()


def test_with_nftables_all_rules_are_one_table(plan: LabRecord) -> None:
    assert nat.render_table(plan).startswith("table ip novaform_shop {")
    assert nat.render_rules(plan) == []


def test_without_nftables_every_rule_carries_the_name(plan: LabRecord) -> None:
    rules = nat.render_rules(dataclasses.replace(plan, firewall=nat.IPTABLES))
    assert {rule[:2] for rule in rules} == {("nat", "POSTROUTING"), ("filter", "FORWARD")}
    assert all(rule[rule.index("--comment") + 1] == "novaform_shop" for rule in rules)


def test_where_iptables_forwards_nothing_only_acceptance_is_added(plan: LabRecord) -> None:
    rules = nat.render_rules(dataclasses.replace(plan, firewall=nat.BOTH))
    assert {(rule[0], rule[-1]) for rule in rules} == {("filter", "ACCEPT")}
