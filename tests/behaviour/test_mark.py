"""A mark is found by anybody who knows stack, kind and key, and believed only whole."""

from __future__ import annotations

import re
import uuid

from hypothesis import given
from hypothesis import strategies as st
from novaform import core

mark = core.mark


@given(st.text(min_size=1), st.text(min_size=1), st.text(min_size=1))
def test_ids_are_the_standards_own(stack: str, kind: str, key: str) -> None:
    assert mark.uid_of(stack, kind, key) == str(uuid.uuid5(mark.stack_id(stack), f"{kind}/{key}"))


@given(st.text(), st.text())
def test_tags_are_as_nova_wants_them(stack: str, key: str) -> None:
    for tag in mark.tags_of(stack, mark.uid_of(stack, "server", key)):
        assert re.fullmatch(r"[a-z0-9.-]{1,60}", tag)


def test_only_tag_and_proof_together_prove() -> None:
    uid = mark.uid_of("shop", "server", "web-1")
    tags, proof = mark.tags_of("shop", uid), mark.proof_of("shop", "web-1")
    assert mark.from_metadata("server", tags, proof) == mark.Mark("shop", "web-1", uid, proven=True)
    assert mark.from_metadata("server", [], {}) is None
    for less in (mark.from_metadata("server", tags, {}), mark.from_metadata("server", [], proof)):
        assert less is not None
        assert (less.uid, less.proven) == (uid, False)
    other = mark.from_metadata("server", mark.tags_of("shop", mark.uid_of("shop", "server", "web-2")), proof)
    assert other is not None
    assert not other.proven


def test_a_description_is_read_back() -> None:
    text = mark.description_of("shop", "network", "private")
    found = mark.from_description("network", [], text)
    assert found == mark.Mark("shop", "private", mark.uid_of("shop", "network", "private"), proven=True, tagged=False)
    forged = mark.from_description("network", [], text.replace("private", "public", 1))
    assert forged is not None
    assert not forged.proven
    assert mark.from_description("network", [], "made by stack=hand") is None
