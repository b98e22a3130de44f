"""What an option may be, whoever gives it: a site, or a playbook of anybody's own."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.novaform.compute.plugins.module_utils._site import setting


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("http://192.0.2.10:5000/v3", True),
        ("https://api.example.org", True),
        ("http://a-b.example:8775/", True),
        ("http://h:0", False),
        ("http://h:99999/", False),
        ("http://h:²", False),
        ("http://h:", False),
        ("ftp://h", False),
        ("h:5000", False),
        ("http://user:password@h", False),
        ("http://h/a b", False),
        ("http://h/<secret:x>", False),
        (7, False),
    ],
)
def test_a_url(url: Any, *, good: bool) -> None:
    assert (setting.url(url) == "") is good


@pytest.mark.parametrize(
    ("url", "good"), [("http://h:8775", True), ("http://h:8775/", True), ("https://h", False), ("http://h:1/x", False)]
)
def test_a_url_of_host_and_port_alone(url: str, *, good: bool) -> None:
    assert (setting.place(url) == "") is good


@pytest.mark.parametrize(("name", "good"), [("/", True), ("nova_cell1", True), ("a/b", False), ("", False)])
def test_a_virtual_host(name: str, *, good: bool) -> None:
    assert (setting.each(setting.vhost)(["neutron", name]) == "") is good


@pytest.mark.parametrize(
    ("sections", "good"),
    [
        ({"DEFAULT": {"debug": True, "list": ["a", 1], "none": None, "x": "<secret:mine>"}}, True),
        ({}, True),
        ({"libvirt": {"x": {"a": 1}}}, False),
        ({"libvirt": {"x": "a\nb"}}, False),
        ({"lib]virt": {"x": 1}}, False),
        ({"libvirt": {"x": "<secret:mi ne>"}}, False),
        ({"libvirt": 1}, False),
        ([], False),
    ],
)
def test_sections_of_a_file(sections: Any, *, good: bool) -> None:
    assert (setting.sections(sections) == "") is good
    assert (setting.sections_of("all")({"all": sections}) == "") is good
    assert setting.sections_of("all")({"one": sections})
