"""The way to the APIs of OpenStack: the only code that speaks HTTP to them, for modules and controller alike.

Standard library only (and PyYAML, which every Ansible has, for clouds.yaml), so that it starts quickly, anywhere.
"""

from __future__ import annotations
