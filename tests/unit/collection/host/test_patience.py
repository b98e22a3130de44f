"""Libraries that wait for ever by themselves are waited for no longer than we say. They are stand-ins: none is here."""

from __future__ import annotations

import sys
import time
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.novaform.compute.plugins.module_utils._core import errors
from ansible_collections.novaform.compute.plugins.module_utils._host import libvirt, sql


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
