"""Why a host could not be read: what ssh and Ansible say, as a problem and a remedy that a person can act on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from .. import result

if TYPE_CHECKING:
    from collections.abc import Collection

NOT_ASKED = "it was not read in this run"
NOT_FACTS = "what it says is not a host's facts: "
NOT_OURS = "what it says is not an answer of this module: "
# (what the text holds, problem, remedy); the first that fits wins, so the special stands before the general.
_REASONS: tuple[tuple[str, str, str], ...] = (
    (f"^{NOT_ASKED}$", NOT_ASKED, "run the playbook from its beginning, without --start-at-task"),
    (
        r"REMOTE HOST IDENTIFICATION HAS CHANGED",
        "its SSH host key is not the one that is known",
        "find out why; if it was installed anew: ssh-keygen -R {name}, then learn the new key from a trusted place",
    ),
    (
        r"Host key verification failed|No .* host key is known|authenticity of host",
        "its SSH host key is not known here",
        "add the key to known_hosts from a trusted place (its console, or the one who installed it)",
    ),
    (
        r"Permission denied|Authentication failed|Too many authentication failures",
        "SSH refuses the login",
        "put your public key into authorized_keys there, or correct ansible_user and ansible_ssh_private_key_file",
    ),
    (
        r"Could not resolve hostname|Name or service not known|Temporary failure in name resolution",
        "its name leads to no address",
        "correct ansible_host in hosts.yml, or the name service",
    ),
    (
        r"Connection refused",
        "nothing listens on its SSH port",
        "start ssh there, or correct ansible_host and ansible_port",
    ),
    (
        r"timed out|No route to host|Network is unreachable",
        "it does not answer",
        "switch it on, check the network between, or correct ansible_host",
    ),
    (
        r"[Mm]issing sudo password|a password is required|not in the sudoers|[Ii]ncorrect sudo password",
        "the login cannot become root",
        "log in as root, or allow sudo without a password, or give --ask-become-pass",
    ),
    (
        r"interpreter .* was not found|python[\d.]*: (command )?not found|No such file or directory.*python",
        "Python is missing",
        "apt-get install python3 python3-apt there",
    ),
    (
        r"Data could not be sent to remote host [^\n]*$",
        "its SSH connection ended at once, and Ansible did not hear why",
        "run again; ssh to {name} says why",
    ),
    (r"No space left on device", "a disk is full", "make room in /tmp, /var and / there"),
    (r"Read-only file system", "a file system is read-only", "look at dmesg there: disks turn read-only after errors"),
)


def to_problem(name: str, text: str) -> dict[str, str]:
    """Return ``{host, problem, remedy}`` for what was said instead of an answer."""
    if text.startswith(NOT_FACTS):
        remedy = "find out who answers there: our module says nothing like that"
        return {"host": name, "problem": text, "remedy": remedy}
    for pattern, problem, remedy in _REASONS:
        if re.search(pattern, text[: result.TEXT]):
            return {"host": name, "problem": problem, "remedy": remedy.format(name=name)}
    said = result.clean(" ".join(text[: result.TEXT].split())[:160]) or "nothing was said"
    return {"host": name, "problem": f"it could not be read: {said}", "remedy": f"try: ansible {name} -m ping -vvv"}


def error_text(answer: dict[str, Any]) -> str | None:
    """Return everything that a registered answer says about its failure, or None when it holds facts."""
    if answer.get("facts") is not None and not (answer.get("unreachable") or answer.get("failed")):
        return None
    said = [str(answer[key]) for key in ("msg", "module_stderr", "module_stdout") if answer.get(key)]
    return "\n".join(said) or "no reason was given"


def is_away(answer: Any, roles: Collection[str]) -> bool:
    """Return whether a host that was asked did not answer, and is one that the others can do without.

    One that lies is not away: somebody must look at it first.
    """
    error = error_text(answer) if isinstance(answer, dict) else None
    return error is not None and set(roles) == {"compute"} and not error.startswith((NOT_FACTS, NOT_OURS))


def to_note(name: str, text: str) -> dict[str, str]:
    """Return ``{host, problem, remedy}`` of a host that a run goes on without."""
    row = to_problem(name, text)
    return {**row, "remedy": f"{row['remedy']}; this run goes on without it, run again when it answers"}
