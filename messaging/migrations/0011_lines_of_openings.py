"""Give the conversations of before the line that says who opened them, in batches."""

from typing import Any

from django.db import migrations

BATCH = 5_000
# The id of the line is the conversation's: made once, whatever is run twice.
OPENED = """
    WITH batch AS (
        SELECT id, created_by_id, created_at FROM messaging_conversation
        WHERE %(after)s::uuid IS NULL OR id > %(after)s::uuid
        ORDER BY id
        LIMIT %(size)s
    ), written AS (
        INSERT INTO messaging_historyline
            (id, conversation_id, version, after_seq, kind, by_id, at, details)
        SELECT id, id, 1, 0, 'opened', created_by_id, created_at, '{}' FROM batch
        WHERE NOT EXISTS (
            SELECT FROM messaging_historyline line
            WHERE line.conversation_id = batch.id AND line.kind = 'opened'
        )
        ON CONFLICT DO NOTHING
    )
    SELECT max(id::text) FROM batch
"""


def write_openings(apps: Any, schema_editor: Any) -> None:
    after = None
    while True:
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(OPENED, {"after": after, "size": BATCH})
            after = cursor.fetchone()[0]
        if after is None:
            return


class Migration(migrations.Migration):
    # Each batch is a transaction of its own. Nothing is locked but what is written.
    atomic = False
    dependencies = [("messaging", "0010_history_lines")]
    operations = [migrations.RunPython(write_openings, migrations.RunPython.noop, elidable=True)]
