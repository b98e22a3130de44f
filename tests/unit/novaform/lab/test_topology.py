from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from novaform import core
from novaform.lab import LabError, topology

if TYPE_CHECKING:
    from pathlib import Path

HOSTS = {"hosts": {"a": {"groups": ["compute"]}}}


def test_shipped_topologies() -> None:
    assert topology.load("allinone").hosts == {"aio": ("control", "network", "compute")}
    small = topology.load("small")
    assert small.suite == "trixie"
    assert small.hosts == {"control1": ("control", "network"), "compute1": ("compute",), "compute2": ("compute",)}


@pytest.mark.parametrize("name", ["allinone", "small"])
def test_no_host_of_a_shipped_topology_is_called_as_a_group(name: str) -> None:
    hosts = topology.load(name).hosts
    assert not set(hosts) & {group for groups in hosts.values() for group in groups}


def test_a_file_by_path_passes_cloud_settings_through(tmp_path: Path) -> None:
    path = tmp_path / "mine.yml"
    path.write_text("suite: bookworm\nhosts: {a: {groups: [control]}}\ncloud: {region: north}\n")
    assert topology.load(str(path)) == topology.Topology("mine", "bookworm", {"a": ("control",)}, {"region": "north"})


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "needs `hosts:`"),
        ({"hosts": []}, "needs `hosts:`"),
        ({**HOSTS, "sweet": "trixie"}, "unknown key 'sweet'"),
        ({**HOSTS, "suite": "sid"}, "suite 'sid' is not one of trixie, bookworm"),
        ({**HOSTS, "cloud": []}, "`cloud:` must be a mapping"),
        ({"hosts": {"A_1": {"groups": ["x"]}}}, "'A_1' cannot name a host"),
        ({"hosts": {"a-": {"groups": ["x"]}}}, "'a-' cannot name a host"),
        ({"hosts": {"a": None}}, "host a needs `groups:`"),
        ({"hosts": {"a": {"groups": ["No Good"]}}}, "host a needs `groups:`"),
        ({"hosts": {f"h{number}": {"groups": ["x"]} for number in range(40)}}, "more than 39 hosts"),
    ],
)
def test_a_wrong_file_is_refused_with_its_name_and_the_reason(content: Any, why: str) -> None:
    with pytest.raises(LabError, match=r"topology here\.yml") as refused:
        topology.from_mapping("here", content, "here.yml")
    assert why in str(refused.value)


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(LabError, match=r"no topology huge: .* allinone, small"):
        topology.load("huge")


def test_what_is_no_yaml_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "broken.yml"
    path.write_text("hosts: {")
    with pytest.raises(core.errors.DeclareError, match=r"broken\.yml:2:1: not YAML") as refused:
        topology.load(str(path))
    assert "\n" not in str(refused.value)
