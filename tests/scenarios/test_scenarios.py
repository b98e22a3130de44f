"""Every folder here is a story: what an operator sees must be what he is told to expect, to the letter.

``novaform simulate --scenario tests/scenarios/NAME > tests/scenarios/NAME/expected.log`` writes it anew.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from novaform import core
from novaform.simulate import scenario

HERE = Path(__file__).parent
NAMES = sorted(path.parent.name for path in HERE.glob("*/commands"))


@pytest.mark.parametrize("name", NAMES)
def test_the_log_is_as_expected(name: str) -> None:
    assert (HERE / name / "story.md").read_text().startswith("# ")
    log: list[str] = []
    scenario.play(HERE / name, log.append)
    assert log == (HERE / name / scenario.EXPECTED).read_text().splitlines()


@pytest.mark.parametrize(
    ("world", "commands", "words"),
    [
        ("seed: one", "", "seed: 'one' is not of a world"),
        ("planet: 3", "", "planet: 3 is not of a world"),
        ("[1]", "", "must be a mapping"),
        ("{", "", "not YAML"),
        ("", "dance", "dance is not a command"),
        ("", "fault flood", "flood is not a fault"),
        ("", "fault kill@soon", "write NAME@NUMBER"),
        ("", "hand wave web-1", "wave is nothing done by hand"),
        ("", "hand delete web-1", "there is no server web-1"),
        ("", "apply instances.yml --fast", "--fast is not an option"),
        ("", "apply", "a command needs the name of a file"),
    ],
)
def test_a_wrong_story_is_one_sentence(tmp_path: Path, world: str, commands: str, words: str) -> None:
    (tmp_path / "world.yml").write_text(world)
    (tmp_path / "commands").write_text(commands)
    (tmp_path / "instances.yml").write_text("stack: shop\ninstances: {}\n")
    log: list[str] = []
    try:
        scenario.play(tmp_path, log.append)
    except core.errors.DeclareError as error:
        log.append(str(error))
    assert words in "\n".join(log)


def test_a_folder_that_is_none_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(core.errors.DeclareError, match=r"world\.yml: No such file or directory"):
        scenario.play(tmp_path, print)
