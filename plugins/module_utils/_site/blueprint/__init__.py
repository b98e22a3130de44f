"""The blueprint: from what is declared about a site to what every host of it shall be, as plain values.

``site`` reads the declaration, ``endpoint`` decides every scheme, port and address, one file a service says what the
service needs, and ``compose`` puts the components of a host together. No secret ever enters: values that need one
carry a placeholder ``<secret:NAME>`` that the host resolves.
"""

from __future__ import annotations
