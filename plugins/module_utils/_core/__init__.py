"""Pure logic shared by modules and controller: values in, values out, standard library only."""

from __future__ import annotations
