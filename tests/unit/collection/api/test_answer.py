"""What a service says of a failure: no secret in any form, no patience without an end, no memory without one."""

from __future__ import annotations

import html
import json
from urllib.parse import quote, quote_plus

import pytest
from ansible_collections.novaform.compute.plugins.module_utils._api import answer
from fakes.talker import served
from novaform import core
from novaform.cloud import credential, session, wire

SECRETS = (
    "C4nary \"quoted\" \\ 'back'",
    "ünlaut/+%&=<C4nary>",
    "first-C4nary\n\tsecond-C4nary\nthird-C4nary",
    "73519264",
)
FORMS = {
    "whole": str,
    "as in JSON": lambda one: json.dumps(one)[1:-1],
    "as in JSON, in UTF-8": lambda one: json.dumps(one, ensure_ascii=False)[1:-1],
    "as in Python": repr,
    "as in HTML": html.escape,
    "as in a path": quote,
    "as in a part of a path": lambda one: quote(one, safe=""),
    "as in a query": quote_plus,
    "one line of it": lambda one: one.splitlines()[-1],
}


def complaint(message: str, *hide: str) -> str:
    told = json.dumps({"badRequest": {"message": message}}).encode()
    return answer.complaint(wire.Answer(400, {}, told), hide)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_is_hidden_in_every_form(form: str, secret: str) -> None:
    said = complaint(f"Value: {{'a': '{FORMS[form](secret)}'}} is wrong", "", *SECRETS)
    assert said.startswith("HTTP 400: Value: {'a': '")
    assert said.endswith(" is wrong")
    assert "(hidden)" in said
    assert not [word for word in ("C4nary", "73519264", "C%34") if word in said]


@pytest.mark.parametrize("secret", ["x", "42", "pin"])
def test_gaps_do_not_tell_a_short_secret(secret: str) -> None:
    assert complaint(f"Value: {secret} expired", secret) == "HTTP 400"
    assert complaint("Value: 7 is large", secret) == "HTTP 400: Value: 7 is large"


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("wanted", ["61", "1000000000", "9" * 5000])
def test_a_service_that_is_gone_for_long_is_not_waited_for(status: int, wanted: str) -> None:
    slept: list[float] = []
    there = session.Session(
        credential.Credential("c", "f", {"auth_url": "http://x"}), clock=session.Clock(sleep=slept.append)
    )
    there.held = session.identity.Token("s3cret", {}, "p", "u")
    there.transport = Away(status, wanted)
    with pytest.raises(core.errors.ObserveError, match=rf"HTTP {status}; it asks to be left alone for \w+ s"):
        there.read("http://x/servers/detail", {})
    assert not slept
    assert there.requests == 1


class Away:
    """A service that is gone."""

    def __init__(self, status: int, wanted: str) -> None:
        self.said = wire.Answer(status, {"retry-after": wanted}, b"")

    def send(self, *_: object) -> wire.Answer:
        return self.said


@pytest.mark.parametrize("part", [b"{}", b"[]", b"0", b"[0"])
def test_more_values_than_memory_is_for_are_no_answer(part: bytes) -> None:
    body = b"[" + b",".join([part] * (answer.MANY + 1)) + b"]"
    assert len(body) < wire.Wire.largest
    with pytest.raises(ValueError, match="too many values"):
        answer.load_json(wire.Answer(200, {}, body))


def test_a_page_in_place_of_a_token_is_not_keystones() -> None:
    with served([b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>"]) as root:
        auth = {"auth_url": root, "username": "me", "password": "s3cret", "project_name": "p"}
        there = session.Session(credential.Credential("c", "f", auth))
        with pytest.raises(
            core.errors.ObserveError, match=r"what answers is not Keystone \(HTTP 200, no token\): correct auth_url"
        ):
            there.token()
