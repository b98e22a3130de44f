"""What the user has set for Ansible, kept from what we use it for ourselves: a run on this machine, and the vault.

Ansible reads ``ANSIBLE_*`` and an ``ansible.cfg`` of the working or home folder when it is imported, and ends with a
traceback where it cannot; a strategy or a callback that is good for the user's playbooks breaks our one module.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

OURS = "ANSIBLE_"
CONFIG = "ANSIBLE_CONFIG"


@contextmanager
def plain() -> Iterator[None]:
    """Let Ansible, imported or started meanwhile, see no settings but its own defaults."""
    kept = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith(OURS)}
    try:
        with tempfile.NamedTemporaryFile(suffix=".cfg") as empty:
            os.environ[CONFIG] = empty.name
            yield
    finally:
        os.environ.pop(CONFIG, None)
        os.environ.update(kept)
