"""A rule's line is read back as it was written, and two ways of saying one rule are one line."""

from __future__ import annotations

from ansible_collections.novaform.compute.plugins.module_utils._stack import rule_text
from hypothesis import given
from hypothesis import strategies as st
from novaform import core

Rule = core.model.Rule
PORTS = st.none() | st.integers(0, 65535)
CIDRS = {"IPv4": ("0.0.0.0/0", "10.0.0.0/8"), "IPv6": ("::/0", "fd00::/8")}
NAMES = st.text(st.characters(min_codepoint=32, exclude_characters="\x7f"), min_size=1)


@st.composite
def rules(draw: st.DrawFn) -> core.model.Rule:
    """Return a rule whose peer is said."""
    ethertype = draw(st.sampled_from(sorted(CIDRS)))
    grouped = draw(st.booleans())
    return Rule(
        draw(st.sampled_from(("ingress", "egress"))),
        draw(st.none() | st.sampled_from(("tcp", "udp", "icmp", "ipv6-icmp", "112"))),
        draw(PORTS),
        draw(PORTS),
        None if grouped else draw(st.sampled_from(CIDRS[ethertype])),
        draw(NAMES) if grouped else None,
        ethertype,
    )


@given(rules())
def test_a_line_reads_back_as_the_rule(rule: core.model.Rule) -> None:
    assert rule_text.from_text(rule_text.to_text(rule)) == rule


def test_whoever_names_no_peer_means_everybody() -> None:
    for ethertype, (anywhere, _) in CIDRS.items():
        bare = Rule("egress", ethertype=ethertype)
        assert rule_text.to_text(bare) == rule_text.to_text(bare._replace(cidr=anywhere))
        assert rule_text.to_text(bare) in rule_text.GIVEN


@given(rules(), NAMES)
def test_only_a_peer_that_is_a_group_is_called_otherwise(rule: core.model.Rule, name: str) -> None:
    renamed = rule._replace(group=name) if rule.group else rule
    assert rule_text.with_peer(rule_text.to_text(rule), lambda _: name) == rule_text.to_text(renamed)
