"""keystone's key repositories: made once, by keystone's own code as keystone's own user, and never again by us.

Its command would have to run as root, and would leave keystone a log file that keystone may not write to.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from ..._core.plan import Plan, Step
from ..door import program

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FOLDER = "/etc/keystone"
PROGRAM = """
import json, sys
from keystone.common import fernet_utils
for folder, group in json.load(sys.stdin):
    repository = fernet_utils.FernetUtils(folder, 3, group)
    repository.create_key_directory()
    repository.initialize_key_repository()
"""


class Keys:
    """The stage of key repositories, ``fernet`` and ``credential``."""

    def __init__(self, desired: Sequence[str], secrets: Mapping[str, object], folder: str = FOLDER) -> None:
        del secrets
        self.folders = {name: os.path.join(folder, f"{name}-keys") for name in desired}

    def plan(self, planned: Plan | None) -> Plan:
        """Name the repositories without a key."""
        del planned
        return Plan(tuple(Step("create", "keys", name) for name, path in self.folders.items() if not _has_keys(path)))

    def apply(self, plan: Plan) -> None:
        """Let keystone make the first keys."""
        told = [[self.folders[step.name], step.name] for step in plan]
        program.change("making keystone's keys", "keystone", ["python3", "-c", PROGRAM], json.dumps(told))


def _has_keys(folder: str) -> bool:
    """Return whether a repository holds a key that keystone signs with: one besides the staged ``0``."""
    try:
        return any(name.isdigit() and name != "0" for name in os.listdir(folder))
    except (FileNotFoundError, NotADirectoryError):
        return False
