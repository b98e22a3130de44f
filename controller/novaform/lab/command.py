"""Programs of the machine, run one way: arguments never pass a shell, and a failure becomes one sentence."""

from __future__ import annotations

import os
import subprocess

from novaform.lab import LabError

PATIENCE = 120.0  # seconds for one program; none of them does more than a moment's work
SEARCH_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def environment() -> dict[str, str]:
    """Give the environment for programs: ours, with the administrator's directories on the search path."""
    path = f"{SEARCH_PATH}:{os.environ.get('PATH', '')}"
    return {**os.environ, "PATH": path, "LC_ALL": "C.UTF-8", "LANGUAGE": ""}  # the last goes over C.UTF-8


def run(*argv: str, stdin: str | None = None) -> str:
    """Run a program and give its output; raises LabError with the program's own last words."""
    done = attempt(*argv, stdin=stdin)
    if done.returncode != 0:
        said = (done.stderr.strip() or done.stdout.strip() or "no message").splitlines()[-1]
        raise LabError(f"`{' '.join(argv)}` failed ({done.returncode}): {said}")
    return done.stdout


def attempt(*argv: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run a program whose failure is an answer; raises LabError only when it is not installed, or does not end."""
    try:
        return subprocess.run(
            argv, input=stdin, capture_output=True, text=True, check=False, env=environment(), timeout=PATIENCE
        )
    except FileNotFoundError:
        raise LabError(f"{argv[0]} is not installed on this machine") from None
    except subprocess.TimeoutExpired:
        raise LabError(f"`{' '.join(argv)}` did not end within {PATIENCE:.0f} s") from None
