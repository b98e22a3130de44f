"""Which files have to be written, made or removed so that a component finds what was declared for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..._core.errors import ApplyError, DeclareError
from ..._core.plan import Plan, Step

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

KIND = "file"
DIRECTORY = "directory"


class _Owned:
    """What has an owner, a group and a mode."""

    owner: str
    group: str
    mode: int

    @property
    def rights(self) -> str:
        """Owner, group and mode as one line."""
        return f"{self.owner}:{self.group} {self.mode:04o}"


@dataclass(frozen=True)
class File(_Owned):
    """One declared file. ``content`` holds secrets and is never shown; ``shown`` holds placeholders, line for line.

    ``form`` is ``file``, ``directory`` or ``absent``. ``package`` is the first words of the names of packages that
    bring a file to be absent, or a directory just as it is to be.
    """

    path: str
    form: str
    content: str = ""
    shown: str = ""
    owner: str = "root"
    group: str = "root"
    mode: int = 0o644
    package: str = ""


@dataclass(frozen=True)
class SeenFile(_Owned):
    """What is at a path: ``form`` is ``file``, ``directory``, ``link`` or ``other``; owners by name, or number."""

    form: str
    content: str = ""
    owner: str = "root"
    group: str = "root"
    mode: int = 0o644


def decide(
    desired: Sequence[File],
    observed: Mapping[str, SeenFile | None],
    coming: Callable[[File], bool],
    text_of: Callable[[File, SeenFile | None], tuple[str, str]],
) -> Plan:
    """Return the steps, in the order of declaration.

    ``coming`` says whether a package that is only planned yet will bring a file, or a directory as declared;
    ``text_of`` returns a file's contents before and after as they may be shown.
    """
    steps = [_step(file, observed.get(file.path), coming, text_of) for file in desired]
    return Plan(tuple(step for step in steps if step))


def _step(
    file: File,
    seen: SeenFile | None,
    coming: Callable[[File], bool],
    text_of: Callable[[File, SeenFile | None], tuple[str, str]],
) -> Step | None:
    if seen and seen.form == "directory" and file.form != "directory":
        raise ApplyError(f"{file.path} is a directory and should be a file or absent: move it away by hand")
    if file.form == "absent":
        return Step("remove", KIND, file.path, before=f"{file.path}\n") if seen or coming(file) else None
    if file.form == "directory":
        return None if seen is None and coming(file) else _directory(file, seen)
    if seen and seen.form == "file" and (seen.content, seen.rights) == (file.content, file.rights):
        return None
    before, after = text_of(file, seen)
    if seen and seen.rights != file.rights:
        before, after = f"{seen.rights}\n{before}", f"{file.rights}\n{after}"
    return Step("write", KIND, file.path, before=before, after=after)


def _directory(file: File, seen: SeenFile | None) -> Step | None:
    if seen and seen.form != "directory":
        raise ApplyError(f"{file.path} is not a directory and should be one: move it away by hand")
    if seen and seen.rights == file.rights:
        return None
    return Step("set", DIRECTORY, file.path, before=f"{seen.rights}\n" if seen else "", after=f"{file.rights}\n")


def parents(path: str) -> list[str]:
    """Return the directories above a path, the uppermost first, without the root."""
    names = path.split("/")[1:-1]
    return ["/" + "/".join(names[:depth]) for depth in range(1, len(names) + 1)]


def to_be_entered(files: Sequence[File], above: Mapping[str, SeenFile]) -> list[File]:
    """Return those directories above declared files, undeclared themselves, that the files' readers cannot enter.

    Each as it has to be: its owners stay, and others may list and enter it. ``above`` are the ones that are there.
    """
    declared = {file.path for file in files}
    shut = {
        folder
        for file in files
        for folder in parents(file.path)
        if folder in above and folder not in declared and file.form != "absent" and not _enters(file, above[folder])
    }
    return [
        File(folder, "directory", owner=seen.owner, group=seen.group, mode=seen.mode | 0o055)
        for folder, seen in above.items()
        if folder in shut
    ]


def decide_entries(folders: Sequence[File], above: Mapping[str, SeenFile]) -> Plan:
    """Return the steps that let readers into directories."""
    return Plan(tuple(step for step in (_directory(folder, above[folder.path]) for folder in folders) if step))


def _enters(file: File, folder: SeenFile) -> bool:
    """Return whether whoever a file is for gets through a directory: its owner, else its group; root always does."""
    if folder.mode & 0o001:
        return True
    if file.owner != "root":
        own = folder.owner == file.owner and folder.mode & 0o100
        return bool(own or (folder.group in (file.owner, file.group) and folder.mode & 0o010))
    return file.group == "root" or (folder.group == file.group and bool(folder.mode & 0o010))


def check_agreement(files: Sequence[File]) -> list[File]:
    """Return the files with each path once. Raises ``DeclareError`` when two declare one path differently."""
    by_path: dict[str, File] = {}
    for file in files:
        if by_path.setdefault(file.path, file) != file:
            raise DeclareError(f"two components of this host declare {file.path} differently")
    return list(by_path.values())
