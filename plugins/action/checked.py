# Copyright: (c) Novaform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The door through which every answer of a host comes: meta/runtime.yml leads this collection's modules here.

Without it Ansible obeys what a host's answer holds: ``ansible_facts`` go over the inventory's variables, warnings and
tracebacks go to the terminal as they are.
"""

from __future__ import annotations

import json

from ansible.module_utils.json_utils import _filter_non_json_lines
from ansible.plugins.action.normal import ActionModule as Normal
from ansible_collections.novaform.compute.plugins.module_utils._site import result
from ansible_collections.novaform.compute.plugins.module_utils._site.blueprint import compose
from ansible_collections.novaform.compute.plugins.module_utils._site.decide import contact

LARGEST = 16 << 20
"""Characters of an answer; the longest honest one, a first run with its differences, has a few hundred thousand."""
INTERNAL = ("_ansible_parsed", "_ansible_suppress_tmpdir_delete")


class Checked:
    """Takes of what a host answers to an action what we asked for."""

    def _parse_returned_data(self, res, profile):
        """Return what is taken of an answer, before Ansible looks for anything in it.

        Ansible is given another answer to read, in which there is nothing else. What it makes of that is its own
        affair: ansible-core 2.19 a mapping, 2.21 an object.
        """
        # What comes by way of a terminal, as the start of a background task does, ends its lines with two characters.
        said = {
            name: result.clean((res.get(name) or "").replace("\r\n", "\n"), LARGEST) for name in ("stdout", "stderr")
        }
        taken = self._take(said["stdout"])
        if taken is not None:
            said["stdout"] = json.dumps(taken)
        parsed = super()._parse_returned_data({**res, **said}, profile)
        if not isinstance(parsed, dict):
            return parsed
        kept = result.take(parsed, compose.NAMES) if taken is None else taken
        return {**kept, **{name: parsed[name] is True for name in INTERNAL if name in parsed}}

    def _take(self, stdout):
        """Return what is taken of an answer, or None where there is none in what a host printed."""
        answer = {}
        try:
            answer = json.loads(_filter_non_json_lines(stdout, objects_only=True)[0])
            taken = result.take(answer, compose.NAMES)
        except (result.NotAnAnswer, RecursionError, AttributeError) as wrong:
            why = str(wrong) if isinstance(wrong, result.NotAnAnswer) else "it is not a mapping of plain values"
            told = f"{contact.NOT_FACTS if 'facts' in answer else contact.NOT_OURS}{why}"
            return {"failed": True, "msg": told}
        except ValueError:
            return None
        return {**taken, **{name: True for name in INTERNAL if answer.get(name) is True}}


class ActionModule(Checked, Normal):
    """Runs the module as Ansible does."""

    def run(self, tmp=None, task_vars=None):
        # What we send are the options of whole services: the host's journal is no place for them.
        return super().run(tmp, dict(task_vars or {}, ansible_no_target_syslog=True))
