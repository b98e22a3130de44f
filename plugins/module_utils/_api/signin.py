"""Signing in by keystoneauth1, for all that it knows and this package does not: single sign-on, one-time codes, ...

The collection uses no outside libraries, so a program of the controller's does it, also for a module that the
controller runs on its own machine, as often as a token ends. It reads the credentials itself: none is passed on.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from .._core.errors import ObserveError
from .check import readable

if TYPE_CHECKING:
    from .credential import Credential

PROGRAM = ("-P", "-m", "novaform.clients.keystone")
PATIENCE = 120.0
"""Seconds for a sign-in: some send a person to a browser."""


def sign_in(credential: Credential) -> dict[str, Any]:
    """Return ``{secret, body}`` of a token, as Keystone gave it. Raises ``ObserveError``."""
    where = f"{credential.place}: auth_type {readable(credential.auth_type, 80)}"
    asked = json.dumps({"cloud": credential.cloud, "file": credential.file})
    command = [sys.executable, *PROGRAM]
    try:
        ended = subprocess.run(command, input=asked.encode(), stdout=subprocess.PIPE, timeout=PATIENCE, check=False)
        told = json.loads(ended.stdout)
    except subprocess.TimeoutExpired as error:
        raise ObserveError(f"{where}: no token within {PATIENCE:.0f} s") from error
    except (OSError, ValueError) as error:
        raise ObserveError(f"{where}: needs the package novaform with keystoneauth1 on this machine") from error
    if not isinstance(told, dict) or "error" in told:
        raise ObserveError(f"{where}: {readable(told.get('error'), 1000) if isinstance(told, dict) else 'no answer'}")
    return told
