"""Files that are ours as a whole: looked at without following links, written so that nobody ever sees half of one."""

from __future__ import annotations

import contextlib
import grp
import os
import pwd
import stat
import time
from typing import TYPE_CHECKING, Any

from ..._core import secret
from ..._core.converge import steps_named
from ..._core.errors import ApplyError, DeclareError, ObserveError
from ..._site import difference_text, ini, ini_merge
from ..._site.decide import file as decision
from ..._site.decide import unit
from ..door import atomic, place, record
from ..door import ini as namespaces

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..._core.plan import Plan

FORMS = {"ini": "file", "text": "file", "directory": "directory", "absent": "absent"}


class Files:
    """The stage of a component's files, as the blueprint lists them. ``records`` is where we note what we wrote."""

    def __init__(
        self, items: Sequence[Mapping[str, Any]], secrets: Mapping[str, Any], records: str = record.FILES
    ) -> None:
        self.records = records
        self.items = {item["path"]: item for item in items}
        self.secrets = secrets
        self.files = decision.check_agreement([to_file(item, secrets) for item in items])
        self.entered: list[decision.File] = []

    def plan(self, planned: Plan | None) -> Plan:
        """Look at every path. Before a file is to change, its options must be ones that its services know."""
        installing = {step.name for step in steps_named(planned, "package") if step.action == "install"}
        parents = _observe_parents([file.path for file in self.files])
        self.entered = decision.to_be_entered(self.files, parents)
        plan = decision.decide_entries(self.entered, parents) + decision.decide(
            self.files,
            {file.path: observe(file.path, file.form) for file in self.files},
            lambda file: any(f"{name}-".startswith(f"{file.package}-") for name in installing),
            self._texts,
        )
        for step in plan:
            if step.action == "write" and self.items[step.name].get("namespaces"):
                namespaces.check(self.items[step.name], skip_missing=planned is not None)
        return plan

    def _texts(self, file: decision.File, seen: decision.SeenFile | None) -> tuple[str, str]:
        """Return both texts for the diff; of an INI file the options alone, whatever stood around them."""
        before = seen.content if seen else None
        if before and self.items[file.path]["format"] == "ini":
            before = ini_merge.canonical(before)
        return difference_text.texts(before, file.content, file.shown, self.secrets)

    def apply(self, plan: Plan) -> None:
        """Write, make and remove, in the order of declaration."""
        by_path = {file.path: file for file in (*self.entered, *self.files)}
        for step in plan:
            if step.action == "write":
                _note(by_path[step.name], self.records)
            bring(by_path[step.name])


def to_file(item: Mapping[str, Any], secrets: Mapping[str, Any]) -> decision.File:
    """Return one item of a component's ``files`` as a value. Raises ``DeclareError``."""
    path, form = item.get("path", ""), item.get("format", "")
    if form not in FORMS or not os.path.isabs(path) or os.path.normpath(path) != path:
        forms = ", ".join(FORMS)
        raise DeclareError(f"{path!r} with format {form!r} is not a file: give a full path, and one of {forms}")
    content = shown = ""
    if form == "ini":
        content, shown = (
            ini.render(item["options"], secrets),
            difference_text.show_declared(ini.render(item["options"])),
        )
    elif form == "text":
        content, shown = secret.resolve(item["content"], secrets), difference_text.show_declared(item["content"])
    mode = str(item.get("mode") or ("0755" if form == "directory" else "0644"))
    return decision.File(
        path=path,
        form=FORMS[form],
        content=content,
        shown=shown,
        owner=item.get("owner") or "root",
        group=item.get("group") or "root",
        mode=int(mode, 8),
        package=item.get("package") or "",
    )


def observe(path: str, form: str = "file") -> decision.SeenFile | None:
    """Return what is at a path, or None. A link is itself, except where a directory is wanted and it leads to one.

    Raises ``ApplyError`` where somebody else than root could have led the way.
    """
    try:
        if form == "directory":
            with place.folder(path) as descriptor:
                return _to_seen(os.fstat(descriptor))
        with place.parent(path) as (folder, name):
            state = os.stat(name, dir_fd=folder, follow_symlinks=False)
            return _to_seen(state, _read(name, folder) if stat.S_ISREG(state.st_mode) else "")
    except (FileNotFoundError, NotADirectoryError):
        return _in_the_way(path) if form == "directory" else None
    except OSError as error:
        raise ObserveError(f"{path} cannot be looked at: {error.strerror}") from error


def _in_the_way(path: str) -> decision.SeenFile | None:
    """Return what is at a path that is not a directory."""
    try:
        return _to_seen(os.lstat(path))
    except (FileNotFoundError, NotADirectoryError):
        return None


def _to_seen(state: os.stat_result, content: str = "") -> decision.SeenFile:
    kinds = {stat.S_IFREG: "file", stat.S_IFDIR: "directory", stat.S_IFLNK: "link"}
    return decision.SeenFile(
        form=kinds.get(stat.S_IFMT(state.st_mode), "other"),
        content=content,
        owner=_name(pwd.getpwuid, state.st_uid),
        group=_name(grp.getgrgid, state.st_gid),
        mode=stat.S_IMODE(state.st_mode),
    )


def _observe_parents(paths: Sequence[str]) -> dict[str, decision.SeenFile]:
    """Return the directories above some paths that are there."""
    above = {folder for path in paths for folder in decision.parents(path)}
    seen = {folder: observe(folder, "directory") for folder in sorted(above)}
    return {folder: one for folder, one in seen.items() if one and one.form == "directory"}


def _read(name: str, folder: int) -> str:
    """Read a file that was a plain one a moment ago; whoever made it another thing meanwhile does not hold us up."""
    descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    with os.fdopen(descriptor, encoding="utf-8", errors="surrogateescape", newline="") as source:
        return source.read()


def _name(look_up: Any, number: int) -> str:
    try:
        return str(look_up(number)[0])
    except KeyError:
        return str(number)


def is_foreign(path: str, seen: decision.SeenFile | None, records: str = record.FILES) -> bool:
    """Return whether a file is there and holds something else than what we wrote last."""
    if seen is None or seen.form != "file":
        return False
    known = record.load(path, records)
    return known is None or known.get("content") != unit.digest(seen.content)


def _note(file: decision.File, records: str) -> None:
    """Record what is about to be written, and when what somebody else wrote was last put right.

    A unit that was started before that may have read it.
    """
    seen = observe(file.path)
    known = record.load(file.path, records) or {}
    foreign = is_foreign(file.path, seen, records) and seen is not None and seen.content != file.content
    righted = time.time() if foreign else known.get("righted", 0.0)
    record.write(file.path, {"content": unit.digest(file.content), "righted": righted}, records)


def bring(file: decision.File) -> None:
    """Make one path what it should be. Raises ``ApplyError``."""
    try:
        if file.form == "absent":
            with contextlib.suppress(FileNotFoundError), place.parent(file.path) as (folder, name):
                os.unlink(name, dir_fd=folder)
            return
        user, group = _number(pwd.getpwnam, "user", file.owner), _number(grp.getgrnam, "group", file.group)
        if file.form == "directory":
            with place.folder(file.path, make=True) as descriptor:
                os.fchown(descriptor, user, group)
                os.fchmod(descriptor, file.mode)
        else:
            atomic.replace(file.path, file.content, (user, group), file.mode)
    except OSError as error:
        raise ApplyError(f"{file.path} could not be made as declared: {error.strerror}") from error


def _number(look_up: Any, what: str, name: str) -> int:
    try:
        return int(name) if name.isdigit() else int(look_up(name)[2])
    except KeyError:
        raise ApplyError(f"this host has no {what} {name}: the package that makes it is not installed") from None
