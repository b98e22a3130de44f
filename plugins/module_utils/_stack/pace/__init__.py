"""How quickly many servers are asked for, waited for, and given up."""

from __future__ import annotations
