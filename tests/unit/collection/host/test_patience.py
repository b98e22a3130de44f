"""Libraries that wait for ever by themselves are waited for no longer than we say. They are stand-ins: none is here."""

from __future__ import annotations

import socket
import sys
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from ansible_collections.novaform.compute.plugins.module_utils._api import deadline, wire
from ansible_collections.novaform.compute.plugins.module_utils._cloud.look import health
from ansible_collections.novaform.compute.plugins.module_utils._core import errors
from ansible_collections.novaform.compute.plugins.module_utils._host.door import libvirt, sql
from ansible_collections.novaform.compute.plugins.module_utils._host.proof import broker, web

if TYPE_CHECKING:
    from collections.abc import Callable


class Refusal(Exception):
    """An error of a library."""


def hang(_uri: str) -> None:
    time.sleep(2)
    raise Refusal


def test_a_libvirt_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    silent = SimpleNamespace(libvirtError=Refusal, registerErrorHandler=lambda *_: None, openReadOnly=hang)
    monkeypatch.setitem(sys.modules, "libvirt", silent)  # type: ignore[arg-type]
    started = time.monotonic()
    with pytest.raises(errors.ObserveError, match="has not answered within 0 s"):
        libvirt.observe(within=0.3)
    assert time.monotonic() - started < 1.5


def test_a_database_server_has_an_end_to_each_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, Any] = {}

    def connect(**how: Any) -> None:
        given.update(how)
        raise Refusal(2003)

    monkeypatch.setitem(sys.modules, "pymysql", SimpleNamespace(MySQLError=Refusal, connect=connect))  # type: ignore[arg-type]
    with pytest.raises(errors.ObserveError, match="does not answer: error 2003"):
        sql.service("mysql+pymysql://u:p@127.0.0.1:1/d", 3)
    times = {name: value for name, value in given.items() if name.endswith("_timeout")}
    assert times == {"connect_timeout": sql.GLANCE, "read_timeout": 3, "write_timeout": 3}


def quickly(url: str) -> None:
    made = wire.Wire()
    made.within = 1.0
    made.send("GET", url, {})


SILENT = "the-name-server-does-not-answer.example"
NAMED: dict[str, tuple[float, Callable[[], Any]]] = {
    "an API": (1.0, lambda: quickly(f"http://{SILENT}:5000/v3")),
    "a page": (web.QUICK, lambda: web.get(f"http://{SILENT}:5000/v3")),
    "a port": (web.QUICK, lambda: web.ask_tcp({"tcp": f"{SILENT}:5000"})),
    "a database": (sql.GLANCE, lambda: sql.service(f"mysql+pymysql://u:p@{SILENT}:3306/d")),
    "an address to listen on": (sql.GLANCE, lambda: sql._is_here(SILENT)),
    "a broker": (broker.SECONDS, lambda: broker.line(f"rabbit://u:p@{SILENT}:5672/v").__enter__()),
    "a guest": (health.PATIENCE, lambda: health.reach(SILENT, 80, "/")),
}


@pytest.mark.parametrize("name", NAMED)
def test_a_name_server_that_is_silent_holds_nobody_up(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The resolver's own patience is half a minute or more; libc is a stand-in here, which waits for that long."""
    real, asked = socket.getaddrinfo, []

    def unanswered(host: str, *more: Any) -> Any:
        if host == SILENT and not more[4] & socket.AI_NUMERICHOST:
            asked.append(host)
            time.sleep(30)
        return real(host, *more)

    monkeypatch.setattr(socket, "getaddrinfo", unanswered)
    library = SimpleNamespace(Connection=None, MySQLError=Refusal, connect=None)  # which nobody gets to ask
    for module in ("amqp", "pymysql"):
        monkeypatch.setitem(sys.modules, module, library)  # type: ignore[arg-type]
    seconds, ask = NAMED[name]
    started = time.monotonic()
    try:
        said = str(ask())
    except errors.ObserveError as error:
        said = str(error)
    assert time.monotonic() - started < seconds + 2
    assert asked == [SILENT]
    assert said == "False" or f"no name server has told the address of {SILENT} within" in said


def test_an_address_is_no_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """No name server is asked for it."""
    real = socket.getaddrinfo

    def numbers_only(*what: Any) -> Any:
        assert what[5] & socket.AI_NUMERICHOST
        return real(*what)

    monkeypatch.setattr(socket, "getaddrinfo", numbers_only)
    for address in ("127.0.0.1", "::1"):
        assert deadline.numeric(address, 80, time.monotonic() + 1) == address
