"""Whatever a password holds, oslo.config reads it back from our file; and a merge changes nothing but what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ansible_collections.novaform.compute.plugins.module_utils._core import secret
from ansible_collections.novaform.compute.plugins.module_utils._site import difference_text, ini, ini_merge
from hypothesis import given, settings
from hypothesis import strategies as st
from oslo_config import cfg

if TYPE_CHECKING:
    import pathlib

    import pytest

AWKWARD = st.text(st.sampled_from("@/%: '\"$#;=\\,{}[]<>|ab\u00fc\u2028\t\x85"), min_size=1)
PASSWORDS = AWKWARD | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n\r\0"), min_size=1)
NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
OPTIONS = st.dictionaries(NAMES, st.dictionaries(NAMES, PASSWORDS, min_size=1, max_size=4), max_size=4)


def read(text: str, folder: pathlib.Path, section: str, option: str) -> str:
    path = folder / "service.conf"
    path.write_text(text, encoding="utf-8", newline="")
    conf = cfg.ConfigOpts()
    conf.register_opt(cfg.StrOpt(option), group=section)
    conf(["--config-file", str(path)], project="service", default_config_dirs=[])
    return str(conf[section][option])


@settings(max_examples=60, deadline=None)
@given(password=PASSWORDS)
def test_oslo_config_reads_the_very_password(tmp_path_factory: pytest.TempPathFactory, password: str) -> None:
    text = ini.render({"database": {"password": "<secret:p>"}}, {"p": password})
    assert read(text, tmp_path_factory.getbasetemp(), "database", "password") == password


@settings(max_examples=60, deadline=None)
@given(password=PASSWORDS)
def test_oslo_config_reads_the_very_password_after_a_merge(
    tmp_path_factory: pytest.TempPathFactory, password: str
) -> None:
    text = ini_merge.merge(
        "# x\n[database]\npassword = old\n", {"database": {"password": "<secret:p>"}}, {"p": password}
    )
    assert read(text, tmp_path_factory.getbasetemp(), "database", "password") == password


@given(password=PASSWORDS)
def test_masked_text_holds_no_password(password: str) -> None:
    text = secret.resolve("a <secret:p> b <secret:p|url> c", {"p": f"S{password}S"})
    assert secret.mask(text, {"p": f"S{password}S"}).count("<secret:p") == 2


@given(options=OPTIONS, old=PASSWORDS, new=PASSWORDS)
def test_a_diff_holds_neither_the_old_nor_the_new_secret(
    options: dict[str, dict[str, str]], old: str, new: str
) -> None:
    old, new = f"0ld{old}0ld", f"n3w{new}n3w"
    declared = {**options, "Z": {"x": "<secret:p>"}}
    observed, content = ini.render(declared, {"p": old}), ini.render(declared, {"p": new})
    before, after = difference_text.texts(observed, content, ini.render(declared), {"p": new})
    assert old not in before + after
    assert new not in before + after
    assert (" (changed)" in after) == (old != new)


@given(options=OPTIONS)
def test_rendering_is_stable_and_canonical(options: dict[str, dict[str, str]]) -> None:
    text = ini.render(options, {})
    assert text == ini.render(dict(reversed(options.items())), {})
    assert ini_merge.canonical(text) == text


@given(options=OPTIONS, more=OPTIONS)
def test_a_merge_done_twice_is_a_merge_done_once(
    options: dict[str, dict[str, str]], more: dict[str, dict[str, str]]
) -> None:
    once = ini_merge.merge(ini.render(options, {}), more, {})
    assert ini_merge.merge(once, more, {}) == once
