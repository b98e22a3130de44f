"""Values that stand elsewhere: ``{from_var: x}``, ``{from_env: X}``, ``{from_file: path}``, ``{from_vault: path#key}``.

This is the only way in which a declaration is parametrised. Text is never templated: ``{{ x }}`` is four braces. A
referenced value takes the place of one whole scalar, is checked like a written one, and is never repeated in an error.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import yaml

from novaform import core
from novaform.declare.form import disk, positions, problem

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE_BYTES = 1024 * 1024
FORMS = {
    "from_var": "a variable of 'vars', 'environments' or --var",
    "from_env": "an environment variable",
    "from_file": "the content of a file, beside the declaring one unless absolute",
    "from_vault": "a key of a file encrypted by ansible-vault, as path#key",
}


class Written(NamedTuple):
    """A scalar as it will be read: its text, whether it stood without quotes, and whether it may be repeated."""

    text: str
    plain: bool = True
    hidden: bool = False


class MissingReference(Exception):
    """The referenced value is not there; the message says what to do."""


class References:
    """Looks values up, and remembers the digests of the files that were read."""

    def __init__(self, variables: Mapping[str, Written | None], problems: problem.Problems) -> None:
        self.variables = variables
        self.problems = problems
        self.read: dict[str, str] = {}
        self.vaults: dict[str, bytes] = {}

    def look_up(self, node: yaml.MappingNode) -> Written:
        """Return the value that a ``{from_...: ...}`` node stands for. Raises ``MissingReference``."""
        forms = ", ".join(FORMS)
        if len(node.value) != 1 or not isinstance(node.value[0][1], yaml.ScalarNode):
            raise MissingReference(f"a mapping, where a single value or one of {forms} is wanted")
        key, target = node.value[0][0].value, node.value[0][1].value
        if key == "from_var":
            return self.variable(target)
        if key == "from_env":
            return self.environ(target)
        if key == "from_file":
            return Written(self.text(target, node).strip(), plain=True, hidden=True)
        if key == "from_vault":
            return self.vault(target, node)
        hint = self.problems.did_you_mean(key, FORMS) if isinstance(key, str) else ""
        raise MissingReference(f"a mapping, where a single value or one of {forms} is wanted{hint}")

    def variable(self, name: str) -> Written:
        """Return a declared variable's value."""
        if name not in self.variables:
            hint = self.problems.did_you_mean(name, self.variables)
            raise MissingReference(f"variable {problem.quote(name)} is not in 'vars'{hint}")
        value = self.variables[name]
        if value is None:
            raise MissingReference(
                f"variable {problem.quote(name)} has no value; give --var {name}=... or an environment"
            )
        return value

    def environ(self, name: str) -> Written:
        """Return an environment variable's value."""
        if name not in os.environ:
            raise MissingReference(f"environment variable {problem.quote(name)} is not set")
        try:
            os.environ[name].encode()
        except UnicodeEncodeError as error:
            raise MissingReference(f"environment variable {problem.quote(name)} is not UTF-8 text") from error
        return Written(os.environ[name], plain=True, hidden=True)

    def text(self, target: str, node: yaml.Node) -> str:
        """Return a file's text."""
        path = beside(node, target)
        try:
            content = disk.read(path, FILE_BYTES)
            self.read[path] = hashlib.sha256(content).hexdigest()
            return content.decode()
        except core.errors.DeclareError as error:
            raise MissingReference(str(error)) from error
        except UnicodeDecodeError as error:
            raise MissingReference(f"{path}: is not UTF-8 text") from error

    def vault(self, target: str, node: yaml.Node) -> Written:
        """Return one key of an encrypted file, by the ``ansible-vault`` and the password source of this machine."""
        path, _, key = target.rpartition("#")
        if not path or not key:
            raise MissingReference("from_vault is written path#key")
        place = beside(node, path)
        if place not in self.vaults:
            self.vaults[place] = _view(place, path)
        return _entry(self.vaults[place], path, key)


def _view(place: str, path: str) -> bytes:
    """Return the content of an encrypted file, which the declaration calls ``path``."""
    command = [sys.executable, "-m", "ansible", "vault", "view", place]
    try:
        shown = subprocess.run(command, check=False, capture_output=True, stdin=subprocess.DEVNULL, timeout=60)
    except (OSError, subprocess.TimeoutExpired, ValueError) as error:
        raise MissingReference(f"{path}: ansible-vault did not answer; is Ansible installed?") from error
    if shown.returncode != 0:
        raise MissingReference(f"{path}: ansible-vault cannot open it; set ANSIBLE_VAULT_PASSWORD_FILE")
    return shown.stdout


def _entry(content: bytes, path: str, key: str) -> Written:
    """Return one key of a decrypted vault file, which is a flat mapping."""
    problems = problem.Problems()
    root = positions.compose(content, path, problems)
    pairs = root.value if isinstance(root, yaml.MappingNode) else []
    for name, value in pairs:
        if name.value == key and isinstance(value, yaml.ScalarNode):
            return Written(value.value, not value.style, hidden=True)
    raise MissingReference(f"{path}: has no key {problem.quote(key)}")


def beside(node: yaml.Node, target: str) -> str:
    """Return the absolute path of a file named in the declaration: relative to the declaring file; ``~`` is home."""
    try:
        wanted = Path(target).expanduser()
    except RuntimeError as error:
        raise MissingReference(f"{problem.quote(target)}: there is no such home directory") from error
    return os.path.normpath(Path(node.start_mark.name).absolute().parent / wanted)
