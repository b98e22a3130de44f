"""INI files: rendered whole, merged in part, and shown without their secrets."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.novaform.compute.plugins.module_utils._core import errors
from ansible_collections.novaform.compute.plugins.module_utils._site import difference_text, ini, ini_merge

OLD = """# keep me
[DEFAULT]
#debug = false
debug = 1
 2

[db]
# connection = sqlite://
x = 1
x = 2
; end
[other]
y: "z"
"""


def test_default_comes_first_lists_repeat_and_nothing_is_left_out_but_none() -> None:
    options = {"b": {"on": True, "none": None, "empty": ""}, "DEFAULT": {"m": ["x", 2]}, "a": {}, "c": {"only": None}}
    assert ini.render(options) == f"{ini.HEADER}\n\n[DEFAULT]\nm = x\nm = 2\n\n[b]\nempty =\non = true\n"


@pytest.mark.parametrize(
    ("value", "written"),
    [("a b", "a b"), (" a", '" a"'), ("'a'", "\"'a'\""), ('"', '"""'), ("'a", "'a"), ("$x", "$x")],
)
def test_only_what_would_be_stripped_is_quoted(value: str, written: str) -> None:
    assert f"\nx = {written}\n" in ini.render({"DEFAULT": {"x": value}}, {})


def test_a_dollar_is_escaped_in_secrets_and_means_a_reference_elsewhere() -> None:
    assert "x = $my_ip \\$a\n" in ini.render({"DEFAULT": {"x": "$my_ip <secret:s>"}}, {"s": "$a"})


@pytest.mark.parametrize(
    "options",
    [
        {"a\n[b": {"x": 1}},
        {"": {"x": 1}},
        {"a": {"x\ny": 1}},
        {"a": {"x = 1 #": 1}},
        {"a": {"[b]": 1}},
        {"a": {" x": 1}},
        {"a": {"x": "1\nadmin = yes"}},
        {"a": {"x": "1\0"}},
        {"a": {"x": ["1", "2\r3"]}},
        {"a": {"x": "<secret:line>"}},
    ],
)
def test_nothing_breaks_out_of_its_line(options: dict[str, dict[str, object]]) -> None:
    with pytest.raises(errors.DeclareError):
        ini.render(options, {"line": "a\nb"})


@pytest.mark.parametrize(
    ("options", "changed"),
    [
        ({"DEFAULT": {"debug": "1\n2"[:1]}}, ("debug = 1\n 2\n", "debug = 1\n")),
        ({"db": {"x": ["1", "2"]}, "other": {"y": "z"}}, ("", "")),
        ({"db": {"x": 3}}, ("x = 1\nx = 2\n", "x = 3\n")),
        ({"db": {"x": None}}, ("x = 1\nx = 2\n", "")),
        ({"db": {"connection": "m"}}, ("sqlite://\n", "sqlite://\nconnection = m\n")),
        ({"db": {"new": 1}}, ("x = 2\n", "x = 2\nnew = 1\n")),
        ({"third": {"new": 1}}, ('y: "z"\n', 'y: "z"\n\n[third]\nnew = 1\n')),
        ({"third": {"new": None}}, ("", "")),
    ],
)
def test_a_merge_leaves_everything_else_alone(options: dict[str, dict[str, object]], changed: tuple[str, str]) -> None:
    assert ini_merge.merge(OLD, options, {}) == OLD.replace(*changed, 1)


def test_a_merge_makes_a_new_file() -> None:
    assert ini_merge.merge("", {"a": {"b": 1}}, {}) == "[a]\nb = 1\n"


def test_the_canonical_form_is_the_options_alone() -> None:
    assert ini_merge.canonical(OLD) == "\n[DEFAULT]\ndebug = 1 2\n\n[db]\nx = 1\nx = 2\n\n[other]\ny = z\n"


def test_a_strangers_secrets_are_hidden() -> None:
    observed = "[db]\nconnection = mysql://u:hunter2@h/x\nadmin_password = hunter2\np = new\nmaster_key: hunter2\n"
    before, after = difference_text.texts(observed, "[db]\np = new\n", "[db]\np = <secret:p>\n", {"p": "new"})
    assert "hunter2" not in before
    assert "mysql://u:<hidden>@h/x" in before
    assert (before.count("p = <secret:p>\n"), after) == (1, "[db]\np = <secret:p>\n")


def test_a_private_key_is_never_shown() -> None:
    key = "-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----\n"
    assert "abc" not in "".join(difference_text.texts(key, "x\n", "x\n", {}))
    assert "abc" not in "".join(
        difference_text.texts(key, key.replace("abc", "def"), "<secret:key>\n", {"key": "x\ny"})
    )


def test_the_comments_of_a_packaged_default_are_not_shown_unless_they_are_all_that_differs() -> None:
    observed = "# a manual\n\n# x = 2\nx = 1\n# ours\n"
    assert difference_text.texts(observed, "# ours\nx = 3\n", "# ours\nx = 3\n", {})[0] == "x = 1\n# ours\n"
    assert difference_text.texts("# a\n\n# b\n\n[x]\n\n\ny\n", "z\n", "z\n", {})[0] == "[x]\n\ny\n"
    assert difference_text.texts("# gone\nx = 1\n", "x = 1\n", "x = 1\n", {})[0] == "# gone\nx = 1\n"


@pytest.mark.parametrize(
    ("option", "value", "expected"),
    [
        ("password", "CANARY", "password = <hidden>"),
        ("my_secret", "CANARY", "my_secret = <hidden>"),
        ("api_key", "CANARY", "api_key = <hidden>"),
        ("passphrase", "CANARY", "passphrase = <hidden>"),
        ("connection", "mysql://u:CAN@ARY@h/x", "connection = mysql://u:<hidden>@h/x"),
        ("transport_url", "rabbit://u:CANARY@a,u:CANARY@b/v", "transport_url = rabbit://u:<hidden>@b/v"),
        ("password", "<secret:my_own>", "password = <secret:my_own>"),
        ("send_service_user_token", True, "send_service_user_token = true"),
        ("cpu_mode", "none", "cpu_mode = none"),
    ],
)
def test_an_operators_own_secret_is_in_no_difference(option: str, value: Any, expected: str) -> None:
    secrets = {"my_own": "CANARY"}
    options = {"db": {option: value}}
    shown = difference_text.show_declared(ini.render(options))
    before, after = difference_text.texts("[db]\nx = 1\n", ini.render(options, secrets), shown, secrets)
    assert expected in after.splitlines()
    again, same = difference_text.texts(ini.render(options, secrets), ini.render(options, secrets), shown, secrets)
    assert "CANARY" not in before + after + again + same
