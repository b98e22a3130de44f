"""What a host says of its own identity, and how MariaDB's answers are told apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from ansible_collections.novaform.compute.plugins.module_utils._core.errors import ObserveError
from ansible_collections.novaform.compute.plugins.module_utils._host import membership
from ansible_collections.novaform.compute.plugins.module_utils._host.door import sql

if TYPE_CHECKING:
    from pathlib import Path


class Refusal(Exception):
    """An error of the driver."""


class Server(sql.Connection):
    """A server that answers each query by its table."""

    def __init__(self, tables: dict[str, Any]) -> None:
        super().__init__(None, Refusal)
        self.tables = tables

    def __exit__(self, *_: object) -> None:
        """Stay open."""

    def _execute(self, statement: str, values: Any) -> list[tuple[Any, ...]]:
        del values
        found = next((rows for table, rows in self.tables.items() if f"FROM {table}" in statement), 1146)
        if isinstance(found, int):
            raise Refusal(found)
        return list(found)


@pytest.fixture
def socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place for MariaDB's socket, and none for its data."""
    monkeypatch.setattr(sql, "SOCKET", str(tmp_path / "mysqld.sock"))
    monkeypatch.setattr(membership, "DATA", str(tmp_path / "nova"))
    return tmp_path / "mysqld.sock"


def failing(code: object) -> Any:
    def connect() -> sql.Connection:
        raise ObserveError("no", code=code)

    return connect


def test_without_a_socket_the_data_tells_down_from_absent(socket: Path) -> None:
    assert membership.observe_database(failing(0)) == ("absent", "", membership.NOTHING)
    (socket.parent / "nova").mkdir()
    assert membership.observe_database(failing(0)) == ("silent", "it does not run", None)


@pytest.mark.parametrize(("code", "state"), [(1045, "refuses"), (1698, "refuses"), (2002, "silent"), (1040, "silent")])
def test_a_refusal_is_neither_silence_nor_absence(socket: Path, code: int, state: str) -> None:
    socket.touch()
    assert membership.observe_database(failing(code)) == (state, f"error {code}", None)


def test_an_empty_server_remembers_nothing(socket: Path) -> None:
    socket.touch()
    assert membership.observe_database(lambda: Server({})) == ("open", "", membership.NOTHING)


def test_rows_become_records(socket: Path) -> None:
    socket.touch()
    tables = {
        "nova.services": [("compute1", "nova-compute", "s-1", 1, 0)],
        "nova.instances": [(None, 4), ("compute1", 2)],
        "neutron.agents": [("compute1", "neutron-openvswitch-agent", "a-1", 1)],
    }
    state, said, found = membership.observe_database(lambda: Server(tables))
    assert (state, said) == ("open", "")
    assert found == {
        **membership.NOTHING,
        "services": [
            {"host": "compute1", "binary": "nova-compute", "id": "s-1", "disabled": True, "forced_down": False}
        ],
        "instances": {"compute1": 2},
        "agents": [{"host": "compute1", "binary": "neutron-openvswitch-agent", "id": "a-1", "enabled": True}],
    }


def test_a_table_that_cannot_be_read_is_no_absence(socket: Path) -> None:
    socket.touch()
    state, said, found = membership.observe_database(lambda: Server({"nova.services": 1054}))
    assert (state, found) == ("garbled", None)
    assert "1054" in said


@pytest.mark.parametrize(
    ("texts", "name"),
    [
        ([], None),
        (["# host = no\n[DEFAULT]\n#host = no\n"], None),
        (["[DEFAULT]\nmy_ip = 1\nhost = compute2\n[vnc]\nhost = x\n"], "compute2"),
        (["# ours\n\n[DEFAULT]\ndebug = no\n\n[libvirt]\nhost = x\n", "[DEFAULT]\nhost=net1\n"], "net1"),
    ],
)
def test_the_name_is_the_one_in_the_default_section(tmp_path: Path, texts: list[str], name: str | None) -> None:
    paths = [str(tmp_path / f"{index}.conf") for index in range(2)]
    for path, text in zip(paths, texts, strict=False):
        (tmp_path / path).write_text(text)
    assert membership.observe_name((paths[0], paths[1])) == name
