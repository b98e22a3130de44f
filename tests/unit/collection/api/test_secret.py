"""What services repeat of a request, and what stays of a run that went wrong: never a secret."""

from __future__ import annotations

import base64
import hashlib
import json
import logging
from typing import TYPE_CHECKING, Any

import pytest
from fakes import stack
from fakes.bench import Bench, carried_out
from novaform import core
from novaform.cloud import wire

if TYPE_CHECKING:
    from collections.abc import Mapping

TEXT = "#!/bin/sh\n# hunter2\n"
SENT = base64.b64encode(TEXT.encode()).decode()
TOLD = {
    "refused": (400, {"badRequest": {"message": "Invalid input for field user_data. Value: {}", "code": 400}}),
    "broken": (500, {"computeFault": {"message": "The server has either erred or {}", "code": 500}}),
    "taken": (202, {"server": {"what": "{}"}}),
    "a text": (403, {"error": "{}"}),
    "a list": (409, ["{}"]),
    "detail": (400, {"NeutronError": {"detail": "{}"}}),
}


class Echo:
    """Passes requests on to a cloud, and answers those that change something with what was asked, token and all."""

    def __init__(self, bench: Bench, status: int, told: Any) -> None:
        self.cloud = bench.cloud
        self.status = status
        self.told = json.dumps(told)

    def send(self, method: str, url: str, headers: Mapping[str, str], body: wire.Body = None) -> wire.Answer:
        if method == "GET" or url.endswith("/auth/tokens"):
            return self.cloud.send(method, url, headers, body)
        asked = f"{headers['X-Auth-Token']} {body!r} {TEXT} {SENT}"
        return wire.Answer(self.status, {}, self.told.replace("{}", json.dumps(asked)[1:-1]).encode())


@pytest.mark.parametrize("name", TOLD)
def test_what_a_service_repeats_is_hidden(name: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    bench = Bench(kept=True)
    assert bench.apply(stack.desired(0))["report"]["clean"]
    data = core.model.UserData(TEXT, hashlib.sha256(TEXT.encode()).hexdigest(), "here")
    wanted = stack.desired_of((stack.server(1)._replace(user_data=data),))
    run = bench.run(wanted)
    run.session.transport = Echo(bench, *TOLD[name])
    run.given = run.given._replace(progress=bench.folder / "progress")
    result = carried_out(run)
    assert [one for one in result["outcomes"] if one["outcome"] != "done"]
    files = [one.read_bytes().decode(errors="replace") for one in bench.folder.iterdir() if one.is_file()]
    token = str(run.session.held and run.session.held.secret)
    assert token.startswith("token-")
    for text in [json.dumps(result), repr(run.session.held), repr(data), caplog.text, *files]:
        assert not [secret for secret in ("hunter2", SENT, "s3cret", token) if secret in text]
