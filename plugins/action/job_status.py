# Copyright: (c) Novaform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""``ansible.builtin.async_status`` whose answer comes through the same door: it is all that a module of ours said."""

from __future__ import annotations

from ansible.plugins.action.async_status import ActionModule as Status
from ansible_collections.novaform.compute.plugins.action.checked import Checked


class ActionModule(Checked, Status):
    """Asks after a task in the background."""
