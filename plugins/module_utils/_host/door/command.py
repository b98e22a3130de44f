"""Programs on the host, run without a shell, in the C locale, with an end to their patience.

What comes back is what the program said; whether that is an error, the caller knows. A secret never goes into
``argv`` or the environment: give it as ``stdin``.

A program outlives a module that is killed: it keeps the host's lock (``KEPT``), and what it says goes into memory and
not into a pipe, whose reader's end would end it half-way.
"""

from __future__ import annotations

import os
import signal
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..._core.errors import ApplyError, ObserveError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import IO

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
KEPT: set[int] = set()
"""Descriptors that every program inherits."""


@dataclass(frozen=True)
class Completed:
    """What a program said: its exit status and both outputs as text."""

    status: int
    out: str
    err: str

    @property
    def said(self) -> str:
        """The last line of its complaint (or of its output), for a sentence."""
        lines = (self.err.strip() or self.out.strip()).splitlines()
        return lines[-1].strip() if lines else f"exit status {self.status}"


def run(
    argv: Sequence[str], stdin: str = "", environment: Mapping[str, str] | None = None, timeout: float = 60
) -> Completed | None:
    """Run a program; return None when it is not on this host or did not end in ``timeout`` s.

    ``environment`` is added to a bare one (PATH, HOME, the C locale). One that takes too long is ended with all that
    it has started.
    """
    bare = {"PATH": PATH, "LC_ALL": "C.UTF-8", "HOME": os.environ.get("HOME", "/root")}
    with os.fdopen(os.memfd_create("out"), "rb") as out, os.fdopen(os.memfd_create("err"), "rb") as err:
        try:
            program = subprocess.Popen(
                list(argv),
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=err,
                env={**bare, **(environment or {})},
                cwd="/",
                start_new_session=True,
                pass_fds=tuple(KEPT),
            )
        except OSError:
            return None
        with program:
            try:
                program.communicate(stdin.encode("utf-8", errors="surrogateescape"), timeout=timeout)
            except subprocess.TimeoutExpired:
                os.killpg(program.pid, signal.SIGKILL)
                return None
        return Completed(program.returncode, _text(out), _text(err))


def _text(said: IO[bytes]) -> str:
    said.seek(0)
    return said.read().decode("utf-8", errors="replace").replace("\r\n", "\n")


def ask(
    argv: Sequence[str], stdin: str = "", environment: Mapping[str, str] | None = None, timeout: float = 60
) -> Completed:
    """Run a program that must be there. Raises ``ObserveError`` when it is not, or does not end in time."""
    answer = run(argv, stdin, environment, timeout)
    if answer is None:
        raise ObserveError(f"{argv[0]} cannot be run on this host, or did not end within {timeout:.0f} s")
    return answer


def change(
    argv: Sequence[str], stdin: str = "", environment: Mapping[str, str] | None = None, timeout: float = 60
) -> Completed:
    """Run a program that changes the host. Raises ``ApplyError`` with its last words when it fails."""
    answer = run(argv, stdin, environment, timeout)
    if answer is None:
        raise ApplyError(f"{argv[0]} cannot be run on this host, or did not end within {timeout:.0f} s")
    if answer.status:
        raise ApplyError(f"{' '.join(argv[:3])} failed: {answer.said}")
    return answer
