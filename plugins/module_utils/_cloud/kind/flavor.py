"""Nova's flavors: made with our mark in their description; only their extra specs can be changed."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Optional
from urllib.parse import quote

from ..._api.answer import ident_of
from ..._stack import mark
from ..._stack.model.thing import FLAVOR_SIZES
from ..._stack.observed import Item
from .kind import Kind, Listing, rename, update_pairs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..._stack.change import Change
    from ..._stack.desired import Wanted
    from ..context import Context

NAMES = {
    "vcpus": "vcpus",
    "ram_mb": "ram",
    "disk_gb": "disk",
    "ephemeral_gb": "OS-FLV-EXT-DATA:ephemeral",
    "swap_mb": "swap",
    "public": "os-flavor-access:is_public",
}
"""Our names of a flavor's fields, and Nova's."""
EMBEDDED = tuple(NAMES[size].rpartition(":")[2] for size in FLAVOR_SIZES)
"""Nova's names of the sizes in the flavor that a server carries: without those of extensions."""


def _to_flavor(raw: Mapping[str, Any]) -> Item:
    """Read one flavor of ``GET /flavors/detail``."""
    fields = {
        **{size: raw.get(NAMES[size]) or 0 for size in FLAVOR_SIZES},
        "public": raw.get(NAMES["public"], True),
        "extra_specs": dict(raw.get("extra_specs") or {}),
    }
    return Item("flavor", raw["id"], raw["name"], fields, mark.from_description("flavor", None, raw.get("description")))


def to_embedded(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Read the flavor that a server carries since 2.47; flavors that say the same are one value."""
    specs = raw.get("extra_specs")
    told = None if specs is None else tuple(specs.items())
    return _embedded_flavor(raw.get("original_name"), tuple(map(raw.get, EMBEDDED)), told)


@lru_cache(maxsize=256)
def _embedded_flavor(
    name: Optional[str], sizes: tuple[Any, ...], specs: Optional[tuple[tuple[str, str], ...]]
) -> dict[str, Any]:
    """Return a flavor by our names; its extra specs are None where Nova does not tell them."""
    told = {ours: size or 0 for ours, size in zip(FLAVOR_SIZES, sizes)}
    return {"name": name, **told, "extra_specs": None if specs is None else dict(specs)}


def _make_flavor(context: Context, wanted: Wanted) -> str:
    """Make a flavor with a marked description, then set the extra specs that are declared."""
    described = mark.description_of(context.stack, wanted.kind, wanted.key)
    body = {"name": wanted.name, "description": described, **rename(wanted.fields, NAMES)}
    made = context.session.send("compute", "POST", "/flavors", {"flavor": body})
    ident = ident_of("POST /flavors", made, "flavor", "id")
    if wanted.fields.get("extra_specs"):
        specs = {"extra_specs": wanted.fields["extra_specs"]}
        context.session.send("compute", "POST", f"/flavors/{quote(ident)}/os-extra_specs", specs)
    return ident


def _update_flavor(context: Context, change: Change, values: dict[str, Any]) -> None:
    """Set extra specs, and remove those that should have no value."""
    update_pairs(context, f"/flavors/{quote(change.target)}/os-extra_specs", "extra_specs", values["extra_specs"])


FLAVOR = Kind(
    Listing("flavor", "compute", "/flavors/detail?is_public=None", "flavors"),
    "/flavors",
    make=_make_flavor,
    read=_to_flavor,
    update=_update_flavor,
)
