"""One way to a MariaDB server: over its socket as root, or over the network as a service does."""

from __future__ import annotations

import os
import socket
import time
from typing import TYPE_CHECKING, Any, Callable
from urllib.parse import unquote, urlsplit

from ..._api import deadline
from ..._core.errors import ApplyError, ObserveError

if TYPE_CHECKING:
    from collections.abc import Sequence

SOCKET = "/run/mysqld/mysqld.sock"
DATA = "/var/lib/mysql"  # one folder for each database
PATIENCE = 60  # seconds for a server that has just been started
READING = 20  # seconds for one answer, and for one statement to be taken
GLANCE = 5  # seconds for the same while we only plan
PAUSE = 0.1  # seconds between two tries
NOT_INSTALLED = "not installed"
# Nothing listens, it went away while it was asked, it is shutting down, it has no connection to spare.
NOT_THERE = (NOT_INSTALLED, 2002, 2003, 2006, 2013, 1053, 1040)
# Neither account nor database: as on a server where this service has not been set up yet.
NOT_SET_UP = (1044, 1045, 1049)
UNREACHED = 2003
NO_SUCH_DATABASE = 1049
NO_SUCH_TABLE = 1146
_SILENT: dict[str, ObserveError] = {}
"""Servers that have not answered a plan: they are not waited for again as long as it is made."""


class Connection:
    """A connection. Use it in a ``with``; every statement commits by itself."""

    def __init__(self, connection: Any, error: type[Exception]) -> None:
        self.connection = connection
        self.error = error

    def __enter__(self) -> Connection:  # noqa: PYI034 - Self came with Python 3.11, and nobody derives from this
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return all rows of a query. Raises ``ObserveError`` with the server's ``code``."""
        try:
            return self._execute(statement, values)
        except self.error as error:
            raise ObserveError(f"{statement!r} cannot be read: {_code_of(error)}", code=_code_of(error)) from None

    def table(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]] | None:
        """Return all rows of a query, None when its table is not there. Raises ``ObserveError``."""
        try:
            return self.rows(statement, values)
        except ObserveError as error:
            if error.details.get("code") == NO_SUCH_TABLE:
                return None
            raise

    def change(self, statement: str, values: Sequence[Any] = ()) -> None:
        """Run a statement. Raises ``ApplyError`` with the server's number, since its words may hold the values."""
        try:
            self._execute(statement, values)
        except self.error as error:
            shown = statement.partition("%s")[0].strip()
            raise ApplyError(f"the database server refused {shown!r}: error {_code_of(error)}") from None

    def _execute(self, statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        with self.connection.cursor() as cursor:
            cursor.execute(statement, values)
            return list(cursor.fetchall())


def _code_of(error: Exception) -> object:
    """Return the server's number for an error."""
    return error.args[0] if error.args else ""


def root(database: str | None = None, seconds: float = READING) -> Connection:
    """Return a connection as the server's own administrator. Raises ``ObserveError``."""
    return _connect(seconds, unix_socket=SOCKET, user="root", database=database)


def service(url: str, seconds: float = READING) -> Connection:
    """Return a connection as the URL of a service has it. Raises ``ObserveError`` with the server's ``code``."""
    parts = urlsplit(url)
    port = parts.port or 3306
    try:  # the library would wait for name servers by itself
        host = deadline.numeric(parts.hostname or "", port, time.monotonic() + GLANCE)
    except deadline.NAMELESS as error:
        place = f"{parts.hostname}:{port}"
        raise ObserveError(f"the database server at {place} does not answer: {error}", code=UNREACHED) from error
    return _connect(
        seconds,
        host=host,
        port=port,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        database=parts.path.lstrip("/"),
    )


def reading(url: str, *, waiting: bool) -> Connection | None:
    """Return a connection for reading a service's database, None when there is none yet. Raises ``ObserveError``.

    ``waiting``: everything before has been done, so the server MUST come, and let the service in. Otherwise this is
    a plan, in which the service's account may be one that is still to be made or to get another password; on the
    server's own host its administrator can look all the same.
    """
    if waiting:
        return patiently(lambda: service(url))
    try:
        return _once(urlsplit(url).netloc, lambda: service(url, GLANCE))
    except ObserveError as error:
        code = error.details.get("code")
        here = _is_here(urlsplit(url).hostname or "")
        if code not in (*NOT_THERE, *NOT_SET_UP) or not (here or code == NO_SUCH_DATABASE):
            raise
    return local(urlsplit(url).path.lstrip("/")) if here else None


def local(database: str) -> Connection | None:
    """Return a connection as administrator of this host's server, None when it has no such database.

    A server that does not answer has none only if it never had: its databases are folders. Raises ``ObserveError``.
    """
    try:
        return glance(database)
    except ObserveError as error:
        code = error.details.get("code")
        if code == NO_SUCH_DATABASE or (code in NOT_THERE and not was_made(database)):
            return None
        raise


def glance(database: str | None = None) -> Connection:
    """Return a connection as administrator of this host's server, for a plan. Raises ``ObserveError``."""
    return _once(SOCKET, lambda: root(database, GLANCE))


def _once(place: str, connect: Callable[[], Connection]) -> Connection:
    """Return a connection for a plan. Raises ``ObserveError``, at once if the same place has been silent before."""
    if place in _SILENT:
        raise _SILENT[place]
    try:
        return connect()
    except ObserveError as error:
        if error.details.get("code") in NOT_THERE:
            _SILENT[place] = error
        raise


def was_made(database: str) -> bool:
    """Return whether this host's server has a database, though the server may be down."""
    return os.path.isdir(os.path.join(DATA, database))


def _is_here(host: str) -> bool:
    """Return whether an address is one of this host's: only on such can be listened."""
    try:
        family, _, _, _, address = deadline.resolve(host, 0, time.monotonic() + GLANCE)[0]
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind(address)
    except deadline.NAMELESS:
        return False
    return True


def _connect(seconds: float, **how: Any) -> Connection:
    place = how.get("unix_socket") or f"{how.get('host')}:{how.get('port')}"
    try:
        import pymysql  # comes with the packages of a control host, which an empty host lacks
    except ImportError as error:
        raise ObserveError("python3-pymysql is not installed on this host", code=NOT_INSTALLED) from error
    try:
        connection = pymysql.connect(
            charset="utf8mb4",
            autocommit=True,
            connect_timeout=GLANCE,
            read_timeout=seconds,
            write_timeout=seconds,
            **how,
        )
    except pymysql.MySQLError as error:
        code = _code_of(error)
        words = "does not answer" if code in NOT_THERE else f"does not let {how.get('user')} in"
        raise ObserveError(f"the database server at {place} {words}: error {code}", code=code) from None
    return Connection(connection, pymysql.MySQLError)


def patiently(connect: Callable[[], Connection]) -> Connection:
    """Return a connection to a server that may only just have been started; a refusal is not waited out."""
    ends = time.monotonic() + PATIENCE
    while True:
        try:
            return connect()
        except ObserveError as error:
            if error.details.get("code") not in NOT_THERE[1:] or time.monotonic() > ends:
                raise
        time.sleep(PAUSE)
