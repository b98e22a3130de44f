"""The settings with which .ci/docs-site lets Sphinx build the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docutils import nodes

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "Novaform"
author = "The Novaform authors"
extensions = ["myst_parser", "sphinx_antsibull_ext"]
html_theme = "sphinx_rtd_theme"
html_title = "Novaform"
html_show_copyright = False
myst_heading_anchors = 3

ANSIBLE = "https://docs.ansible.com/ansible/latest"
OF_ANSIBLE = {
    "action_plugins": "plugins/action.html",
    "ansible_configuration_settings": "reference_appendices/config.html",
    "callback_plugins": "plugins/callback.html",
    "common_return_values": "reference_appendices/common_return_values.html",
}


def _lead_elsewhere(_app: Sphinx, _env: object, node: Any, content: nodes.Node) -> nodes.Node | None:
    """Return a link to Ansible's page for what is described there and not here; what neither has stays an error."""
    label = node["reftarget"]
    page = OF_ANSIBLE.get(label)
    collection, _, plugin = label.removeprefix("ansible_collections.").rpartition(".")
    if label.startswith("ansible_collections.") and collection.count(".") == 1 and collection != "novaform.compute":
        page = f"collections/{collection.replace('.', '/')}/{plugin}.html"
    return nodes.reference("", "", content, refuri=f"{ANSIBLE}/{page}") if page else None


def setup(app: Sphinx) -> None:
    """Let Sphinx ask before it calls a link dead."""
    app.connect("missing-reference", _lead_elsewhere)
