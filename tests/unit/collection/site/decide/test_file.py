"""Which files differ, by every way in which they can."""

from __future__ import annotations

import pytest
from ansible_collections.novaform.compute.plugins.module_utils._core import errors
from ansible_collections.novaform.compute.plugins.module_utils._site.decide import file

FILE = file.File("/etc/a", "file", content="secret\n", shown="<secret:a>\n", group="nova", mode=0o640)
SAME = file.SeenFile("file", "secret\n", "root", "nova", 0o640)
FOLDER = file.File("/srv/a", "directory", mode=0o750)
GONE = file.File("/etc/b", "absent", package="b")


def steps(desired: file.File, seen: file.SeenFile | None, *, coming: bool = False) -> list[tuple[str, str]]:
    plan = file.decide([desired], {desired.path: seen}, lambda _: coming, lambda *_: ("before\n", "after\n"))
    return [(step.action, step.kind) for step in plan]


@pytest.mark.parametrize(
    ("desired", "seen", "expected"),
    [
        (FILE, None, [("write", "file")]),
        (FILE, SAME, []),
        (FILE, file.SeenFile("file", "other\n", "root", "nova", 0o640), [("write", "file")]),
        (FILE, file.SeenFile("file", "secret\n", "nova", "nova", 0o640), [("write", "file")]),
        (FILE, file.SeenFile("file", "secret\n", "root", "nova", 0o644), [("write", "file")]),
        (FILE, file.SeenFile("link"), [("write", "file")]),
        (FOLDER, None, [("set", "directory")]),
        (FOLDER, file.SeenFile("directory", mode=0o755), [("set", "directory")]),
        (FOLDER, file.SeenFile("directory", mode=0o750), []),
        (GONE, None, []),
        (GONE, file.SeenFile("file"), [("remove", "file")]),
        (GONE, file.SeenFile("link"), [("remove", "file")]),
    ],
)
def test_what_differs_is_a_step(
    desired: file.File, seen: file.SeenFile | None, expected: list[tuple[str, str]]
) -> None:
    assert steps(desired, seen) == expected


def test_a_file_that_a_planned_package_brings_will_be_removed() -> None:
    assert steps(GONE, None, coming=True) == [("remove", "file")]


def test_a_directory_that_a_planned_package_brings_as_declared_is_no_step() -> None:
    assert steps(FOLDER, None, coming=True) == []
    assert steps(FOLDER, file.SeenFile("directory", mode=0o755), coming=True) == [("set", "directory")]


@pytest.mark.parametrize(("desired", "form"), [(FILE, "directory"), (GONE, "directory"), (FOLDER, "file")])
def test_one_kind_of_thing_never_replaces_the_other(desired: file.File, form: str) -> None:
    with pytest.raises(errors.ApplyError, match="by hand"):
        steps(desired, file.SeenFile(form))


def test_rights_are_part_of_the_diff() -> None:
    seen = file.SeenFile("file", "secret\n")
    (step,) = file.decide([FILE], {FILE.path: seen}, lambda _: False, lambda *_: ("x\n", "x\n"))
    assert (step.before, step.after) == ("root:root 0644\nx\n", "root:nova 0640\nx\n")


def test_components_share_a_file_only_when_they_agree() -> None:
    assert file.check_agreement([FILE, FOLDER, FILE]) == [FILE, FOLDER]
    with pytest.raises(errors.DeclareError, match="/etc/a differently"):
        file.check_agreement([FILE, file.File("/etc/a", "file")])
