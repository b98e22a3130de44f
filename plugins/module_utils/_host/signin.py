"""Signing in at keystone: once for each account and run, however many stages need the account."""

from __future__ import annotations

import hashlib
import json
import socket
from urllib.parse import urlsplit

from .._cloud.credential import Credential
from .._cloud.session import Session

_GLANCE = 1.0  # seconds in which an address that is there answers
_SESSIONS: dict[str, Session] = {}


def session(auth_url: str, region: str, user: str, password: str, project: str) -> Session:
    """Return the session of an account of the default domain; it signs in with its first request."""
    key = hashlib.sha256(json.dumps([auth_url, region, user, password, project]).encode()).hexdigest()
    if key not in _SESSIONS:
        auth = {
            "auth_url": auth_url,
            "username": user,
            "password": password,
            "project_name": project,
            "user_domain_name": "Default",
            "project_domain_name": "Default",
        }
        _SESSIONS[key] = Session(Credential("site", "cloud.yml", auth, region=region, interface="internal"))
    return _SESSIONS[key]


def forget() -> None:
    """Sign in anew next time: a token tells the catalog as it was when it was given."""
    _SESSIONS.clear()


def is_listening(url: str) -> bool:
    """Return whether anything listens at a URL, so that a plan need not wait for a host that is not there yet."""
    place = urlsplit(url)
    port = place.port or {"https": 443}.get(place.scheme, 80)
    try:
        socket.create_connection((place.hostname or "", port), _GLANCE).close()
    except OSError:
        return False
    return True
