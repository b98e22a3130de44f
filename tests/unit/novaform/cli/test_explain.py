"""``novaform explain``: why a thing is, or is not, touched, and on what it waits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from fakes import served
from fakes.bench import carried_out
from novaform import core, declare
from novaform.cli import main
from novaform.cloud import run

if TYPE_CHECKING:
    from novaform.simulate.cloud.cloud import Cloud

DECLARED = """\
stack: shop
flavors: {small: {vcpus: 1, ram: 128MiB, disk: 1GiB}}
networks: {private: {cidr: 192.168.50.0/24}}
security_groups: {web: [{tcp: 80}]}
defaults: {image: debian, flavor: small, networks: [private], security_groups: [web]}
instances:
  web:
    count: 2
    user_data: hunter2
    rolling: {max_unavailable: 2}
  db: {protect: true}
"""


@pytest.fixture
def cloud(cloud: Cloud) -> Cloud:
    """The cloud with an image, and a declaration that is applied."""
    Path("instances.yml").write_text(DECLARED)
    cloud.glance.add("debian")
    desired = core.flatten.from_declaration(declare.load("instances.yml"))
    folder = served.kept_at(cloud, Path("clouds.yaml"), "shop", Path("state"))
    carried_out(run.Run(cloud.session(), desired, core.policy.Policy(), folder))
    return cloud


def edit(before: str, after: str) -> None:
    """Change the declaration."""
    file = Path("instances.yml")
    file.write_text(file.read_text().replace(before, after))


def explained(capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, Any]]:
    """Return the answer for programs."""
    capsys.readouterr()
    assert main.main(["explain", *words, "--json"]) == 0
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return found


def told(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """Return the answer for people."""
    capsys.readouterr()
    assert main.main(["explain", *words]) == 0
    return capsys.readouterr().out


def test_what_is_as_declared_says_so_with_names_and_places(cloud: Cloud, capsys: pytest.CaptureFixture[str]) -> None:
    text = told(capsys, "web-1")
    assert text.startswith("server web-1  instances.yml:7:3\n")
    for line in (
        "declared  rolling: max_unavailable=2, pause=0  instances.yml:10:5",
        "needs     security_group/web: there",
        "image: debian",
        "nothing to do: it is as declared",
    ):
        assert line in text
    assert "hunter2" not in text
    assert len(cloud.nova.servers) == 3


def test_an_instance_with_count_stands_for_its_servers_and_a_name_for_all_kinds(
    cloud: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    del cloud
    named = [f"{one['kind']}/{one['name']}" for one in explained(capsys, "web")]
    assert named == ["server/web-1", "server/web-2", "security_group/web"]
    assert [one["kind"] for one in explained(capsys, "subnet/private")] == ["subnet"]


def test_a_step_is_told_with_its_price_and_its_line(cloud: Cloud, capsys: pytest.CaptureFixture[str]) -> None:
    edit("ram: 128MiB", "ram: 256MiB")
    text = told(capsys, "db")
    assert "would     ~ resize server db  [moves-host]  instances.yml:5:27" in text
    assert "128 MiB, 1 GiB) → small (1 vCPU, 256 MiB" in text
    next(one for one in cloud.nova.servers.values() if one["name"] == "db")["task_state"] = "powering-off"
    (found,) = explained(capsys, "db")
    assert found["waits"] == ["Nova is at work on it (task powering-off)"]
    assert "waits on  Nova is at work on it" in told(capsys, "db")


def test_what_is_missing_says_what_it_waits_for(cloud: Cloud, capsys: pytest.CaptureFixture[str]) -> None:
    del cloud
    edit("db: {protect: true}", "db: {image: fedora, key: mine, protect: true}\n  api: {image: fedora}")
    (found,) = explained(capsys, "api")
    assert {one["thing"]: one["is"] for one in found["needs"]}["image/fedora"] == "missing"
    assert found["waits"] == ["it needs image fedora, which is not there"]
    assert "not done: it needs image fedora" in told(capsys, "api")


def test_who_is_there_and_declared_by_nobody_is_known_too(cloud: Cloud, capsys: pytest.CaptureFixture[str]) -> None:
    edit("count: 2", "count: 1")
    (found,) = explained(capsys, "web-2")
    assert (found["declared"], found["would"], found["there"][0]["ours"]) == ({}, ["delete"], True)
    assert "(nobody declares it)" in told(capsys, "web-2")
    next(one for one in cloud.nova.servers.values() if one["name"] == "web-2").update(metadata={}, tags=[], name="old")
    (found,) = explained(capsys, "old")
    assert (found["would"], found["there"][0]["ours"]) == ([], False)


def test_a_mistyped_name_gets_a_hint(cloud: Cloud, capsys: pytest.CaptureFixture[str]) -> None:
    del cloud
    capsys.readouterr()
    assert main.main(["explain", "wbe-1"]) == 1
    assert capsys.readouterr().err == (
        "novaform: instances.yml: nothing called wbe-1 is declared, and no server of this name is there;"
        " did you mean 'web-1'?\n"
    )
