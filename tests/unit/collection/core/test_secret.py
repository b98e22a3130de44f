"""Placeholders become secrets in one direction only."""

from __future__ import annotations

import pytest
from ansible_collections.novaform.compute.plugins.module_utils._core import errors, secret

SECRETS = {"db": "p@ss/w%rd", "n": 7, "none": None}


@pytest.mark.parametrize(
    ("text", "resolved"),
    [
        ("no secret", "no secret"),
        ("<secret:db>", "p@ss/w%rd"),
        ("mysql://u:<secret:db|url>@h/x", "mysql://u:p%40ss%2Fw%25rd@h/x"),
        (["<secret:n>", 5, None, True], ["7", 5, None, True]),
        ({"a": {"b": "<secret:n>"}}, {"a": {"b": "7"}}),
    ],
)
def test_placeholders_are_replaced_wherever_they_stand(text: object, resolved: object) -> None:
    assert secret.resolve(text, SECRETS) == resolved


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<secret:lost>", "the secret lost is asked for and not given"),
        ("<secret:none>", "the secret none is asked for and not given"),
        ("<secret:db|base64>", "is not a placeholder"),
        ("<secret:>", "is not a placeholder"),
    ],
)
def test_what_cannot_be_resolved_is_an_error_that_names_it(text: str, said: str) -> None:
    with pytest.raises(errors.DeclareError, match=said.replace("|", r"\|")):
        secret.resolve(text, SECRETS)


def test_a_secret_that_looks_like_a_placeholder_is_left_alone() -> None:
    assert secret.resolve("<secret:a>", {"a": "<secret:b>"}) == "<secret:b>"


def test_masking_knows_every_way_in_which_a_secret_is_written() -> None:
    said = secret.mask(r"raw a$b/c ini a\$b/c old a$$b/c url a%24b%2Fc", {"x": "a$b/c"})
    assert said == "raw <secret:x> ini <secret:x> old <secret:x> url <secret:x|url>"


def test_a_longer_secret_is_masked_before_one_that_it_contains() -> None:
    assert secret.mask("abcd ab", {"long": "abcd", "short": "ab"}) == "<secret:long> <secret:short>"
    assert secret.mask("text", {"empty": "", "none": None}) == "text"
