"""A desired SSH key pair: only its public half is ever known here."""

from __future__ import annotations

from typing import NamedTuple

from .origin import NOWHERE, Origins


class Key(NamedTuple):
    """``public_key`` is one line in OpenSSH's form, without a line end."""

    name: str
    public_key: str
    origins: Origins = NOWHERE
