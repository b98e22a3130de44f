"""Ports are opened before whatever keeps clients out, and nobody else's rule is a matter of ours."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.novaform.compute.plugins.module_utils._core import errors
from ansible_collections.novaform.compute.plugins.module_utils._site.decide import firewall
from ansible_collections.novaform.compute.plugins.module_utils._site.decide.firewall import Chain, ChainRule, Opening
from hypothesis import given
from hypothesis import strategies as st

API = Opening("nova_api", "tcp", 8774, 8774, "any")
VNC = Opening("nova_compute", "tcp", 5900, 5999, "10.0.0.0/24")
DENY, OTHER = ChainRule(denies=True), ChainRule()


def gate(*rules: ChainRule, denies: bool = False, versions: tuple[int, ...] = (4, 6)) -> Chain:
    return Chain("nft", "inet filter", "input", versions, denies, rules)


def keys(openings: list[Opening], *gates: Chain) -> list[str]:
    return [" ".join(step.key) for step in firewall.decide(openings, gates)]


def test_a_host_that_denies_nothing_is_open() -> None:
    assert keys([API]) == []
    assert keys([API], gate(OTHER)) == []


def test_a_shut_gate_is_opened_once_for_all_sources() -> None:
    more = Opening("nova_compute", "tcp", 5900, 5999, "10.0.1.0/24")
    assert keys([API, VNC, more], gate(OTHER, DENY)) == [
        "open port 8774/tcp (nova_api)",
        "open port 5900-5999/tcp (nova_compute)",
    ]


def test_what_is_open_needs_nothing() -> None:
    assert keys([API, VNC], gate(OTHER, ChainRule(API), ChainRule(VNC), DENY)) == []
    assert keys([API], gate(ChainRule(API), denies=True)) == []


def test_a_rule_of_ours_behind_the_edge_lets_nobody_in() -> None:
    late = gate(DENY, ChainRule(API))
    assert keys([API], late) == ["open port 8774/tcp (nova_api)"]
    assert firewall.edits(late, [API]) == ([1], [API])


def test_ours_that_nobody_declares_is_closed_and_theirs_stays() -> None:
    seen = gate(OTHER, ChainRule(API), ChainRule(VNC), DENY)
    assert keys([VNC], seen) == ["close port 8774/tcp (nova_api)"]
    assert firewall.edits(seen, [VNC]) == ([1], [])


def test_a_changed_source_shows_both() -> None:
    wider = Opening("nova_compute", "tcp", 5900, 5999, "any")
    (step,) = firewall.decide([wider], [gate(ChainRule(VNC), DENY)])
    assert (step.action, step.before, step.after) == ("open", "from 10.0.0.0/24\n", "from any\n")


def test_a_gate_for_ipv6_is_not_asked_to_let_ipv4_in() -> None:
    assert keys([VNC], gate(DENY, versions=(6,))) == []


def test_declared_rules_become_values() -> None:
    rules = [
        {"port": "5900-5999", "proto": "tcp", "sources": ["10.0.0.7/24", "10.0.0.0/24"], "comment": "nova_compute"},
        {"port": 8774, "proto": "tcp", "sources": ["any"], "comment": "nova_api"},
    ]
    assert firewall.to_openings(rules) == [VNC, API]


@pytest.mark.parametrize(
    "rule",
    [
        {"port": 0},
        {"port": 65536},
        {"port": "9-8"},
        {"port": "ssh"},
        {"port": "1; reboot"},
        {"port": 1, "proto": "icmp"},
        {"port": 1, "sources": ["example.org"]},
        {"port": 1, "comment": 'a" accept #'},
    ],
)
def test_nonsense_is_refused_before_it_is_a_rule(rule: dict[str, Any]) -> None:
    with pytest.raises(errors.DeclareError):
        firewall.to_openings([rule])


OPENINGS = st.sampled_from([API, VNC, Opening("neutron_agent", "udp", 4789, 4789, "10.0.0.0/24")])
RULES = st.one_of(st.sampled_from([DENY, OTHER]), st.builds(ChainRule, OPENINGS))


@given(rules=st.lists(RULES, max_size=8), wanted=st.lists(OPENINGS, unique=True), denies=st.booleans())
def test_applying_the_edits_leaves_nothing_to_do_and_keeps_what_is_theirs(
    *, rules: list[ChainRule], wanted: list[Opening], denies: bool
) -> None:
    seen = gate(*rules, denies=denies)
    deleted, added = firewall.edits(seen, wanted)
    before = [rule for index, rule in enumerate(rules[: seen.edge]) if index not in deleted]
    after = [rule for index, rule in enumerate(rules) if index >= seen.edge and index not in deleted]
    done = gate(*before, *(ChainRule(opening) for opening in added), *after, denies=denies)
    assert [rule for rule in done.rules if not rule.opening] == [rule for rule in rules if not rule.opening]
    assert not firewall.decide(wanted, [done])
