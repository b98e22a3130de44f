"""What hosts say of their guests is checked before anybody reads it."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from novaform import core
from novaform.simulate.cloud.host import DOMAIN, Guest, to_module_row

UUID = "11111111-2222-3333-4444-555555555555"
XML = DOMAIN.format(domain="instance-1", uuid=UUID, block="", memory=256, vcpus=1, disks="", interfaces="")
GOOD = to_module_row(Guest("compute1", XML, "running"))
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)
READ = ["uuid", "state", "live", "persistent_definition", "vcpus", "memory_kib", "nova"]
INSIDE = ["vcpus", "memory_kib", "disks", "interfaces", "vnc"]


def test_what_the_module_returns_is_right() -> None:
    assert core.guest.fault_of([]) == ""
    assert (
        core.guest.fault_of([GOOD, {**GOOD, "uuid": UUID.replace("1", "2"), "state": "shut off", "live": None}]) == ""
    )


def test_one_guest_twice_is_garbled() -> None:
    assert core.guest.fault_of([GOOD, GOOD]) == f"two of its guests are {UUID}"


@given(st.sampled_from([*READ, *(f"live.{name}" for name in INSIDE)]), JUNK)
def test_whatever_a_host_says_is_refused_or_can_be_read(place: str, junk: Any) -> None:
    one = copy.deepcopy(GOOD)
    outer, _, inner = place.partition(".")
    if inner:
        one[outer][inner] = junk
    else:
        one[outer] = junk
    if core.guest.fault_of([one]):
        return
    domain = core.guest.to_domain(one)
    assert domain.uuid == UUID
    assert {type(domain.vcpus), type(domain.memory_mb)} <= {int, type(None)}


@given(JUNK)
def test_an_answer_that_is_not_one_is_refused(junk: Any) -> None:
    if junk != []:
        assert core.guest.fault_of(junk)
    assert core.guest.fault_of([junk])
