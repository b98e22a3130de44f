"""A plan in a file, from ``plan --out`` to ``apply --plan``: bound to what it was made on and of."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from novaform import core
from novaform.declare.form import disk
from novaform.site import file

if TYPE_CHECKING:
    from pathlib import Path

    from novaform.stack.stack import Stack

VERSION = 2
LARGEST = 64 * 1024 * 1024
"""Bytes of a kept plan; one of ten thousand servers has a third."""
BEGINNING = b'{\n "version": '


def _binding_of(stack: Stack) -> dict[str, Any]:
    """Return what a plan of this stack holds for, and for nothing else."""
    variables = json.dumps(sorted((stack.where.variables or {}).items())).encode()
    return {
        "cloud": stack.credential.cloud,
        **stack.scope._asdict(),
        "environment": stack.where.environment,
        "variables": hashlib.sha256(variables).hexdigest()[:16],
    }


def keep(path: Path, stack: Stack, decision: core.change.Decision) -> None:
    """Write the steps, with the digest of every thing as it was seen, to a file that its owner alone can read.

    Only a kept plan is written over: ``--out instances.yml`` would be the end of the declaration.
    """
    steps = [step.to_json() for step in decision.doable]
    kept = {"version": VERSION, "for": _binding_of(stack), "digest": stack.desired.digest, "steps": steps}
    if disk.is_there(path) and not disk.read(str(path), LARGEST).startswith(BEGINNING):
        raise core.errors.ApplyError(f"{path}: is there already and is not a kept plan: --out elsewhere")
    try:
        path.parent.stat()
        file.replace(path, json.dumps(kept, indent=1) + "\n", 0o600)
    except OSError as error:
        raise core.errors.ApplyError(f"{path}: cannot be written ({error.strerror})") from error


def load(path: Path, stack: Stack) -> list[core.change.Change]:
    """Read a kept plan. Raises ``DeclareError`` if it is not one, or was made on or of something else."""
    try:
        kept = json.loads(disk.read(str(path), LARGEST))
        made_for = {name: kept["for"][name] for name in _binding_of(stack)} if kept["version"] == VERSION else {}
        steps = list(core.change.changes_from_json(kept["steps"]))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise core.errors.DeclareError(f"{path}: is not a kept plan; novaform plan --out {path} makes one") from error
    if not made_for:
        raise core.errors.DeclareError(f"{path}: is a plan of another version of novaform: plan again")
    reason = _mismatch(made_for, _binding_of(stack))
    if reason:
        raise core.errors.DeclareError(f"{path}: {reason}: nothing was done")
    return steps


def _mismatch(made_for: dict[str, Any], here: dict[str, Any]) -> str:
    """Return in one sentence why a plan does not hold here; empty where it does."""
    place = ("auth_url", "project", "region", "stack")
    if any(made_for[name] != here[name] for name in place):
        return f"is a plan for {_describe_place(made_for)}, not for {_describe_place(here)}"
    if made_for["environment"] != here["environment"]:
        chosen = (made_for["environment"], here["environment"])
        before, now = (f"environment {one}" if one else "no environment" for one in chosen)
        return f"is a plan with {before}, not with {now}"
    if made_for["variables"] != here["variables"]:
        return "is a plan with other values of --var"
    return ""


def _describe_place(one: dict[str, Any]) -> str:
    """Return the place of a plan in words."""
    region = f", region {one['region']}" if one["region"] else ""
    return f"stack {one['stack']} on cloud {one['cloud']} ({one['auth_url']}, project {one['project']}{region})"
