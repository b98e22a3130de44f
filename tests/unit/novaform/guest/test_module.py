"""Modules load after what they depend on, whatever the kernel version names and packs them like."""

from __future__ import annotations

import lzma
from typing import TYPE_CHECKING

import pytest
from novaform import core
from novaform.guest import module

if TYPE_CHECKING:
    from pathlib import Path

GRAPH = {"virtio_net": ["net_failover", "virtio"], "net_failover": ["failover"], "virtio": ["virtio_ring"]}
PRESENT = ["virtio_net", "net_failover", "failover", "virtio", "virtio_ring"]


def image(depends: str) -> bytes:
    return b"\x7fELF...license=GPL\0depends=" + depends.encode() + b"\0retpoline=Y\0"


def write(tree: Path, **modules: str) -> None:
    folder = tree / "lib/modules/6.1/kernel"
    folder.mkdir(parents=True)
    for name, depends in modules.items():
        (folder / f"{name.replace('_', '-')}.ko.xz").write_bytes(lzma.compress(image(depends)))


def test_dependencies_are_read_from_the_module_itself() -> None:
    assert module.dependencies_of(image("virtio,nd-virtio")) == ["virtio", "nd_virtio"]
    assert module.dependencies_of(image("")) == []


def test_each_module_follows_its_dependencies_and_comes_once() -> None:
    order = module.load_order(["virtio", "virtio_net", "absent"], PRESENT, lambda name: GRAPH.get(name, []))
    assert order == ["virtio_ring", "virtio", "failover", "net_failover", "virtio_net"]


def test_what_is_built_into_the_kernel_is_not_loaded() -> None:
    assert module.load_order(["virtio"], ["virtio"], lambda name: GRAPH.get(name, [])) == ["virtio"]


def test_packed_modules_are_unpacked(tmp_path: Path) -> None:
    write(tmp_path, virtio_pci="virtio", virtio_net="", virtio_blk="virtio", virtio="")
    assert module.load_modules(tmp_path) == {
        "virtio": image(""),
        "virtio_pci": image("virtio"),
        "virtio_net": image(""),
        "virtio_blk": image("virtio"),
    }


def test_a_kernel_without_a_needed_module_is_refused(tmp_path: Path) -> None:
    write(tmp_path, virtio_pci="", virtio_net="")
    with pytest.raises(core.errors.ApplyError, match="no module virtio_blk"):
        module.load_modules(tmp_path)


def test_a_needed_module_may_be_built_in(tmp_path: Path) -> None:
    write(tmp_path, virtio_pci="", virtio_net="")
    (tmp_path / "lib/modules/6.1/modules.builtin").write_text("kernel/drivers/block/virtio_blk.ko\n")
    assert list(module.load_modules(tmp_path)) == ["virtio_pci", "virtio_net"]
