"""What we were about to do, written down and flushed to disk before it is done, in one small SQLite file per stack.

It is a cache with one duty: a creation that was sent and not answered is remembered across a crash, so that nobody
sends it again too soon. Losing the file loses no ownership and deletes nothing. A damaged file is put aside, whenever
that is found.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import zlib
from sys import intern
from typing import TYPE_CHECKING, Any, Optional

from ..._core import hidden
from ..._core.errors import ApplyError
from ..._stack import mark
from ..._stack.desired import from_json
from ..._stack.policy import Applied
from ..._stack.view import Told

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from ..._stack.desired import Desired, Wanted

SCHEMA = """
CREATE TABLE IF NOT EXISTS thing (
    uid TEXT PRIMARY KEY, kind TEXT NOT NULL, key TEXT NOT NULL, id TEXT NOT NULL DEFAULT '',
    fields TEXT NOT NULL DEFAULT '{}', intent_at REAL
);
CREATE TABLE IF NOT EXISTS event (
    at REAL NOT NULL, action TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL, outcome TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS declaration (
    number INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, digest TEXT NOT NULL, desired BLOB NOT NULL
);
"""
EPOCH = "CREATE TABLE IF NOT EXISTS epoch (number INTEGER PRIMARY KEY AUTOINCREMENT)"
NEWEST = "SELECT max(number) FROM epoch"
CACHE = 256
"""KiB of memory for pages: the journal is read once and from its beginning to its end."""
NAME = "journal.sqlite"
KEPT = 10
"""So many applied declarations are kept to go back to; the oldest go."""
UNSOUND = """
SELECT count(*) FROM thing WHERE typeof(uid) <> 'text' OR typeof(kind) <> 'text' OR typeof(id) <> 'text'
    OR typeof(intent_at) NOT IN ('real', 'null')
    OR CASE WHEN json_valid(fields) THEN json_type(fields) END IS NOT 'object'
"""
PASSING = ("locked", "unable", "disk", "readonly", "full")
"""Words by which SQLite says that a file cannot be used now, and not that it is damaged."""
DAMAGE = (sqlite3.DatabaseError, UnicodeDecodeError)


Base = sqlite3.Connection


def in_memory() -> Base:
    """Return a journal's file that is none, for a simulation."""
    base = sqlite3.connect(":memory:", check_same_thread=False)
    base.executescript(SCHEMA)
    base.execute(EPOCH)
    return base


class Journal:
    """The journal of one stack. Every write is on disk when its method returns; threads may share it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / NAME
        self.lock = threading.Lock()
        self.epoch: Optional[int] = None
        try:
            self.base = self.connect()
        except DAMAGE as error:
            self.lament(error)
            self.base = self.anew()

    def lament(self, error: Exception) -> None:
        """Raise ``ApplyError`` unless it is damage that an error tells of."""
        if isinstance(error, sqlite3.OperationalError) and any(word in str(error) for word in PASSING):
            raise ApplyError(
                f"{self.path}: cannot be opened ({error}): is the disk full, or another's? XDG_STATE_HOME moves it"
            ) from error

    def anew(self) -> sqlite3.Connection:
        """Put a damaged file aside and begin another; the run in hand goes on."""
        self.path.replace(self.path.with_suffix(".damaged"))
        base = self.connect()
        try:
            with base:
                base.executemany("INSERT INTO epoch VALUES (?)", [] if self.epoch is None else [(self.epoch,)])
        except sqlite3.Error as error:
            base.close()
            raise ApplyError(f"{self.path}: cannot be written ({error}): without it nothing is made") from error
        return base

    def connect(self) -> sqlite3.Connection:
        """Open the file and make its tables. Raises what is in ``DAMAGE``; ``ApplyError`` where there can be none."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise unusable(self.path.parent, error) from error
        base = sqlite3.connect(self.path, timeout=10, check_same_thread=False)
        try:
            base.execute("PRAGMA synchronous=FULL")
            base.execute(f"PRAGMA cache_size=-{CACHE}")
            base.executescript(SCHEMA)
            base.execute(EPOCH)
            if base.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok" or base.execute(UNSOUND).fetchone()[0]:
                raise sqlite3.DatabaseError("damaged")
            if self.path.stat().st_mode & 0o077:
                self.path.chmod(0o600)
        except OSError as error:
            base.close()
            raise unusable(self.path.parent, error) from error
        except DAMAGE:
            base.close()
            raise
        return base

    def read(self, sql: str) -> list[tuple[Any, ...]]:
        """Return rows; none where the file turns out to be damaged, which is then put aside."""
        try:
            return self.base.execute(sql).fetchall()
        except DAMAGE as error:
            self.lament(error)
        self.close()
        self.base = self.anew()
        return self.base.execute(sql).fetchall()

    def close(self) -> None:
        """Close the file."""
        self.base.close()

    def load_applied(self) -> dict[str, Applied]:
        """Return what is remembered, by uid."""
        rows = self.read("SELECT uid, id, fields, intent_at FROM thing")
        return {intern(uid): Applied(Told(fields), intern(ident), at) for uid, ident, fields, at in rows}

    def kinds(self) -> set[str]:
        """Return the kinds of which we ever made something."""
        return {kind for (kind,) in self.read("SELECT DISTINCT kind FROM thing")}

    def write(self, sql: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Write rows in one transaction. Raises ``ApplyError`` where that cannot be done: then nothing is written.

        Nor is anything once another run has begun, which is looked at in the same transaction.
        """
        try:
            with self.lock, self.base:
                self.base.execute("BEGIN IMMEDIATE")
                self.refuse_if_followed()
                self.base.executemany(sql, rows)
        except sqlite3.Error as error:
            raise ApplyError(f"{self.path}: cannot be written ({error}): without it nothing is made") from error

    def lead(self) -> None:
        """Begin a run. Any earlier one that is still there, without its lock or stopped for a while, is over."""
        try:
            with self.lock, self.base:
                self.epoch = self.base.execute("INSERT INTO epoch DEFAULT VALUES").lastrowid
        except sqlite3.Error as error:
            raise ApplyError(f"{self.path}: cannot be written ({error}): without it nothing is made") from error

    def hold(self) -> None:
        """Raise ``ApplyError`` if another run has begun since: asked before each effect."""
        try:
            with self.lock:
                self.refuse_if_followed()
        except sqlite3.Error as error:
            raise ApplyError(f"{self.path}: cannot be read ({error}): without it nothing is made") from error

    def refuse_if_followed(self) -> None:
        """Raise ``ApplyError`` if another run has begun since. The caller has the lock."""
        newest = self.base.execute(NEWEST).fetchone()[0]
        if self.epoch is not None and newest != self.epoch:
            raise ApplyError(f"another run of this stack has begun (epoch {newest}, this is {self.epoch}): not done")

    def leads(self) -> bool:
        """Tell whether no other run has begun since."""
        return self.epoch is None or self.read(NEWEST) == [(self.epoch,)]

    def intend(self, things: Iterable[Wanted], now: float) -> None:
        """Write down that these are about to be made."""
        rows = [(one.uid, one.kind, one.key, now) for one in things]
        sql = (
            "INSERT INTO thing (uid, kind, key, intent_at) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (uid) DO UPDATE SET intent_at = excluded.intent_at, id = ''"
        )
        self.write(sql, rows)

    def settle(self, outcomes: Iterable[tuple[Wanted, str]]) -> None:
        """Write down what became of intents: the thing with its id, as far as it is known, and what was applied."""
        rows = [(one.uid, one.kind, one.key, ident, _to_remembered(one.fields)) for one, ident in outcomes]
        sql = (
            "INSERT INTO thing (uid, kind, key, id, fields) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (uid) DO UPDATE SET id = excluded.id, fields = excluded.fields, intent_at = NULL"
        )
        self.write(sql, rows)

    def clear(self, uids: Iterable[str]) -> None:
        """Write down that the service surely did not carry these intents out."""
        self.write("UPDATE thing SET intent_at = NULL WHERE uid = ?", [(uid,) for uid in uids])

    def forget(self, uids: Iterable[str]) -> None:
        """Forget things that are to go, but not that there was one of the kind: only a look tells whether it went."""
        self.write("UPDATE thing SET id = '', fields = '{}', intent_at = NULL WHERE uid = ?", [(uid,) for uid in uids])

    def know(self, stack: str, kinds: Iterable[str]) -> None:
        """Write down that there are, or may be, things of these kinds; nothing is written where there are none."""
        rows = [(mark.uid_of(stack, kind, ""), kind) for kind in sorted(kinds)]
        if rows:
            self.write("INSERT OR IGNORE INTO thing (uid, kind, key) VALUES (?, ?, '')", rows)

    def record(self, now: float, events: Iterable[tuple[str, str, str, str]]) -> None:
        """Append (action, kind, key, outcome) lines to the history."""
        self.write("INSERT INTO event VALUES (?, ?, ?, ?, ?)", [(now, *event) for event in events])

    def keep(self, now: float, desired: Desired) -> None:
        """Keep a declaration that was applied, without user data and secrets; the same one again is kept once."""
        plain = desired.to_json()
        bare = [{**one, "create": {**one["create"], "user_data": None}} for one in plain["wanted"]]
        packed = zlib.compress(json.dumps({**plain, "wanted": bare}, default=hidden.forget).encode(), 1)
        again = "DELETE FROM declaration WHERE digest = ? AND number = (SELECT max(number) FROM declaration)"
        self.write(again, [(desired.digest,)])
        row = (now, desired.digest, packed)
        self.write("INSERT INTO declaration (at, digest, desired) VALUES (?, ?, ?)", [row])
        self.write(
            "DELETE FROM declaration WHERE number NOT IN (SELECT number FROM declaration ORDER BY number DESC LIMIT ?)",
            [(KEPT,)],
        )

    def history(self) -> list[tuple[float, Desired]]:
        """Return the applied declarations with the times (epoch seconds) of their last use, the newest first."""
        rows = self.read("SELECT at, desired FROM declaration ORDER BY number DESC")
        return [(float(at), found) for at, packed in rows if (found := _unpack(packed)) is not None]


class Unkept(Journal):
    """The journal of a stack of which nothing is kept on this machine: in memory, and gone when it is closed."""

    def connect(self) -> Base:
        """Return an empty journal."""
        return in_memory()


def to_read(folder: Path) -> Journal:
    """Open a journal for a command that changes nothing, and so makes no file where there is none."""
    try:
        (folder / NAME).stat()
    except (FileNotFoundError, NotADirectoryError):
        return Unkept(folder)
    except OSError as error:
        raise unusable(folder, error) from error
    return Journal(folder)


def unusable(folder: Path, error: OSError) -> ApplyError:
    """Return the sentence for a folder in which nothing can be kept."""
    return ApplyError(f"{folder}: cannot be used ({error.strerror}): set XDG_STATE_HOME to a folder that is yours")


def _unpack(packed: Any) -> Optional[Desired]:
    """Return a kept declaration; None for one that is damaged."""
    try:
        return from_json(json.loads(zlib.decompress(packed), object_hook=hidden.unseal))
    except (zlib.error, ValueError, KeyError, TypeError):
        return None


def _to_remembered(fields: Mapping[str, Any]) -> str:
    """Return fields as text; of what is hidden its digest."""
    return json.dumps(dict(fields), sort_keys=True, default=hidden.forget)
