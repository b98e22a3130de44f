"""export, adopt and undo as a person calls them, with real HTTP, the real module and ansible-runner between."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
import yaml
from fakes import byhand
from novaform.cli import main

if TYPE_CHECKING:
    from novaform.simulate.cloud.cloud import Cloud

SCRIPT = b"#!/bin/sh\n# hunter2\n"


@pytest.fixture
def hand(cloud: Cloud) -> byhand.Hand:
    """Somebody who has made two servers."""
    made = byhand.Hand(cloud)
    made.make("one", networks=made.nics("10.9.0.1", None), user_data=SCRIPT, config_drive=True)
    made.make("two", "shelved", metadata={"role": "old"})
    cloud.log.clear()
    return made


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any]:
    """Run one command with ``--json``."""
    capsys.readouterr()
    status = main.main([*arguments, "--json"])
    return status, json.loads(capsys.readouterr().out)


def changes(cloud: Cloud) -> list[str]:
    """Return what was changed on servers."""
    return [path for method, path in cloud.log if method != "GET" and "/servers/" in path]


def test_servers_are_written_down_and_taken_over(
    cloud: Cloud, hand: byhand.Hand, capsys: pytest.CaptureFixture[str]
) -> None:
    status, told = answer(capsys, "export", "--stack", "shop", "--all")
    assert (status, told["instances"], told["left_out"]) == (0, ["one", "two"], {})
    assert Path("user-data/one").read_bytes() == SCRIPT
    assert Path("user-data/one").stat().st_mode & 0o77 == 0
    assert "hunter2" not in Path("instances.yml").read_text()
    assert main.main(["plan"]) == 0
    assert "novaform adopt takes it over" in capsys.readouterr().out
    status, (told,) = answer(capsys, "explain", "one")
    assert (status, [one["ours"] for one in told["there"]], told["would"]) == (0, [False], [])
    assert "is as declared and not ours yet" in told["notes"][0]
    assert main.main(["schema"]) == 0
    jsonschema.validate(yaml.safe_load(Path("instances.yml").read_text()), json.loads(capsys.readouterr().out))
    assert answer(capsys, "adopt", "--check") == (2, {"adopted": [], "outcomes": [], "left": ["one", "two"]})
    assert not changes(cloud)
    status, told = answer(capsys, "adopt", "one")
    assert (status, told["adopted"], told["left"]) == (0, ["one"], [])
    assert all("/tags/" in path or path.endswith("/metadata") for path in changes(cloud))
    status, told = answer(capsys, "adopt")
    assert (status, told["adopted"]) == (0, ["two"])
    cloud.log.clear()
    assert answer(capsys, "adopt") == (0, {"adopted": [], "outcomes": [], "left": []})
    assert main.main(["plan"]) == 0
    assert not changes(cloud)
    assert {one["vm_state"] for one in cloud.nova.servers.values()} == {"active", "shelved_offloaded"}
    assert hand.group


@pytest.mark.usefixtures("hand")
def test_nothing_is_written_over(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["export", "--out", "mine.yml", "--server", "two"]) == 0
    before = Path("mine.yml").read_text()
    assert main.main(["export", "--out", "mine.yml"]) == 1
    assert "mine.yml is there already" in capsys.readouterr().err
    assert Path("mine.yml").read_text() == before
    assert not Path("user-data").exists()
    assert main.main(["export", "--out", "mine.yml", "--force"]) == 0
    assert "instances" in capsys.readouterr().out
    assert Path("user-data/one").is_file()


@pytest.mark.usefixtures("hand")
@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["export", "--server", "three"], "there is no server three in this project"),
        (["export", "--out", "good.yml/below.yml"], "cannot be written"),
        (["export", "--stack", "no stack"], "is not a name"),
        (["adopt", "three", "--file", "good.yml"], "no server called three is declared"),
        (["adopt", "--file", "bad.yml"], "bad.yml:2:24: adopt has one of id, name"),
        (["adopt", "--file", "counted.yml"], "adopt is about one server, and count about several"),
        (["adopt", "--file", "unsure.yml"], "adopt by name needs unique: true"),
        (["undo", "good.yml"], "stack s cannot go back by 1: nothing else was applied before"),
    ],
)
def test_bad_calls_are_one_sentence(words: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("good.yml").write_text("stack: s\ninstances: {}\n")
    Path("bad.yml").write_text("stack: s\ninstances: {a: {adopt: {}}}\n")
    Path("counted.yml").write_text("stack: s\ninstances: {a: {count: 2, adopt: {name: a, unique: true}}}\n")
    Path("unsure.yml").write_text("stack: s\ninstances: {a: {adopt: {name: a}}}\n")
    assert main.main(words) == 1
    shown = capsys.readouterr().err
    assert told in shown
    assert "Traceback" not in shown
    assert not Path("instances.yml").exists()


DECLARED = """\
stack: shop
instances:
  web: {image: cirros, flavor: m1, networks: [red], count: 2, metadata: {role: web}, user_data: "#!hunter2"}
"""


def test_undo_goes_back_to_what_was_applied_before(
    cloud: Cloud, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    byhand.Hand(cloud)
    file = Path("instances.yml")
    for text in (DECLARED, DECLARED.replace("count: 2", "count: 1").replace("role: web", "role: db")):
        file.write_text(text)
        assert main.main(["apply"]) == 0
    status, kept = answer(capsys, "undo", "--list")
    assert (status, [one["servers"] for one in kept]) == (0, [1, 2])
    status, plan = answer(capsys, "undo")
    assert status == 2
    assert [(one["action"], one["name"]) for one in plan["steps"]] == [("update", "web-1"), ("create", "web-2")]
    assert len(cloud.nova.servers) == 1
    assert main.main(["undo", "--yes"]) == 0
    assert "still says otherwise" in capsys.readouterr().out
    found = sorted((one["name"], one["metadata"]["role"]) for one in cloud.nova.servers.values())
    assert found == [("web-1", "web"), ("web-2", "web")]
    assert b"hunter2" not in b"".join(path.read_bytes() for path in (tmp_path / "state").rglob("*") if path.is_file())
    status, kept = answer(capsys, "undo", "--list")
    assert [one["servers"] for one in kept] == [2, 1, 2]
    file.write_text(DECLARED.replace("#!hunter2", "#!other"))
    for ident in [ident for ident, one in cloud.nova.servers.items() if one["name"] == "web-2"]:
        del cloud.nova.servers[ident]
    status, plan = answer(capsys, "undo", "--to", "2")
    assert status == 2
    assert [(one["name"], one["blocked"]) for one in plan["steps"]] == [
        ("web-2", "the text of its user data is not kept: apply the declaration that has it")
    ]
