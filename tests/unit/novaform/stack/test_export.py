"""What an export cannot say it names, leaves out, and so never compares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from fakes import byhand
from fakes.bench import Bench, carried_out
from novaform import core, declare
from novaform.cli import export as command
from novaform.stack import export

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def bench() -> Bench:
    return Bench()


def exported(bench: Bench, folder: Path, **more: Any) -> tuple[export.Export, core.model.Declaration]:
    made = export.export(bench.cloud.session(), "shop", (), everything=False, **more)
    command.write(folder / "instances.yml", made, force=True)
    return made, declare.load(folder / "instances.yml")


def lose_image(bench: Bench, hand: byhand.Hand, ident: str) -> None:
    del ident
    del bench.cloud.glance.images[hand.image]


def lose_flavor(bench: Bench, hand: byhand.Hand, ident: str) -> None:
    del ident
    del bench.cloud.nova.flavors[hand.flavor]


def change_flavor(bench: Bench, hand: byhand.Hand, ident: str) -> None:
    del ident
    bench.cloud.nova.flavors[hand.flavor] = {**bench.cloud.nova.flavors[hand.flavor], "ram": 4096}


def lose_key(bench: Bench, hand: byhand.Hand, ident: str) -> None:
    del hand
    bench.cloud.nova.servers[ident]["key_name"] = "somebody's"


def lead_there(bench: Bench, hand: byhand.Hand, ident: str) -> None:
    del hand
    port = next(one for one in bench.cloud.neutron.store["ports"].values() if one["device_id"] == ident)
    bench.cloud.neutron.make("floatingips", {"port_id": port["id"]})


def write_lines(bench: Bench, hand: byhand.Hand, ident: str) -> None:
    del hand
    bench.cloud.nova.servers[ident].update(metadata={"note": "two\nlines"}, tags=["two words"])


def give_bytes(bench: Bench, hand: byhand.Hand, ident: str) -> None:
    del hand
    bench.cloud.nova.servers[ident]["user_data"] = "H4sIAAAAAAAA//8="


def hide_network(bench: Bench, hand: byhand.Hand, ident: str) -> None:
    del ident
    del bench.cloud.neutron.store["networks"][hand.networks[0]]


@pytest.mark.parametrize(
    ("happen", "told"),
    [
        (lose_image, ["its image is gone from Glance"]),
        (lose_flavor, ["its flavor m1 is not in the cloud as it was"]),
        (change_flavor, ["its flavor m1 is not in the cloud as it was"]),
        (lose_key, ["its key pair somebody's is not this user's"]),
        (lead_there, ["its floating address 203.0.113.10"]),
        (
            write_lines,
            [f"'{name}' among its metadata or tags cannot be written here" for name in ("note", "two words")],
        ),
        (give_bytes, ["its user data is not text"]),
        (hide_network, ["its networks or security groups are not all to be seen"]),
    ],
)
def test_what_cannot_be_said_is_named_and_plans_nothing(
    bench: Bench, tmp_path: Path, happen: Any, told: list[str]
) -> None:
    hand = byhand.Hand(bench.cloud)
    happen(bench, hand, hand.make("pet", networks=hand.nics(None)))
    made, declared = exported(bench, tmp_path)
    assert made.left_out == {"pet": told}
    assert all(f"# pet: {one}\n" in made.declaration for one in told)
    decision = bench.plan(core.flatten.from_declaration(declared))
    assert (decision.clean, decision.steps) == (True, ())


def test_who_cannot_be_declared_is_left_out(bench: Bench, tmp_path: Path) -> None:
    hand = byhand.Hand(bench.cloud)
    idents = [hand.make(name) for name in ("ill", "busy", "theirs", "-x")]
    servers = [bench.cloud.nova.servers[ident] for ident in idents]
    servers[0].update(vm_state="error")
    servers[1].update(task_state="rebooting")
    servers[2]["metadata"] = core.mark.proof_of("other", "theirs")
    made, declared = exported(bench, tmp_path)
    assert made.left_out == {
        "ill": ["left out: Nova has it error"],
        "busy": ["left out: Nova has it active (task rebooting)"],
        "theirs": ["left out: it bears the mark of stack other"],
        "-x": ["left out: its name '-x' cannot be written"],
    }
    assert declared.servers == ()


def test_what_is_gone_and_was_not_said_is_not_made_anew(bench: Bench, tmp_path: Path) -> None:
    hand = byhand.Hand(bench.cloud)
    ident = hand.make("pet")
    lose_image(bench, hand, ident)
    _, declared = exported(bench, tmp_path)
    desired = core.flatten.from_declaration(declared)
    run = bench.run(desired, adopt=("*",))
    carried_out(run, [one for one in run.plan().decision.doable if one.action == "adopt"])
    del bench.cloud.nova.servers[ident]
    decision = bench.plan(desired)
    assert not decision.steps
    assert "cannot be made anew: no image is declared" in decision.notes[0].text


def test_a_cloud_that_is_not_all_seen_is_not_exported(bench: Bench) -> None:
    hand = byhand.Hand(bench.cloud)
    bench.cloud.nova.down = {hand.make("pet")}
    with pytest.raises(core.errors.ObserveError, match="a cell is down"):
        export.export(bench.cloud.session(), "shop", (), everything=False)


def test_an_older_cloud_is_asked_with_what_it_knows(bench: Bench, tmp_path: Path) -> None:
    bench.cloud.nova.newest = "2.90"
    hand = byhand.Hand(bench.cloud)
    hand.make("pet", hints={"query": "[]"}, availability_zone="rack1")
    made, declared = exported(bench, tmp_path)
    assert (made.left_out, declared.servers[0].zone, declared.servers[0].hints) == ({}, "rack1", ())
    assert bench.plan(core.flatten.from_declaration(declared)).clean
