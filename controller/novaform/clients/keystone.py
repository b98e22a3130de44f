"""Signs in by keystoneauth1, and tells the token on standard output: see ``signin`` of the collection.

A program of its own, because to import keystoneauth1 takes a third of the time of a whole plan, which those who sign in
with a password need not pay, and because the collection's module needs it, too, and imports nothing from here.
"""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any

from keystoneauth1 import exceptions, loading
from keystoneauth1 import session as sessions

from novaform import core
from novaform.cloud import credential

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

PATIENCE = 60.0
NOT_HERE = frozenset({"admin_token", "http_basic", "none", "v2password", "v2token", "v3tokenlessauth"})
"""What gives no token of a project with a catalog, or is of a version that Keystone has no more."""


def _plugin_names() -> list[str]:
    """Return the names of all ways to sign in."""
    return sorted(set(loading.get_available_plugin_names()) - NOT_HERE)


def _plugin(given: credential.Credential) -> Any:
    """Return keystoneauth1's way to sign in. Raises ``Error`` for an unknown one, and for what it lacks."""
    if given.auth_type not in _plugin_names():
        raise core.errors.ObserveError(f"is not known here; known: {', '.join(_plugin_names())}")
    loader = loading.get_plugin_loader(given.auth_type)
    options = loader.get_options()
    words = {option.dest: one for option in options for one in _values(given, option)}
    words.update(_domains(words, {option.dest for option in options}, given))
    try:
        return loader.load_from_options(**words)
    except exceptions.MissingRequiredOptions as error:
        lacking = ", ".join(option.dest for option in error.options)
        raise core.errors.ObserveError(f"needs {lacking} in auth") from error
    except exceptions.OptionError as error:
        raise core.errors.ObserveError(str(error)) from error


def _domains(words: Mapping[str, Any], known: AbstractSet[str], given: credential.Credential) -> dict[str, str]:
    """Return in which domains names are that come without one: in the default one, as with a password."""
    default = str(given.auth.get("default_domain_id") or given.auth.get("default_domain") or "default")
    return {
        f"{who}_domain_id": default
        for who, name in (("project", "project_name"), ("user", "username"))
        if name in words and f"{who}_domain_id" in known - words.keys() and f"{who}_domain_name" not in words
    }


def _values(given: credential.Credential, option: Any) -> list[Any]:
    """Return what an option was given, under its own name or an older one."""
    names = [option.dest, *(one.dest for one in option.deprecated)]
    return [given.auth[name] for name in names if name in given.auth][:1]


def _sign_in(given: credential.Credential) -> dict[str, Any]:
    """Return ``{secret, body}`` of a new token. Raises ``Error``."""
    asking = _plugin(given)
    door = sessions.Session(auth=asking, verify=given.cacert or True, cert=given.client, timeout=PATIENCE)
    try:
        told = asking.get_access(door)
    except exceptions.ClientException as error:
        raise core.errors.ObserveError(f"Keystone, or who it trusts, gives no token: {error}") from error
    body = {
        "catalog": told.service_catalog.catalog,
        "project": {"id": told.project_id},
        "user": {"id": told.user_id},
        "roles": [{"name": name} for name in told.role_names],
    }
    return {"secret": told.auth_token, "body": {"token": body}}


def main() -> None:
    """Read which cloud is meant, and write the token or what is wrong; what a library prints is not an answer."""
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    asked = json.load(sys.stdin)
    try:
        told = _sign_in(credential.load(asked["cloud"], asked["file"] or None))
    except core.errors.Error as error:
        told = {"error": str(error)}
    with answer:
        json.dump(told, answer)


if __name__ == "__main__":
    main()
