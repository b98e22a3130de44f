"""Who owns a thing in the cloud is written on the thing itself, so that no state file can be lost.

A mark has two halves: a *tag* that can be searched for, and a *proof* (metadata, a property or the description) that a
person reads. Both are part of the request that creates the thing. Only both together make a thing ours to delete.
Ids follow from stack, kind and key alone, so that a controller that forgot everything finds its own things again.
"""

from __future__ import annotations

import hashlib
import uuid
from functools import lru_cache
from sys import intern
from typing import TYPE_CHECKING, NamedTuple, Optional

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

NAMESPACE = uuid.UUID("6f3c1f0e-5d0b-4b55-9c7e-0f0a6c1b2d3e")
STACK_TAG = "novaform.s."
UID_TAG = "novaform.u."
STACK = "novaform:stack"
KEY = "novaform:key"
SPEC = "novaform:spec"
USER_DATA = "novaform:user_data"
PROTECT = "novaform:protect"
HINTS = "novaform:hints"
HIDDEN = "novaform:hidden"
"""Names the server's metadata that came from where secrets are kept, so that nobody shows its values."""
LONGEST = 255
UID = "novaform:uid"
OURS = "novaform:"


class Mark(NamedTuple):
    """What a thing says of its owner. ``proven`` when tag and proof are both there and agree.

    ``tagged`` is False on a thing that is proven without tags, and that should have them.
    """

    stack: Optional[str]
    key: Optional[str]
    uid: str
    proven: bool
    tagged: bool = True


@lru_cache(maxsize=64)
def stack_id(stack: str) -> uuid.UUID:
    """Return the id that a stack's name stands for."""
    return uuid.uuid5(NAMESPACE, stack)


def uid_of(stack: str, kind: str, key: str) -> str:
    """Return the id of one declared thing, the same for ever: 36 characters.

    It is ``uuid5`` of the stack's id and ``kind/key``, written out because ten thousand of them are made in a plan.
    """
    digits = hashlib.sha1(stack_id(stack).bytes + f"{kind}/{key}".encode(), usedforsecurity=False).hexdigest()
    variant = "89ab"[int(digits[16], 16) & 3]
    return intern(f"{digits[:8]}-{digits[8:12]}-5{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:32]}")


@lru_cache(maxsize=64)
def stack_tag(stack: str) -> str:
    """Return the tag that all things of a stack bear (Nova: at most 60 characters, no comma, no slash)."""
    return STACK_TAG + stack_id(stack).hex[:8]


def tags_of(stack: str, uid: str) -> list[str]:
    """Return the searchable half of a mark."""
    return [stack_tag(stack), UID_TAG + uid]


def proof_of(stack: str, key: str) -> dict[str, str]:
    """Return the readable half of a mark, as metadata."""
    return {STACK: stack, KEY: key}


def description_of(stack: str, kind: str, key: str) -> str:
    """Return the readable half of a mark, for things that have a description and no metadata."""
    return f"novaform stack={stack} key={key} uid={uid_of(stack, kind, key)}"


def hidden_of(names: Iterable[str]) -> str:
    """Return the mark for hidden metadata of these names; ``*``, for all, where they are too long to be listed."""
    text = ",".join(sorted(names))
    return text if len(text) <= LONGEST else "*"


def from_metadata(kind: str, tags: Iterable[str], metadata: Mapping[str, str]) -> Optional[Mark]:
    """Read a mark from tags and metadata; None where there is no trace of one."""
    tagged = tagged_uid(tags)
    stack, key = metadata.get(STACK), metadata.get(KEY)
    if stack is None or key is None:
        return Mark(None, None, tagged, proven=False) if tagged else None
    uid = uid_of(stack, kind, key)
    return Mark(stack, key, uid, proven=tagged == uid and stack_tag(stack) in tags)


def from_description(kind: str, tags: Optional[Iterable[str]], description: Optional[str]) -> Optional[Mark]:
    """Read a mark from a description. Neutron adds the tags only after the creation, so they prove nothing here.

    ``tags`` is None for a kind that has none.
    """
    told = dict(word.split("=", 1) for word in (description or "").split() if "=" in word)
    stack, key = told.get("stack"), told.get("key")
    if not (description or "").startswith("novaform ") or stack is None or key is None:
        tagged = tagged_uid(tags or ())
        return Mark(None, None, tagged, proven=False) if tagged else None
    uid = uid_of(stack, kind, key)
    whole = tags is None or set(tags) >= set(tags_of(stack, uid))
    return Mark(stack, key, uid, proven=told.get("uid") == uid, tagged=whole)


def tagged_uid(tags: Iterable[str]) -> str:
    """Return the uid that the tags name, or an empty text."""
    return next((tag[len(UID_TAG) :] for tag in tags if tag.startswith(UID_TAG)), "")
