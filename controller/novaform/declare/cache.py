"""A declaration that has not changed is not parsed again: 10,000 servers in milliseconds.

What is kept is plain data in ``marshal``'s form, not pickles: reading it can build tuples, texts and numbers and
nothing else. The directory is ours alone (0700); a file that is not ours, that others can write, or whose checksum is
wrong is passed over. The text of user data from files is not kept but read again, as is every file's digest; a
declaration with a value from the environment or from a vault is not kept at all.
"""

from __future__ import annotations

import contextlib
import hashlib
import marshal
import os
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from novaform import core
from novaform.declare import column, disk

if TYPE_CHECKING:
    from collections.abc import Mapping

CHECKSUM = 32
KEPT = 16
"""So many declarations are kept; the oldest go."""


def directory() -> Path:
    """Return where the command keeps declarations: below ``NOVAFORM_CACHE`` or ``~/.cache/novaform``."""
    root = os.environ.get("NOVAFORM_CACHE") or Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache", "novaform")
    return Path(root).expanduser() / "declarations"


def to_key(name: str, content: bytes, environment: str | None, variables: Mapping[str, str]) -> str:
    """Return what a declaration is kept under (hex): everything it depends on except further files."""
    given = (name, str(Path(name).absolute()), environment, sorted(variables.items()))
    asked = (sys.version, code(), [shape._fields for shape in column.SHAPES.values()], given)
    key = hashlib.sha256(content)
    key.update(repr(asked).encode())
    return key.hexdigest()


def code() -> list[tuple[str, int, int]]:
    """Return what tells this version of the loader from any other: what one version kept, another must not believe."""
    facts = ((file.name, file.stat()) for file in os.scandir(Path(__file__).parent) if file.name.endswith(".py"))
    return sorted((name, fact.st_mtime_ns, fact.st_size) for name, fact in facts)


class Place:
    """Where one declaration is kept, if it is."""

    def __init__(self, root: str | os.PathLike[str], key: str) -> None:
        self.root = Path(root)
        self.path = self.root / f"{key}.declaration"

    def find(self) -> core.model.Declaration | None:
        """Return the kept declaration if it is there, ours, whole, and every file it came from is unchanged."""
        content = self.read()
        if content is None:
            return None
        payload = memoryview(content)[CHECKSUM:]
        if hashlib.sha256(payload).digest() != content[:CHECKSUM]:
            return None
        sources, packed = marshal.loads(payload)  # noqa: S302 - plain data, from a file only we can write
        texts = current(sources)
        if texts is None:
            return None
        declaration: core.model.Declaration = column.unpack(packed, texts)[0]
        return declaration

    def read(self) -> bytes | None:
        """Return the file's bytes when nobody else can have written them."""
        try:
            with os.fdopen(os.open(self.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb") as file:
                facts = os.fstat(file.fileno())
                return file.read() if ours(facts) and ours(self.root.stat()) else None
        except OSError:
            return None

    def keep(self, declaration: core.model.Declaration) -> None:
        """Write the declaration down; a cache that cannot be written is no error."""
        users = (server.user_data for server in declaration.servers)
        files = {each.source for each in users if each is not None and each.source != column.INLINE}
        further = declaration.sources[1:]  # the first is the main file, which the key already proves
        sources = [(*source, source.path in files) for source in further]
        payload = marshal.dumps((sources, column.pack([declaration])))
        with contextlib.suppress(OSError):
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not ours(self.root.stat()):
                return
            half = self.root / f".{os.getpid()}.half"
            with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600), "wb") as file:
                file.write(hashlib.sha256(payload).digest() + payload)
            half.replace(self.path)
            self.forget()

    def forget(self) -> None:
        """Remove the oldest kept declarations."""
        kept = sorted(self.root.glob("*.declaration"), key=lambda path: path.stat().st_mtime)
        for path in kept[:-KEPT]:
            path.unlink(missing_ok=True)


def ours(facts: os.stat_result) -> bool:
    """Tell whether a file or directory belongs to us and nobody else can write it."""
    return facts.st_uid == os.geteuid() and not stat.S_IMODE(facts.st_mode) & 0o022


def current(sources: list[tuple[str, str, bool]]) -> dict[str, str] | None:
    """Return path -> text of the wanted sources, or None when any source is not what it was."""
    texts = {}
    for path, digest, wanted in sources:
        try:
            content = disk.read(path)
        except core.errors.DeclareError:
            return None
        if hashlib.sha256(content).hexdigest() != digest:
            return None
        if wanted:
            texts[path] = content.decode()
    return texts
