"""What is taken of the answers by which a trial of the cloud goes on: numbers, ids and addresses, and texts to show."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.novaform.compute.plugins.module_utils._site import result

ROW = {"boot": 3.9, "console": 4, "server": "8f3c0f4e-6f7a-4d0c-9d9b-2f2f6c1c1f10", "address": "198.18.0.12"}
HONEST: list[dict[str, Any]] = [
    {"changed": False, "image": None},
    {"changed": False, "image": "8f3c0f4e"},
    {"hosts": {"compute1": {**ROW, "node": None}, "c2": {"said": "it is off"}, "c3": {}}, "network": "2a3b1c6e-2f57"},
    {"hosts": {"compute1": {"to": "compute2", "migrate": 7.5}}},
    {"rows": {"compute1": {"boot": 1.0, "console": None, "seconds": 1.0, "said": "", "ok": True}}},
    {"answers": {"198.18.0.12": 0.2, "198.18.0.13": None}},
]


@pytest.mark.parametrize("answer", HONEST, ids=" ".join)
def test_an_honest_answer_is_taken_whole(answer: dict[str, Any]) -> None:
    assert result.take(answer, ()) == answer


@pytest.mark.parametrize(
    "answer",
    [
        {"image": "../../etc/passwd"},
        {"network": "x; reboot"},
        {"network": ["x"]},
        {"hosts": []},
        {"hosts": {"<secret:database_nova>": {}}},
        {"hosts": {"compute1": "ok"}},
        {"hosts": {"compute1": {"boot": "3.9"}}},
        {"hosts": {"compute1": {"boot": float("nan")}}},
        {"hosts": {"compute1": {"server": "{{ lookup('pipe', 'id') }}"}}},
        {"hosts": {"compute1": {"address": "-f 192.0.2.1"}}},
        {"hosts": {"compute1": {"to": "x\n"}}},
        {"rows": {"compute1": {"ok": "yes"}}},
        {"answers": {"198.18.0.12": "soon"}},
        {"answers": {"not an address": 1.0}},
        {"answers": [1.0]},
    ],
)
def test_anything_else_is_no_answer(answer: dict[str, Any]) -> None:
    with pytest.raises(result.NotAnAnswer):
        result.take(answer, ())


def test_what_nobody_asked_for_is_left_and_what_is_shown_is_clean() -> None:
    row = {"said": "\x1b[2J" + "x" * 10_000, "ansible_facts": {"a": 1}}
    taken = result.take({"hosts": {"compute1": row}, "add_host": {"host_name": "x"}}, ())
    assert list(taken) == ["hosts"]
    assert list(taken["hosts"]["compute1"]) == ["said"]
    assert "\x1b" not in taken["hosts"]["compute1"]["said"]
    assert len(taken["hosts"]["compute1"]["said"]) <= result.TEXT + 10


def test_a_module_that_broke_says_so_and_where_to_look() -> None:
    taken = result.take({"failed": True, "exception": {"event": {"msg": "KeyError"}}}, ())
    assert taken == {"failed": True, "msg": result.CRASHED}
    assert result.take({"failed": True, "msg": "no"}, ())["msg"] == "no"
