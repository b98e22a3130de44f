"""The editor's half of the table: JSON Schema (draft 2020-12) of the same fields that the loader checks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from novaform.declare.form import reference

if TYPE_CHECKING:
    from novaform.declare.form.record import Record

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def to_schema(record: Record, title: str) -> dict[str, Any]:
    """Return the schema of a document whose root is ``record``, with every field's meaning as its description."""
    forms = [
        {
            "type": "object",
            "description": doc,
            "properties": {form: {"type": "string"}},
            "required": [form],
            "additionalProperties": False,
        }
        for form, doc in reference.FORMS.items()
    ]
    defined = {
        "reference": {"description": "A value that stands elsewhere.", "oneOf": forms},
        "variable": {"description": "A variable whose value is not a secret.", "oneOf": forms[:1]},
    }
    return {"$schema": DIALECT, "title": title, **record.to_schema(), "$defs": defined}
