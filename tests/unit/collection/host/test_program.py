"""What is said of an OpenStack program that failed; the texts are real ones, shortened."""

from __future__ import annotations

import pytest
from ansible_collections.novaform.compute.plugins.module_utils._host.door import program

EXISTS = "(pymysql.err.OperationalError) (1050, \"Table 'cell_mappings' already exists\")"


TRACEBACK = f"""  File "/usr/lib/python3/dist-packages/pymysql/err.py", line 150, in raise_mysql_exception
    raise errorclass(errno, errval)
sqlalchemy.exc.OperationalError: {EXISTS}
[SQL:
CREATE TABLE x (
)
]
(Background on this error at: https://sqlalche.me/e/20/e3q8)
"""
LOG = f"""2026-01-01 08:27:11.262 6221 ERROR keystone     raise OperationalError()
2026-01-01 08:27:11.262 6221 ERROR keystone oslo_db.exception.DBError: {EXISTS}
2026-01-01 08:27:11.262 6221 ERROR keystone )ENGINE=InnoDB CHARSET=utf8
"""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (TRACEBACK, f"sqlalchemy.exc.OperationalError: {EXISTS}"),
        (LOG, f"oslo_db.exception.DBError: {EXISTS}"),
        ("nova.exception.CellMappingNotFound: no cell\n", "nova.exception.CellMappingNotFound: no cell"),
        ("all is well\n", ""),
        ("", ""),
    ],
)
def test_the_exception_is_quoted_and_not_what_follows_it(text: str, said: str) -> None:
    assert program.complaint_in(text) == said
