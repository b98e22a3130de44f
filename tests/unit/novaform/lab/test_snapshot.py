from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest
from novaform.lab import LabError, home, keeper, record, snapshot

if TYPE_CHECKING:
    from novaform.lab.record import LabRecord


@pytest.fixture
def made(plan: LabRecord, lab: home.LabHome) -> LabRecord:
    for host in plan.topology.hosts:
        lab.host(host).upper.mkdir(parents=True)
        (lab.host(host).upper / "state").write_text("one")
        lab.host(host).made.touch()
    return plan


def written(lab: home.LabHome, host: str) -> list[str]:
    return [path.read_text() for path in lab.host(host).upper.iterdir()]


def test_saving_freezes_what_was_written_below_an_empty_layer(made: LabRecord, lab: home.LabHome) -> None:
    saved = snapshot.save(made, lab, "first")
    assert (saved.layers, saved.snapshots, saved.saving) == (["first"], {"first": ["first"]}, None)
    assert (lab.layer("first", "compute1") / "state").read_text() == "one"
    assert written(lab, "compute1") == []


def test_layers_stack_and_restoring_forgets_the_upper_ones(made: LabRecord, lab: home.LabHome) -> None:
    twice = snapshot.save(snapshot.save(made, lab, "first"), lab, "second")
    assert twice.layers == ["second", "first"]
    (lab.host("compute1").upper / "state").write_text("three")
    back = snapshot.restore(twice, lab, "first")
    assert (back.layers, list(back.snapshots)) == (["first"], ["first", "second"])
    assert written(lab, "compute1") == []


@pytest.mark.parametrize("frozen", [0, 1, 2, 3])
def test_a_save_that_was_cut_short_is_finished(frozen: int, made: LabRecord, lab: home.LabHome) -> None:
    for host in list(made.topology.hosts)[:frozen]:
        lab.layer("first", host).parent.mkdir(parents=True, exist_ok=True)
        lab.host(host).upper.rename(lab.layer("first", host))
    cut = dataclasses.replace(made, saving="first")
    assert snapshot.finish(cut, lab).layers == ["first"]
    assert record.load(lab.record) == snapshot.finish(cut, lab)
    for host in made.topology.hosts:
        assert (lab.layer("first", host) / "state").read_text() == "one"
        assert written(lab, host) == []


def test_a_restore_that_was_cut_short_is_finished(made: LabRecord, lab: home.LabHome) -> None:
    back = snapshot.finish(dataclasses.replace(made, restoring="first"), lab)
    assert back.restoring is None
    assert written(lab, "compute1") == []


def test_names(made: LabRecord, lab: home.LabHome) -> None:
    saved = snapshot.save(made, lab, "first")
    snapshot.require_free(saved, lab, "second")
    snapshot.require_saved(saved, "first")
    with pytest.raises(LabError, match="has a snapshot first already"):
        snapshot.require_free(saved, lab, "first")
    with pytest.raises(LabError, match="cannot name a snapshot"):
        snapshot.require_free(saved, lab, "../first")
    lab.host("compute2").made.unlink()
    with pytest.raises(LabError, match="never up as a whole"):
        snapshot.require_free(saved, lab, "second")
    with pytest.raises(LabError, match="no snapshot second; it has first"):
        snapshot.require_saved(saved, "second")


def test_a_host_sees_its_newest_layer_first(plan: LabRecord, place: home.Home) -> None:
    lab = place.lab("shop")
    stacked = dataclasses.replace(plan, layers=["second", "first"])
    options = keeper.overlay_options(stacked, lab, "compute1", place.images / "trixie")
    layers = [lab.layer("second", "compute1"), lab.layer("first", "compute1"), place.images / "trixie"]
    assert options.startswith(f"lowerdir={':'.join(str(layer) for layer in layers)},upperdir=")
