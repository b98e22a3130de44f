"""What each kind of proof asks, of servers of our own; those of a broker and a hypervisor are end to end tests."""

from __future__ import annotations

import hashlib
import hmac
import http.server
import json
import os
import socketserver
import threading
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from ansible_collections.novaform.compute.plugins.module_utils._core import errors
from ansible_collections.novaform.compute.plugins.module_utils._host.door import command, signin, systemd
from ansible_collections.novaform.compute.plugins.module_utils._host.proof import (
    broker,
    metadata,
    proof,
    store,
    web,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SECRET = "right"
ALARM = {"status": "failed", "alarms": [{"node": "rabbit@control1", "resource": "memory"}]}


class Cloud(http.server.BaseHTTPRequestHandler):
    """A keystone, a glance, Nova's metadata and a broker's management API at one address, as far as proofs ask."""

    refused: ClassVar[set[str]] = set()
    broken: ClassVar[set[str]] = set()

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        user = asked["auth"]["identity"]["password"]["user"]["name"]
        if user in self.refused:
            self.answer(401, {})
            return
        base = f"http://{self.headers['Host']}"
        entry = {"type": "image", "endpoints": [{"interface": "internal", "region_id": "R", "url": f"{base}/image"}]}
        token = {"catalog": [entry], "project": {"id": "1" * 32}, "user": {"id": "2" * 32}}
        self.answer(201, {"token": token}, {"X-Subject-Token": "t"})

    def do_GET(self) -> None:
        if self.path.startswith("/api/health"):
            self.answer(503 if "alarm" in self.broken else 200, ALARM)
        elif self.path == metadata.PATH:
            signed = self.headers["X-Instance-ID"].encode()
            wanted = hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
            self.answer(404 if self.headers["X-Instance-ID-Signature"] == wanted else 403, {})
        elif "glance" in self.broken:
            self.answer(503, {})
        else:
            self.answer(200, {"images": []})

    def answer(self, status: int, content: Any, headers: dict[str, str] | None = None) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass

    def address_string(self) -> str:
        return "local"


def serve(server: socketserver.BaseServer) -> Iterator[None]:
    with server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield
        server.shutdown()
        thread.join()


@pytest.fixture
def cloud() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Cloud)
    Cloud.refused.clear()
    Cloud.broken.clear()
    for _ in serve(server):
        yield f"http://127.0.0.1:{server.server_port}"
    signin.forget()


def images(cloud: str) -> dict[str, Any]:
    auth = {"auth_url": f"{cloud}/v3", "username": "nova", "password": "p", "project_name": "service"}
    return {"api": "image", "path": "/images?limit=1", "list": "images", "auth": auth, "region": "R"}


def test_an_api_answers_an_account(cloud: str) -> None:
    assert proof.ask(images(cloud)) == ("", False)
    assert proof.ask({**images(cloud), "list": "members"}) == ("the answer is not a list of members", False)


def test_an_account_that_keystone_refuses_is_named_and_no_restart_helps(cloud: str) -> None:
    Cloud.refused.add("nova")
    assert proof.ask(images(cloud)) == ("keystone does not let nova in", False)


def test_an_api_that_stumbles_has_answered(cloud: str) -> None:
    Cloud.broken.add("glance")
    said, silent = proof.ask(images(cloud))
    assert (said, silent) == (f"GET {cloud}/image/v2/images: HTTP 503", False)


def test_an_api_that_nobody_serves_is_silent_but_a_missing_keystone_is_not_its_fault() -> None:
    nowhere = images("http://127.0.0.1:1")
    assert proof.ask(nowhere)[1] is False
    signin.forget()
    assert proof.ask({**nowhere, "api": "identity"})[1] is True


def test_metadata_goes_by_the_secret(cloud: str) -> None:
    assert proof.ask({"metadata": cloud, "secret": SECRET}) == ("", False)
    said, silent = proof.ask({"metadata": cloud, "secret": "wrong"})
    assert ("metadata_proxy_shared_secret differ" in said, silent) == (True, False)


def test_neutrons_metadata_agent_is_asked_on_its_socket(tmp_path: Path) -> None:
    path = str(tmp_path / "socket")
    assert proof.ask({"metadata_agent": path})[1] is True

    class Agent(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(404 if self.headers["X-Neutron-Network-ID"] else 500)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    for _ in serve(socketserver.ThreadingUnixStreamServer(path, Agent)):
        assert proof.ask({"metadata_agent": path}) == ("", False)


def test_an_alarm_of_the_broker_is_named(cloud: str) -> None:
    item = {"alarms": cloud, "user": "u", "password": "p"}
    assert proof.ask(item) == ("", False)
    Cloud.broken.add("alarm")
    assert proof.ask(item) == ("memory alarm on rabbit@control1: publishers are blocked", False)


def test_a_disk_without_room_is_named(tmp_path: Path) -> None:
    assert proof.ask({"disk": str(tmp_path), "free_mb": 0}) == ("", False)
    assert "MiB left, and a guest needs at least" in proof.ask({"disk": str(tmp_path), "free_mb": 1 << 50})[0]
    assert "cannot be looked at" in proof.ask({"disk": str(tmp_path / "none"), "free_mb": 0})[0]


def test_a_cells_url_is_filled_in_as_nova_does_it() -> None:
    url = "mysql+pymysql://nova:p%40ss@192.0.2.1:3306/nova?charset=utf8mb4"
    assert store.fill("{scheme}://{username}:{password}@{hostname}:{port}/{path}?{query}", url) == url
    assert store.fill("{scheme}://{netloc}/nova_cell0?x", url).endswith("@192.0.2.1:3306/nova_cell0?x")
    assert store.fill("none:///", url) == "none:///"
    for template in ("{nothing}", "{", "{0}", "{scheme.x}"):
        with pytest.raises(errors.ObserveError, match="cannot fill in"):
            store.fill(template, url)


def test_a_host_without_the_brokers_library_says_so() -> None:
    """As here: the tests need no broker."""
    assert "python3-amqp" in proof.ask({"broker": "rabbit://u:p@127.0.0.1:1/v"})[0]
    assert broker.SECONDS <= web.QUICK + 1


@pytest.fixture
def systemctl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A host whose ``systemctl`` tells what is in a file, and notes what else it is asked."""
    program = tmp_path / "systemctl"
    program.write_text(
        f'#!/bin/sh\n[ "$1" = show ] && exec cat {tmp_path}/show\necho "$@" >> {tmp_path}/asked\n', encoding="utf-8"
    )
    program.chmod(0o755)
    monkeypatch.setattr(command, "PATH", f"{tmp_path}:{os.environ['PATH']}")
    return tmp_path


def shown(folder: Path, **more: str) -> None:
    told = {
        "Id": "x.service",
        "LoadState": "loaded",
        "ActiveState": "active",
        "SubState": "running",
        "Type": "simple",
        "Result": "success",
        "NRestarts": "0",
        "ActiveEnterTimestampMonotonic": "1",
        "MainPID": "0",
        **more,
    }
    (folder / "show").write_text("".join(f"{name}={value}\n" for name, value in told.items()), encoding="utf-8")


def test_a_unit_that_is_started_over_and_over_is_not_active(systemctl: Path) -> None:
    shown(systemctl)
    assert proof.ask({"unit": "x.service"}) == ("", False)
    shown(systemctl, ActiveState="activating", SubState="auto-restart", Result="exit-code", NRestarts="7")
    assert proof.ask({"unit": "x.service"}) == (
        "systemd has started it again 7 times, and it is activating (auto-restart, exit-code)",
        False,
    )
    now = int(proof.time.clock_gettime(proof.time.CLOCK_MONOTONIC) * 1e6)
    shown(systemctl, NRestarts="7", ActiveEnterTimestampMonotonic=str(now - 5_000_000))
    assert "7 times, and it has been up for only 5" in proof.ask({"unit": "x.service"})[0]
    shown(systemctl, NRestarts="0", ActiveEnterTimestampMonotonic=str(now - 5_000_000))
    assert proof.ask({"unit": "x.service"}) == ("", False)


def test_a_stopped_process_makes_its_unit_silent(systemctl: Path) -> None:
    child = os.fork()
    if child == 0:
        os.kill(os.getpid(), 19)
        os._exit(0)
    try:
        os.waitpid(child, os.WUNTRACED)
        shown(systemctl, MainPID=str(child))
        state = {"x.service": {"MainPID": str(child)}, "none.service": {"MainPID": "0"}, "y.service": {}}
        assert set(systemd.stopped_units(state)) == {"x.service"}
        said, silent = proof.ask({"unit": "x.service"})
        assert (said.endswith("is stopped and answers nobody"), silent) == (True, True)
    finally:
        os.kill(child, 9)
        os.waitpid(child, 0)


def test_a_unit_that_is_up_and_silent_is_started_again_once(systemctl: Path) -> None:
    shown(systemctl)
    item = {"tcp": "127.0.0.1:1", "unit": "x.service", "within": 0.5}
    proofs = proof.Proofs([item], {})
    steps = [("restart", "unit", "x.service")]
    assert [step.key for step in proofs.plan(proof.Plan())] == steps
    found = proofs.plan(None)
    assert [(step.key, step.reason) for step in found] == [(steps[0], "it does not answer: Connection refused")]
    proofs.apply(found)
    assert "restart x.service" in (systemctl / "asked").read_text(encoding="utf-8")
    with pytest.raises(errors.ApplyError, match="does not hold: Connection refused"):
        proofs.plan(None)


def test_a_unit_that_is_still_starting_is_waited_for_and_not_started_again(systemctl: Path) -> None:
    now = int(proof.time.clock_gettime(proof.time.CLOCK_MONOTONIC) * 1e6)
    shown(systemctl, ActiveEnterTimestampMonotonic=str(now - 5_000_000))
    proofs = proof.Proofs([{"tcp": "127.0.0.1:1", "unit": "x.service", "within": 0.5}], {})
    with pytest.raises(errors.ApplyError, match="Connection refused"):
        proofs.plan(None)
    assert not (systemctl / "asked").exists()


def test_a_peer_that_gets_no_answer_from_a_unit_that_is_started_over_and_over_is_told_of_it(systemctl: Path) -> None:
    now = int(proof.time.clock_gettime(proof.time.CLOCK_MONOTONIC) * 1e6)
    shown(systemctl, NRestarts="9", ActiveEnterTimestampMonotonic=str(now - 3_000_000))
    proofs = proof.Proofs([{"tcp": "127.0.0.1:1", "unit": "x.service", "within": 0.1}], {})
    with pytest.raises(errors.ApplyError, match=r"refused; x\.service: systemd has started it again 9 times"):
        proofs.plan(None)
