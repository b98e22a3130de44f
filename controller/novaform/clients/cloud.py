"""The controller's one way to a cloud's APIs: the same doors that the modules use."""

from __future__ import annotations

from ansible_collections.novaform.compute.plugins.module_utils._cloud import (
    allocation,
    credential,
    given,
    health,
    journal,
    lock,
    observe,
    run,
    session,
    state,
    wire,
)

__all__ = [
    "allocation",
    "credential",
    "given",
    "health",
    "journal",
    "lock",
    "observe",
    "run",
    "session",
    "state",
    "wire",
]
