"""A bootable disk without mounting anything: a partition table, a FAT file system through mtools, syslinux, qcow2."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import TYPE_CHECKING

from novaform import core
from novaform.guest import tool

if TYPE_CHECKING:
    from collections.abc import Mapping

SECTOR = 512
START = 2048
SECTORS = 64 * 1024 * 1024 // SECTOR
FAT16_LBA = 0x0E
# The last console is the one that programs write to: the serial port, which Nova keeps in its console log.
CONFIG = """DEFAULT tiny
PROMPT 0
LABEL tiny
  KERNEL /vmlinuz
  INITRD /initrd.gz
  APPEND console=tty1 console=ttyS0,115200 quiet panic=10
"""


def render_boot_record(program: bytes) -> bytes:
    """Render the first sector: syslinux's boot program and one active FAT partition that fills the disk."""
    nowhere = b"\xfe\xff\xff"  # cylinders and heads mean nothing: the loader asks by block number
    partition = struct.pack("<B3sB3sII", 0x80, nowhere, FAT16_LBA, nowhere, START, SECTORS - START)
    return program[:440].ljust(440, b"\0") + b"NOVA\0\0" + partition.ljust(64, b"\0") + b"\x55\xaa"


def write_disk(files: Mapping[str, bytes], folder: Path) -> Path:
    """Write a raw disk with the files in its root, bootable; returns its path in `folder`."""
    sector = tool.boot_sector()
    if sector is None:
        raise core.errors.ApplyError("This machine has no mbr.bin; run: apt-get install syslinux-common")
    raw = folder / "disk.raw"
    with raw.open("wb") as stream:
        stream.write(render_boot_record(Path(sector).read_bytes()))
        stream.truncate(SECTORS * SECTOR)
    drive = f"{raw}@@{START * SECTOR}"
    quiet = {"MTOOLS_SKIP_CHECK": "1"}
    geometry = ["-T", str(SECTORS - START), "-h", "16", "-s", "63", "-H", str(START)]
    tool.run(["mformat", "-i", drive, "-v", "TINY", "-N", "4e4f5641", *geometry, "::"], extra=quiet)
    for name, content in {**files, "syslinux.cfg": CONFIG.encode()}.items():
        source = folder / name
        source.write_bytes(content)
        tool.run(["mcopy", "-i", drive, str(source), f"::{name}"], extra=quiet)
    tool.run(["syslinux", "--offset", str(START * SECTOR), "--install", str(raw)])
    return raw


def write_qcow2(raw: Path, output: Path) -> None:
    """Write the raw disk as one compressed qcow2 file; Nova migrates nothing else."""
    tool.run(["qemu-img", "convert", "-c", "-f", "raw", "-O", "qcow2", "-o", "compat=1.1", str(raw), str(output)])
