"""What one run remembers for another is kept for one stack of one project of one cloud, and for no other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from fakes import served
from novaform.cli import main
from novaform.cloud import state

if TYPE_CHECKING:
    from collections.abc import Iterator

    from novaform.simulate.cloud.cloud import Cloud

DECLARED = """\
stack: shop
vars: {count: 3, note: first, image: debian}
environments: {prod: {count: 3}, dev: {count: 2, image: fedora}}
flavors: {small: {vcpus: 1, ram: 128MiB, disk: 1GiB}}
networks: {private: {cidr: 192.168.50.0/24}}
instances:
  web:
    image: {from_var: image}
    flavor: small
    networks: [private]
    count: {from_var: count}
    metadata: {note: {from_var: note}}
"""


@pytest.fixture
def clouds(cloud: Cloud, tmp_path: Path) -> Iterator[dict[str, Cloud]]:
    """Two clouds in one clouds.yaml, and one declaration for both."""
    (tmp_path / "other").mkdir()
    with served.serve(tmp_path / "other") as other:
        entries = {
            name: yaml.safe_load((tmp_path / place / "clouds.yaml").read_text())["clouds"]["fake"]
            for name, place in (("prod", "."), ("dev", "other"))
        }
        (tmp_path / "clouds.yaml").write_text(yaml.safe_dump({"clouds": entries}))
        (tmp_path / "instances.yml").write_text(DECLARED)
        for one in (cloud, other):
            one.glance.add("debian")
            one.glance.add("fedora")
        yield {"prod": cloud, "dev": other}


def on(name: str, environment: str = "") -> list[str]:
    return ["--cloud", name, "-e", environment or name]


def test_undo_goes_back_on_the_cloud_that_it_is_asked_on(
    clouds: dict[str, Cloud], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.main(["apply", *on("prod")]) == 0
    assert main.main(["apply", *on("dev")]) == 0
    assert main.main(["apply", *on("dev"), "--var", "note=second"]) == 0
    assert main.main(["undo", *on("prod"), "--yes"]) == 1
    assert "nothing else was applied before" in capsys.readouterr().err
    assert len(clouds["prod"].nova.servers) == 3
    assert main.main(["undo", *on("dev"), "--yes"]) == 0
    assert {one["metadata"]["note"] for one in clouds["dev"].nova.servers.values()} == {"first"}


@pytest.mark.parametrize(
    ("there", "told"),
    [
        (on("dev", "prod"), "not for stack shop on cloud dev"),
        (on("prod", "dev"), "is a plan with environment prod, not with environment dev"),
        (["--cloud", "prod"], "is a plan with environment prod, not with no environment"),
        ([*on("prod"), "--var", "note=x"], "is a plan with other values of --var"),
    ],
)
def test_a_kept_plan_is_refused_elsewhere(
    clouds: dict[str, Cloud], there: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.main(["plan", *on("prod"), "--out", "kept.plan"]) == 2
    assert main.main(["apply", *there, "--plan", "kept.plan"]) == 1
    err = capsys.readouterr().err
    assert told in err
    assert len(err.splitlines()) == 1
    assert not any(one.nova.servers or one.nova.flavors for one in clouds.values())
    assert Path("kept.plan").stat().st_mode & 0o77 == 0


def test_a_kept_plan_of_which_nothing_could_be_done_says_why(
    clouds: dict[str, Cloud], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.main(["apply", *on("prod")]) == 0
    noted = [*on("prod"), "--var", "note=x"]
    assert main.main(["plan", *noted, "--out", "kept.plan"]) == 2
    for one in clouds["prod"].nova.servers.values():
        one["metadata"]["note"] = "by hand"
    capsys.readouterr()
    assert main.main(["apply", *noted, "--plan", "kept.plan", "--json"]) == 1
    shown = capsys.readouterr()
    assert "it is not as it was when the plan was made: plan again" in shown.err
    told: dict[str, Any] = json.loads(shown.out)
    assert {one["outcome"] for one in told["details"]["outcomes"]} == {"failed"}


@pytest.mark.parametrize("text", ["{}", "[]", "nonsense", '{"version": 1, "stack": "shop", "steps": []}', "[" * 100000])
@pytest.mark.usefixtures("clouds")
def test_what_is_not_a_kept_plan_is_refused(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("kept.plan").write_text(text)
    assert main.main(["apply", *on("prod"), "--plan", "kept.plan"]) == 1
    assert "kept.plan: is " in capsys.readouterr().err


def test_every_part_of_a_scope_keeps_two_apart() -> None:
    first = state.Scope("http://a/identity", "p1", "", "shop")
    scopes = [first, *(first._replace(**{name: "other"}) for name in first._fields)]
    assert len({state.folder_of(one) for one in scopes}) == len(scopes)
    assert len({state.folder_of(first._replace(region="a"), "x"), state.folder_of(first._replace(stack="a"), "x")}) == 2
