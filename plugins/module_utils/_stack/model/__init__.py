"""The desired state of a stack, as plain immutable values.

Everything here is a ``NamedTuple``: as frozen as a frozen dataclass, but 10,000 servers cost 3 MB instead of 14. Change
a copy with ``value._replace(field=...)``. Names of other things (a server's ``flavor``) are plain names;
``Declaration.external`` lists those that the declaration uses and does not declare, so that they must exist in the
cloud. ``value.origins.of("flavor")`` says where a field was written; ``str()`` of that is ``file:line:column``.
"""

from __future__ import annotations

from .declaration import Declaration, DeclaredExternal, Source
from .network import Network, Router
from .origin import NOWHERE, Origin, Origins
from .security_group import Rule, SecurityGroup
from .server import ANY_EXTERNAL, POLICIES, STATES, WAYS_UP, Adopt, Health, OnChange, Port, Rolling, Server, UserData
from .thing import GROUP_POLICIES, Flavor, Image, Key, ServerGroup, Volume

__all__ = [
    "WAYS_UP",
    "ANY_EXTERNAL",
    "GROUP_POLICIES",
    "NOWHERE",
    "POLICIES",
    "STATES",
    "Adopt",
    "Declaration",
    "DeclaredExternal",
    "Flavor",
    "Health",
    "Image",
    "Key",
    "Network",
    "OnChange",
    "Origin",
    "Origins",
    "Port",
    "Rolling",
    "Router",
    "Rule",
    "SecurityGroup",
    "Server",
    "ServerGroup",
    "Source",
    "UserData",
    "Volume",
]
