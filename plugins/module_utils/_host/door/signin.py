"""Signing in at keystone: once for each account and run, however many stages need the account.

Who only plans has seconds, not minutes: an address that has been silent once is not asked again by the same module.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ..._api.credential import Credential
from ..._api.session import Session
from ..._api.wire import Lost, Unreached, Wire

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..._api.wire import Answer, Body

SECONDS = 10.0  # for an answer that a plan waits for
_SESSIONS: dict[str, Session] = {}
_SILENT: dict[str, str] = {}


class Once(Wire):
    """A way to ask that has little patience, and none for an address that did not answer before."""

    within = SECONDS
    patience = 2 * SECONDS

    def send(self, method: str, url: str, headers: Mapping[str, str], body: Body = None) -> Answer:
        """Make one exchange. Raises ``Unreached`` at once for an address that has been silent."""
        place = urlsplit(url).netloc
        if place in _SILENT:
            raise Unreached(_SILENT[place])
        try:
            return super().send(method, url, headers, body)
        except (Lost, Unreached) as error:
            _SILENT[place] = str(error)
            raise


def session(auth_url: str, region: str, account: tuple[str, str, str], *, once: bool = False) -> Session:
    """Return the session of an account (user, password, project) of the default domain.

    It signs in with its first request. ``once``: for a plan or a proof, as above.
    """
    user, password, project = account
    key = hashlib.sha256(json.dumps([auth_url, region, user, password, project, once]).encode()).hexdigest()
    if key not in _SESSIONS:
        auth = {
            "auth_url": auth_url,
            "username": user,
            "password": password,
            "project_name": project,
            "user_domain_name": "Default",
            "project_domain_name": "Default",
        }
        credential = Credential("site", "cloud.yml", auth, region=region, interface="internal")
        _SESSIONS[key] = Session(credential, Once(timeout=SECONDS) if once else None)
    return _SESSIONS[key]


def forget() -> None:
    """Sign in anew next time: a token tells the catalog as it was when it was given."""
    _SESSIONS.clear()
    _SILENT.clear()


def is_refusal(error: Exception) -> bool:
    """Return whether keystone said that it does not take the password."""
    return "does not accept" in str(error)
