"""The archive is what the kernel reads: GNU cpio, an independent reader of the same format, is the judge."""

from __future__ import annotations

import gzip
import re
import subprocess

from novaform.guest import ramdisk

ENTRIES = [
    ramdisk.file("init", b"#!/bin/sh\n", 0o755),
    ramdisk.link("bin/sh", "busybox"),
    ramdisk.RamdiskEntry("dev/console", 0o020600, device=(5, 1)),
    ramdisk.folder("root/.ssh", 0o700),
    ramdisk.file("root/.ssh/a", b"x" * 4097, 0o600),
]


def listed() -> dict[str, list[str]]:
    archive = ramdisk.render_archive(ENTRIES)
    told = subprocess.run(["cpio", "-itvn", "--quiet"], input=archive, capture_output=True, check=True).stdout.decode()
    lines = [re.sub(r", +", ",", line).split() for line in told.splitlines()]
    return {" ".join(line[8:]): line[:5] for line in lines}


def test_another_reader_of_the_format_finds_every_node() -> None:
    nodes = listed()
    assert nodes["init"] == ["-rwxr-xr-x", "1", "0", "0", "10"]
    assert nodes["bin/sh -> busybox"][0] == "lrwxrwxrwx"
    assert nodes["root/.ssh"][0] == "drwx------"
    assert nodes["root/.ssh/a"][4] == "4097"
    assert nodes["dev/console"][0] == "crw-------"
    assert nodes["dev/console"][4] == "5,1"


def test_folders_above_are_added_before_their_content() -> None:
    assert [entry.path for entry in ramdisk.with_parents(ENTRIES)] == [
        "bin", "bin/sh", "dev", "dev/console", "init", "root", "root/.ssh", "root/.ssh/a",
    ]  # fmt: skip


def test_the_same_files_give_the_same_bytes() -> None:
    once = ramdisk.render_ramdisk(ENTRIES)
    assert once == ramdisk.render_ramdisk(reversed(ENTRIES))
    assert gzip.decompress(once) == ramdisk.render_archive(ENTRIES)
