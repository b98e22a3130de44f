"""The secrets of a site: generated once, kept in one vaulted file, never changed behind the operator's back."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import yaml
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519

from novaform import core
from novaform.clients.settings import plain
from novaform.declare import document
from novaform.declare.form import disk
from novaform.site import file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ansible.parsing.vault import VaultLib

VARIABLE = "novaform_secrets"
_LARGEST = 1 << 20
_LENGTH = 24  # bytes of randomness in a password


class _Literal(str):
    """A text that Ansible must not take for a template, whatever braces it holds."""

    __slots__ = ()


class _Dumper(yaml.SafeDumper):
    """Writes such a text with Ansible's tag for it."""


_Dumper.add_representer(_Literal, lambda dumper, text: dumper.represent_scalar("!unsafe", str(text), style='"'))


def needed_names() -> list[str]:
    """Return the names of all secrets that the components of a site can ask for."""
    everything = core.blueprint_site.Host("any", "192.0.2.1", frozenset(core.blueprint_site.ROLES))
    peer = core.blueprint_site.Host("peer", "192.0.2.2", frozenset({"compute"}))
    site = core.blueprint_site.Site(core.blueprint_site.Settings(), (everything, peer))
    return core.blueprint_compose.granted_secrets(core.blueprint_compose.options(site, everything))


def complete(known: Mapping[str, str]) -> dict[str, str]:
    """Return the known secrets and a fresh one for every name that is missing."""
    full = dict(known)
    if "migration_ssh_key" not in full:
        full["migration_ssh_key"], full["migration_ssh_public"] = _ssh_key()
    for name in needed_names():
        full.setdefault(name, secrets.token_urlsafe(_LENGTH))
    return full


def _ssh_key() -> tuple[str, str]:
    key = ed25519.Ed25519PrivateKey.generate()
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    return private.decode(), f"{public.decode()} nova-migration"


def load(path: Path, password: str) -> dict[str, str]:
    """Return the secrets in a vaulted file; none when there is no file. Raises ``Error``, without a name or a value."""
    if not disk.is_there(path):
        return {}
    content = disk.read(str(path), _LARGEST)
    text = _decrypt(content, password)
    if text is None:
        raise core.errors.Error(f"{path}: the vault password does not open it: give the password it was made with")
    found = document.parse(text, f"{path} (decrypted)", ["!unsafe"])
    known = found.mapping(VARIABLE)
    wrong = [name for name, value in known.items() if not isinstance(value, str) or not _is_name(name)]
    if wrong:
        places = ", ".join(found.where(VARIABLE, name) for name in wrong[:3])
        raise core.errors.DeclareError(f"{places}: {VARIABLE} must map names to texts: put a number into quotes")
    return known


def _is_name(name: object) -> bool:
    return isinstance(name, str) and bool(core.secret.NAME.fullmatch(name))


def save(path: Path, password: str, values: Mapping[str, str]) -> None:
    """Write the secrets, encrypted, readable by the owner only; the old file stays until the new one is whole."""
    literal = {name: _Literal(value) for name, value in values.items()}
    text = yaml.dump({VARIABLE: literal}, Dumper=_Dumper, sort_keys=True, allow_unicode=True)
    file.replace(path, _vault(password).encrypt(text.encode()).decode(), 0o600)


def _decrypt(content: bytes, password: str) -> bytes | None:
    with plain():
        from ansible.errors import AnsibleError
    try:
        text: bytes = _vault(password).decrypt(content)
    except AnsibleError:
        return None
    return text


def _vault(password: str) -> VaultLib:
    with plain():
        from ansible.parsing.vault import VaultLib, VaultSecret
    return VaultLib([("default", VaultSecret(password.encode()))])
