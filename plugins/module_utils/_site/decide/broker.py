"""A broker's vhosts, accounts and permissions, as the broker itself exports them in one answer."""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import TYPE_CHECKING, Any

from ..._core.plan import Plan, Step

if TYPE_CHECKING:
    from collections.abc import Mapping

RIGHTS = ("configure", "write", "read")
TAG = "administrator"
_SALT = 4  # bytes in front of the digest


def is_password(password: str, kept: str) -> bool:
    """Return whether a kept hash (base64 of salt and SHA-256 of salt and password) is of this password."""
    try:
        raw = base64.b64decode(kept, validate=True)
    except binascii.Error:
        return False
    return raw[_SALT:] == hashlib.sha256(raw[:_SALT] + password.encode()).digest()


def decide(desired: Mapping[str, Any], passwords: Mapping[str, str], observed: Mapping[str, Any]) -> Plan:
    """Return the steps to what is desired. ``observed`` is the broker's own export of definitions, or ``{}``.

    ``passwords`` are the resolved ones, by user, the administrator's among them. The administrator comes first, for
    everything after it is done in its name; the guest that some broker made for itself goes last.
    """
    vhosts = {one["name"] for one in observed.get("vhosts", ())}
    known = {one["name"]: one for one in observed.get("users", ())}
    steps = _account(desired["admin"]["name"], passwords, known, TAG)
    steps += [Step("create", "vhost", name) for name in desired["vhosts"] if name not in vhosts]
    for user in desired["users"]:
        steps += _account(user["name"], passwords, known)
    steps += _grants(desired, observed)
    if "guest" in known:
        steps.append(Step("delete", "broker_user", "guest"))
    return Plan(tuple(steps))


def _account(name: str, passwords: Mapping[str, str], known: Mapping[str, Any], tag: str = "") -> list[Step]:
    if name not in known:
        return [Step("create", "broker_user", name)]
    if not is_password(passwords[name], known[name].get("password_hash", "")):
        return [Step("update", "broker_user", name, reason="its password is not the declared one")]
    if tag and tag not in known[name].get("tags", ()):
        return [Step("update", "broker_user", name, reason=f"it is no {tag}")]
    return []


def _grants(desired: Mapping[str, Any], observed: Mapping[str, Any]) -> list[Step]:
    seen = {
        (one["user"], one["vhost"]): tuple(one[right] for right in RIGHTS) for one in observed.get("permissions", ())
    }
    return [
        Step("grant", "vhost", f"{user['vhost']} to {user['name']}")
        for user in desired["users"]
        if seen.get((user["name"], user["vhost"])) != tuple(user[right] for right in RIGHTS)
    ]
