"""The first sector of the disk, byte by byte."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest
from novaform import core
from novaform.guest import disk, tool

if TYPE_CHECKING:
    from pathlib import Path


def test_the_boot_record_has_one_active_partition_that_fills_the_disk() -> None:
    sector = disk.render_boot_record(b"\xeb" * 440)
    assert len(sector) == 512
    assert sector[510:] == b"\x55\xaa"
    assert sector[:440] == b"\xeb" * 440
    active, kind, start, length = struct.unpack("<B3xB3xII", sector[446:462])
    assert (active, kind, start, start + length) == (0x80, 0x0E, disk.START, disk.SECTORS)
    assert sector[462:510] == bytes(48)


def test_a_boot_program_never_reaches_into_the_partition_table() -> None:
    assert disk.render_boot_record(b"\xeb" * 512)[446] == 0x80
    assert len(disk.render_boot_record(b"short")) == 512


def test_the_serial_console_comes_last_so_that_programs_write_to_it() -> None:
    assert disk.CONFIG.index("console=tty1") < disk.CONFIG.index("console=ttyS0")


def test_a_machine_without_the_boot_program_is_told_what_brings_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tool, "BOOT_SECTORS", ())
    with pytest.raises(core.errors.ApplyError, match="apt-get install syslinux-common"):
        disk.write_disk({}, tmp_path)
    assert not list(tmp_path.iterdir())
