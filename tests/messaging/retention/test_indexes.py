"""What a purge deletes is looked for in the tables that point at it: each has an index for that."""

from uuid import UUID

import pytest
from django.db import connection

from attachments.models import Attachment
from messaging.models import HistoryLine, Message, Participant
from messaging.retention.contents import ROWS

pytestmark = pytest.mark.django_db

WITHOUT_INDEX = """
    SELECT c.conrelid::regclass || '.' || a.attname
    FROM pg_constraint c
    JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
    WHERE c.contype = 'f' AND c.confrelid = ANY(%s::regclass[])
        AND NOT EXISTS (
            SELECT FROM pg_index i WHERE i.indrelid = c.conrelid AND i.indkey[0] = c.conkey[1]
            AND (i.indpred IS NULL
                OR pg_get_expr(i.indpred, i.indrelid) = format('(%%I IS NOT NULL)', a.attname))
        )
"""


def test_each_row_that_a_purge_deletes_is_looked_for_by_an_index() -> None:
    """Without one, 500 messages of a company that has 300,000 took 26 s under one lock."""
    of_rows = {rows.of(UUID(int=0)).model for rows in ROWS}
    tables = [
        model._meta.db_table for model in {Attachment, HistoryLine, Message, Participant} | of_rows
    ]

    with connection.cursor() as cursor:
        cursor.execute(WITHOUT_INDEX, [tables])
        found = {name for (name,) in cursor.fetchall()}

    assert found == set()
