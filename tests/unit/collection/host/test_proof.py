"""Proofs are asked of a real server, waited for, and named when they fail."""

from __future__ import annotations

import http.server
import socket
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest
from ansible_collections.novaform.compute.plugins.module_utils._core import errors, plan
from ansible_collections.novaform.compute.plugins.module_utils._host import gate
from ansible_collections.novaform.compute.plugins.module_utils._host.proof import proof

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Answers(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(int(self.path.strip("/")))
        self.send_header("Location", "/404")
        self.end_headers()
        self.wfile.write(b"versions")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers) as serving:
        thread = threading.Thread(target=serving.serve_forever)
        thread.start()
        yield f"127.0.0.1:{serving.server_port}"
        serving.shutdown()
        thread.join()


def test_proofs_that_hold_take_no_steps(server: str) -> None:
    items = [
        {"http": f"http://{server}/200", "contains": "versions"},
        {"http": f"http://{server}/300", "status": [200, 300]},
        {"http": f"http://{server}/302", "status": [302]},
        {"tcp": server},
    ]
    assert not proof.Proofs(items, {}).plan(None)
    assert not proof.Proofs(items, {}).failing_now()


def test_what_does_not_hold_in_time_is_named_with_its_last_answer(server: str) -> None:
    items = [
        {"http": f"http://{server}/503", "within": 0.3},
        {"http": f"http://{server}/200", "contains": "nothing", "within": 0.3},
        {"tcp": "127.0.0.1:1", "within": 0.3},
        {"tcp": server},
    ]
    started = time.monotonic()
    with pytest.raises(errors.ApplyError) as failed:
        proof.Proofs(items, {}).plan(None)
    assert time.monotonic() - started < 5
    assert str(failed.value).splitlines() == [
        f"http://{server}/503 does not hold: HTTP status 503 instead of 200",
        f"http://{server}/200 does not hold: the answer does not contain 'nothing'",
        "127.0.0.1:1 does not hold: Connection refused",
    ]


def test_check_mode_asks_once_where_nothing_is_to_be_done_and_else_nothing() -> None:
    proofs = proof.Proofs([{"tcp": "127.0.0.1:1"}], {})
    assert not proofs.plan(plan.Plan((plan.Step("start", "unit", "x.service"),)))
    started = time.monotonic()
    with pytest.raises(errors.ApplyError, match=r"127\.0\.0\.1:1 does not hold: Connection refused"):
        proofs.plan(plan.Plan())
    assert time.monotonic() - started < 5


def test_check_mode_names_what_no_step_mends_whatever_else_is_to_be_done(tmp_path: Path) -> None:
    ahead = plan.Plan((plan.Step("start", "unit", "x.service"),))
    full = {"what": "the disk", "disk": str(tmp_path), "free_mb": 1 << 50}
    with pytest.raises(errors.ApplyError, match=r"^the disk does not hold: .* MiB left"):
        proof.Proofs([{"tcp": "127.0.0.1:1"}, full], {}).plan(ahead)
    coming = {"what": "the disk", "disk": str(tmp_path / "none yet"), "free_mb": 0}
    assert not proof.Proofs([coming], {}).plan(ahead)


@pytest.mark.parametrize(("step", "asked"), [("x.service", True), ("libvirtd.service", False)])
def test_check_mode_asks_for_a_guest_unless_its_libvirt_is_to_be_restarted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, *, asked: bool
) -> None:
    """By a libvirt in which nothing starts."""
    (tmp_path / "libvirt.py").write_text(
        "class libvirtError(Exception): pass\n"
        "class Connection:\n    def createXML(self, *_): raise libvirtError('no')\n"
        "    def close(self): pass\ndef open(_): return Connection()\ndef registerErrorHandler(*_): pass\n",
        encoding="utf-8",
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "libvirt", raising=False)
    proofs = proof.Proofs([{"what": "a guest", "guest": "qemu"}], {})
    ahead = plan.Plan((plan.Step("restart", "unit", step),))
    if asked:
        with pytest.raises(
            errors.ApplyError, match=r"^a guest does not hold: libvirt starts no guest of type qemu: no$"
        ):
            proofs.plan(ahead)
    else:
        assert not proofs.plan(ahead)
    sys.modules.pop("libvirt", None)


def test_a_service_that_comes_late_is_waited_for() -> None:
    with socket.socket() as late:
        late.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{late.getsockname()[1]}"
        assert proof.Proofs([{"tcp": address}], {}).failing_now()
        timer = threading.Timer(0.5, late.listen)
        timer.start()
        proof.Proofs([{"tcp": address, "within": 10}], {}).plan(None)
        timer.join()


def test_the_gate_lets_through_what_has_nothing_left_to_do(server: str) -> None:
    components = [
        {"name": "lost", "proofs": [{"tcp": "127.0.0.1:1"}], "ports": [], "files": [{"path": "/not looked at"}]},
        {"name": "fine", "proofs": [{"tcp": server}]},
        {"name": "empty"},
    ]
    passed = gate.Gate(components, {})
    assert not passed.plan(None)
    assert passed.facts == {
        "pending": ["lost"],
        "left": {},
        "unproven": [{"component": "lost", "proof": "127.0.0.1:1", "said": "Connection refused"}],
    }


def test_a_proof_of_nothing_is_refused() -> None:
    with pytest.raises(errors.DeclareError, match="proves nothing"):
        proof.Proofs([{"htttp": "x"}], {})
