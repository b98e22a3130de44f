"""The acts of trying a cloud out, on its control host, one at a time: a later one waits until an earlier has ended.

An act whose controller is gone clears away what it has made, and ends.
"""

from __future__ import annotations

import os
import select
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Callable

from .._core import secret
from .._core.errors import ApplyError
from .._site.decide import verify as decision
from . import membership
from .door import record, signin
from .lock import lock
from .trial import Trial, find_project

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .._api.session import Session

    Params = Mapping[str, Any]

LOCK = "/run/novaform-verify.lock"
STDOUT = 1
PATIENCE = 300.0  # seconds for an earlier act to end


def _look(params: Params) -> dict[str, Any]:
    """Make the project ready and return the image that it keeps."""
    with _alone():
        find_project(_session(params))
        trial = _trial(params)
        trial.clear()
        return {"image": trial.find_image()}


def _boot(params: Params) -> dict[str, Any]:
    """Start and hear a server on each host. Raises ``ApplyError`` without an image."""
    with _alone():
        trial = _trial(params)
        image = trial.find_image() or _upload(trial, params["image_file"])
        hosts, network = trial.boot(params["hosts"], image)
        _leave(trial)
        return {"hosts": hosts, "network": network}


def _migrate(params: Params) -> dict[str, Any]:
    """Move servers to other hosts."""
    with _alone():
        trial = _trial(params)
        hosts = trial.migrate(params["servers"])
        _leave(trial)
        return {"hosts": hosts}


def _clear(params: Params) -> dict[str, Any]:
    """Delete what was made, and write down which compute nodes are good."""
    with _alone():
        if params["servers"]:
            hosts = decision.record(membership.observe_verified(), params["servers"], params["rows"])
            record.write(membership.VERIFIED, {"hosts": hosts}, membership.FOLDER)
        if _session(params).get("identity", f"/projects?name={decision.NAME}&domain_id=default")["projects"]:
            _trial(params).clear()
        return {"rows": params["rows"]}


ACTS: dict[str, Callable[[Params], dict[str, Any]]] = {
    "look": _look,
    "boot": _boot,
    "migrate": _migrate,
    "clear": _clear,
}


@contextmanager
def _alone() -> Iterator[None]:
    """Keep other acts away. Raises ``ObserveError`` when an earlier one does not end."""
    held = lock.Lock("a trial of the cloud", path=LOCK, within=PATIENCE)
    held.plan(None)
    try:
        yield
    finally:
        held.release()


def _session(params: Params, project: str = "admin") -> Session:
    auth = secret.resolve(params["account"]["auth"], params["secrets"])
    account = (auth["username"], auth["password"], project)
    return signin.session(auth["auth_url"], params["account"]["region"], account)


def is_heard(descriptor: int = STDOUT) -> bool:
    """Tell whether anybody may still read what we write: when ssh or its peer has ended, nobody does."""
    poll = select.poll()
    poll.register(descriptor, 0)
    return not any(event & (select.POLLERR | select.POLLHUP) for _, event in poll.poll(0))


def _trial(params: Params) -> Trial:
    return Trial(_session(params, decision.NAME), is_heard)


def _upload(trial: Trial, path: str | None) -> str:
    if path is None:
        raise ApplyError("the cloud keeps no image to boot, and none was given")
    ident = trial.upload_image(path, os.path.getsize(path))
    os.unlink(path)
    return ident


def _leave(trial: Trial) -> None:
    """Clear away at once when nobody is there any more who would ask for it."""
    if not is_heard():
        trial.clear()
