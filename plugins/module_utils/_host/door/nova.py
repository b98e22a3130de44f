"""Nova's own code, run as Nova's own user: its objects write what our plain SQL only reads.

One child process does a list of acts, since starting Nova's code takes longer than most of them. What it is told
comes over standard input, so that no secret is in a command line.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from . import program

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PATIENCE = 1800  # seconds for one migration
PROGRAM = """
import json, sys
from nova import config, context, objects
from nova.db import migration
config.parse_args(["nova-manage", "--config-file", "/etc/nova/nova.conf"])
objects.register_all()
ctxt = context.get_admin_context()

def mapping(name):
    for one in objects.CellMappingList.get_all(ctxt):
        if one.is_cell0() if name == "cell0" else one.name == name:
            return one
    sys.exit("there is no cell " + name)

def api(act):
    migration.db_sync(None, database="api")

def cell(act):
    with context.target_cell(ctxt, mapping(act["cell"])) as inside:
        migration.db_sync(None, context=inside)

def map_cell(act):
    objects.CellMapping(ctxt, uuid=act["uuid"], name=act["cell"], database_connection=act["database"],
                        transport_url=act["transport"]).create()

def update_cell(act):
    found = mapping(act["cell"])
    found.database_connection, found.transport_url = act["database"], act["transport"]
    found.save()

def map_host(act):
    cell = mapping(act["cell"])
    objects.HostMapping(ctxt, host=act["host"], cell_mapping=cell).create()
    with context.target_cell(ctxt, cell) as inside:
        for node in objects.ComputeNodeList.get_all_by_host(inside, act["host"]):
            node.mapped = 1
            node.save()

ACTS = {"api": api, "cell": cell, "map_cell": map_cell, "update_cell": update_cell, "map_host": map_host}
for act in json.load(sys.stdin):
    ACTS[act["act"]](act)
"""
NAMES = {
    "api": "the migration of Nova's API schema",
    "cell": "the migration of the schema of {cell}",
    "map_cell": "the mapping of {cell}",
    "update_cell": "the new mapping of {cell}",
    "map_host": "the mapping of host {host}",
}


def run(acts: Sequence[Mapping[str, Any]]) -> None:
    """Do the acts in order. Raises ``ApplyError`` with what was wrong."""
    doing = ", then ".join(NAMES[act["act"]].format(**act) for act in acts)
    program.change(doing, "nova", ["python3", "-c", PROGRAM], json.dumps(acts), timeout=PATIENCE)
