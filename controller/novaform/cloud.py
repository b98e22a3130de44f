"""The controller's one way to a cloud's APIs: the same code that the modules use, each imported when it is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from novaform import core

if TYPE_CHECKING:
    from ansible_collections.novaform.compute.plugins.module_utils._api import credential, session, wire
    from ansible_collections.novaform.compute.plugins.module_utils._cloud.look import (
        allocation,
        health,
        observe,
        provenance,
    )
    from ansible_collections.novaform.compute.plugins.module_utils._cloud.run import journal, lock, run, stage, state

MODULES = {
    "allocation": "_cloud.look.allocation",
    "credential": "_api.credential",
    "health": "_cloud.look.health",
    "journal": "_cloud.run.journal",
    "lock": "_cloud.run.lock",
    "observe": "_cloud.look.observe",
    "provenance": "_cloud.look.provenance",
    "run": "_cloud.run.run",
    "session": "_api.session",
    "stage": "_cloud.run.stage",
    "state": "_cloud.run.state",
    "wire": "_api.wire",
}
__getattr__ = core.importer(__name__, MODULES)
