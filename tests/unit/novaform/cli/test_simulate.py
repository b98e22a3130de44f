"""``novaform simulate``: somebody's own declaration on a cloud that does not exist, with accidents that he chooses."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from novaform.cli import main

if TYPE_CHECKING:
    from pathlib import Path

DECLARED = """\
stack: shop
flavors: {small: {vcpus: 1, ram: 512MiB, disk: 4GiB}}
images: {own: {file: nowhere.qcow2}, tiny: {builtin: tiny}}
networks: {private: {cidr: 192.168.50.0/24, router: edge}}
routers: {edge: {external: external}}
defaults: {image: own, flavor: small, networks: [private], key: ops}
instances:
  web: {count: 2, floating_ip: external}
  db: {image: tiny}
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "instances.yml").write_text(DECLARED)
    return tmp_path


def test_a_declaration_is_tried_without_a_cloud_or_its_images(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["simulate"]) == 0
    told = capsys.readouterr().out
    assert "+ create server web-2" in told
    assert "POST nova servers web-1" in told
    assert "Nothing to do: everything is as declared." in told
    assert "twins: none; leaked: nothing" in told


def test_accidents_happen_where_they_are_asked_for_and_the_end_is_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["simulate", "--json", "--seed", "7", "--fault", "kill-after@15", "--fault", "gateway@30"]) == 0
    found = json.loads(capsys.readouterr().out)
    log = "\n".join(found["log"])
    assert "<- controller killed after it" in log
    assert "<- carried out, answered 504" in log
    assert found["clean"] is True
    assert [one["name"] for one in found["servers"]] == ["db", "web-1", "web-2"]


def test_the_same_seed_makes_the_same_log(capsys: pytest.CaptureFixture[str]) -> None:
    logs = []
    for _ in range(2):
        main.main(["simulate", "--seed", "3", "--fault", "storm@5"])
        logs.append(capsys.readouterr().out)
    assert logs[0] == logs[1]


def test_what_is_not_as_declared_is_two(capsys: pytest.CaptureFixture[str], here: Path) -> None:
    (here / "world.yml").write_text("")
    (here / "commands").write_text("fault disk-full times 9\napply instances.yml\n")
    assert main.main(["simulate", "--scenario", str(here)]) == 2
    assert "refused: the journal cannot be written" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nothing.yml"], "nothing.yml: No such file or directory"),
        (["--fault", "flood"], "flood is not a fault; known are: kill,"),
        (["--scenario", "nowhere"], "world.yml: No such file or directory"),
    ],
)
def test_errors_are_sentences(capsys: pytest.CaptureFixture[str], arguments: list[str], words: str) -> None:
    assert main.main(["simulate", *arguments]) == 1
    assert words in capsys.readouterr().err


def test_a_wrong_declaration_is_told_with_its_place(capsys: pytest.CaptureFixture[str], here: Path) -> None:
    (here / "instances.yml").write_text(DECLARED.replace("flavor: small", "flavour: small"))
    assert main.main(["simulate"]) == 1
    assert "instances.yml:6:24: unknown field 'flavour'" in capsys.readouterr().err


def test_an_environment_and_variables_are_tried_as_well(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    variables = "vars: {some: 1}\nenvironments: {prod: {some: 2}}\n"
    file = here / "bob's.yml"
    file.write_text(variables + DECLARED.replace("count: 2", "count: {from_var: some}"))
    for words, number in (([], 1), (["-e", "prod"], 2), (["--var", "some=3"], 3)):
        assert main.main(["simulate", str(file), "--json", *words]) == 0
        names = [one["name"] for one in json.loads(capsys.readouterr().out)["servers"]]
        assert names == ["db", *(f"web-{place + 1}" for place in range(number))]


@pytest.mark.parametrize("fault", ["doom", "kill@x"])
def test_a_mistyped_accident_is_told_before_anything_else(fault: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["simulate", "--fault", fault]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert fault in told.err
