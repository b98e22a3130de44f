"""The real site.yml where a trial is due: its answers come through the checked door, and it still works."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from fakes import playbook

if TYPE_CHECKING:
    from pathlib import Path

IDENTITY = "6f0f4f0e-6f7a-4d0c-9d9b-2f2f6c1c1f10"
ADDRESSES = {"compute1": "198.18.0.12", "evil1": "198.18.0.13"}


@pytest.fixture
def site(tmp_path: Path) -> playbook.Site:
    """A site whose compute hosts boot a server each, which is not moved."""
    made = playbook.Site(tmp_path)
    rows = {
        name: {"node": IDENTITY, "server": IDENTITY, "address": address, "boot": 3.9, "console": 4}
        for name, address in ADDRESSES.items()
    }
    answers: dict[str, Any] = made.answers["control1"]
    answers["site_verify"] = {"changed": False, "image": IDENTITY, "hosts": rows, "network": IDENTITY}
    answers["namespace_ping_info"] = {"changed": False, "answers": dict.fromkeys(ADDRESSES.values(), 0.2)}
    return made


def test_a_trial_tells_what_came_of_each_host(site: playbook.Site) -> None:
    ended = site.run()
    assert ended.status == 0, ended.said
    assert "a server boots on every compute host" in ended.said


@pytest.mark.parametrize(
    ("module", "answer", "said"),
    [
        ("site_verify", {"network": "x; reboot"}, "network is not an identity"),
        ("namespace_ping_info", {"answers": {ADDRESSES["evil1"]: "soon"}}, "answers has an entry that is not a number"),
    ],
)
def test_an_answer_that_is_none_ends_the_trial_in_a_sentence(
    site: playbook.Site, module: str, answer: dict[str, Any], said: str
) -> None:
    control = site.answers["control1"]
    control[module] = {**control[module], **answer, "ansible_facts": {"cloud": {"region": "EVIL"}}}
    ended = site.run()
    assert ended.status != 0
    assert said in ended.said
    assert "Traceback" not in ended.said
    assert "EVIL" not in ended.said
