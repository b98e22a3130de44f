"""Ansible modules, called through ansible-runner in a folder of its own that nothing outlives.

The folder is in memory (tmpfs) where there is such a place, readable by its owner only, and removed afterwards. Nothing
secret is put into it: modules are given paths and names and read credentials themselves.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from novaform import core, interrupt
from novaform.clients import child
from novaform.clients.settings import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of random name and mode 0700 is made below it
PREFIX = "novaform-"
COLLECTION = "novaform.compute"
HERE = "localhost ansible_connection=local ansible_python_interpreter={python}\n"
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
ALIVE = "-o ControlMaster=auto -o ControlPersist=60s -o ServerAliveInterval=15 -o ServerAliveCountMax=4"
QUESTION_SECONDS = 60
"""For one host to answer a module that only looks."""
QUESTIONS_SECONDS = 600
"""For all hosts, however many there are."""
PROGRESS, STOP = "progress.jsonl", "stop"
"""Files of a run: to the one the module appends what goes on, and the other tells it to stop."""
GRACE = 10.0
"""Seconds for the answers to requests that were sent before an interrupt."""
VAULT = ".vault-password"
"""What ``novaform init`` and ``novaform site secrets`` write beside an inventory."""
HEARD = {"runner_on_ok": "ok", "runner_on_failed": "failed", "runner_on_unreachable": "unreachable"}


@contextmanager
def folder() -> Iterator[Path]:
    """Give a private folder, and take it away again, with those of controllers that were killed."""
    base = MEMORY if MEMORY.is_dir() else Path(tempfile.gettempdir())
    ear = interrupt.ear()
    with ear.guard():
        path = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=base))
        try:
            with ear.listening():
                yield path
        finally:
            left = [one for one in base.glob(f"{PREFIX}[0-9]*-*") if not Path("/proc", one.name.split("-")[1]).exists()]
            for one in [path, *left]:
                shutil.rmtree(one, ignore_errors=True)


def collections_path() -> str:
    """Return where this installation's collection is."""
    place = Path(str(core.errors.__file__))
    return str(next(parent for parent in place.parents if parent.name == "ansible_collections").parent)


def _environment(private: Path) -> dict[str, str]:
    """Return the settings for Ansible: our own Ansible and collection, and nothing left in the home folder."""
    return {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "ANSIBLE_COLLECTIONS_PATH": collections_path(),
        "ANSIBLE_HOST_KEY_CHECKING": "True",
        "ANSIBLE_PIPELINING": "True",
        "ANSIBLE_LOCAL_TEMP": str(private / "tmp"),
        "ANSIBLE_REMOTE_TMP": str(private / "tmp"),
        "ANSIBLE_RETRY_FILES_ENABLED": "False",
        "ANSIBLE_DEPRECATION_WARNINGS": "False",
        "LC_ALL": "C.UTF-8",  # Ansible wants UTF-8, and a locale that this machine has
        "PYTHONIOENCODING": "utf-8",
    }


def _run(
    private: Path, module: str, arguments: Mapping[str, Any], pattern: str, settings: Mapping[str, Any]
) -> dict[str, tuple[str, dict[str, Any]]]:
    """Run one module of ours on all hosts of a pattern; return for each host ("ok"|"failed"|"unreachable", result).

    ``settings`` are more parameters of ``ansible_runner.run`` (inventory, envvars, timeout in seconds). Raises
    ``ApplyError`` when Ansible itself could not run, or did not end in that time.
    """
    results: dict[str, tuple[str, dict[str, Any]]] = {}

    def hear(event: dict[str, Any]) -> bool:
        word = HEARD.get(event.get("event", ""))
        if word is not None:
            results[event["event_data"]["host"]] = (word, event["event_data"].get("res") or {})
        return False

    parameters = {
        "private_data_dir": str(private),
        "module": f"{COLLECTION}.{module}",
        "module_args": json.dumps(dict(arguments)) if arguments else "",  # an empty mapping would be taken for words
        "host_pattern": pattern,
        "event_handler": hear,
        **settings,
    }
    ended = _interruptible(parameters, Path(arguments["stop"]) if "stop" in arguments else None)
    if ended.status == "timeout":
        child.end_all()
        raise core.errors.ApplyError(f"{module} on {pattern} did not end within {settings['timeout']} s: run again")
    if not results and ended.status == "successful":
        raise core.errors.DeclareError(f"{settings['inventory']}: no host is in the group {pattern}")
    if not results:
        raise core.errors.ApplyError(f"Ansible ran no {module} on {pattern}: {_last_words(ended)}")
    return results


def _interruptible(parameters: Mapping[str, Any], stop: Path | None) -> Any:
    """Let ansible-runner run beside the main thread, which takes the signals: when it ends, so has all that it began.

    A module that is at work is asked to stop by the file ``stop`` and given a moment to hear the answers to what it has
    sent; without that file, or before its first word, nothing is waited for.
    """
    import ansible_runner

    child.adopt()
    pool = ThreadPoolExecutor(1)
    quiet = {"quiet": True, "suppress_env_files": True, "cancel_callback": lambda: False}
    try:
        running = pool.submit(ansible_runner.run, **quiet, **parameters)
        return running.result()
    except KeyboardInterrupt:
        if stop is not None:
            stop.touch()
            deadline = time.monotonic() + GRACE
            while _is_at_work(stop.parent) and not running.done() and time.monotonic() < deadline:
                if interrupt.ear().again.wait(0.05):
                    break
        child.end_all()
        raise
    finally:
        pool.shutdown(wait=False)


class Playbook(NamedTuple):
    """How a playbook is run: its variables, who gets Ansible's events, and when it is ended in any case."""

    variables: Mapping[str, Any]
    hear: Callable[[dict[str, Any]], bool]
    seconds: int


def _is_at_work(private: Path) -> bool:
    """Tell whether the module has said a word: it says its first before it sends anything that changes a thing."""
    return (private / PROGRESS).exists()


def _last_words(ended: Any) -> str:
    """Return what Ansible said when it ended early, in one line."""
    lines = ended.stdout.read().strip().splitlines() if ended.stdout else []
    return f"{ended.status} ({COLOURS.sub('', ' '.join(lines[-3:]))})"


def run_here(private: Path, module: str, arguments: Mapping[str, Any], seconds: int) -> dict[str, Any]:
    """Run one module on this machine and return its result. Raises ``ApplyError`` with its own words if it fails.

    ``seconds`` is when it is ended, for the case that none of its own deadlines holds.
    """
    inventory = HERE.format(python=sys.executable)
    settings = {"inventory": inventory, "envvars": _environment(private), "timeout": seconds}
    with plain():
        word, result = _run(private, module, arguments, "localhost", settings)["localhost"]
    if word != "ok":
        details = {name: result[name] for name in ("outcomes", "report") if name in result}
        raise core.errors.ApplyError(str(result.get("msg") or "the module failed without a word"), **details)
    return result


def run_there(private: Path, module: str, inventory: Path, pattern: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """Run one module without arguments on hosts of an inventory, with the settings that stand beside it."""
    place = inventory.absolute()
    settings = _beside(private, place)
    settings["ANSIBLE_TASK_TIMEOUT"] = str(QUESTION_SECONDS)
    told = {"inventory": str(place), "envvars": settings, "timeout": QUESTIONS_SECONDS}
    return _run(private, module, {}, pattern, told)


def _beside(private: Path, place: Path) -> dict[str, str]:
    """Return the settings for the hosts of an inventory: ours, and those of the ansible.cfg that stands beside it."""
    folders = [place, *place.parents[:2]]
    config = next((one / "ansible.cfg" for one in folders if (one / "ansible.cfg").is_file()), None)
    password = next((one / VAULT for one in folders if (one / VAULT).is_file()), None)
    settings = _environment(private)
    if config is None and password is not None and "ANSIBLE_VAULT_PASSWORD_FILE" not in os.environ:
        settings["ANSIBLE_VAULT_PASSWORD_FILE"] = str(password)
    settings |= {"ANSIBLE_SSH_ARGS": ALIVE} if config is None else {"ANSIBLE_CONFIG": str(config)}
    del settings["ANSIBLE_REMOTE_TMP"]
    return settings


def play(private: Path, playbook: str, inventory: Path, order: Playbook) -> str:
    """Run one of our playbooks on an inventory; return Ansible's last words, empty when all went well.

    Raises ``ApplyError`` when it did not end in time.
    """
    place = inventory.absolute()
    parameters = {
        "private_data_dir": str(private),
        "playbook": f"{COLLECTION}.{playbook}",
        "inventory": str(place),
        "extravars": dict(order.variables),
        "envvars": _beside(private, place),
        "event_handler": order.hear,
        "timeout": order.seconds,
    }
    ended = _interruptible(parameters, None)
    if ended.status == "timeout":
        child.end_all()
        raise core.errors.ApplyError(f"{playbook} did not end within {order.seconds} s: run again")
    return "" if ended.status == "successful" else _last_words(ended)


def follow(path: Path, hear: Callable[[dict[str, Any]], None], over: Callable[[], bool]) -> None:
    """Read lines of JSON from a growing file until ``over``."""
    place = 0
    while True:
        ended = over()
        if path.exists():
            with path.open() as file:
                file.seek(place)
                for line in file:
                    if not line.endswith("\n"):
                        break
                    place += len(line.encode())
                    hear(json.loads(line))
        if ended:
            return
        time.sleep(0.1)
