from django.db import migrations, models

CLOSED = """
    UPDATE messaging_conversation SET closed_up_to_seq = last_seq WHERE status = 'closed'
"""
# Deleting an answer, or opening a conversation again, did not bring back the question before it.
# Only rows without a wait are repaired: those with one are right, or older closings made them so.
UNSEEN_WAITS = """
    UPDATE messaging_conversation SET awaiting_reply_since = waiting.since
    FROM (
        SELECT conversation.id, question.created_at AS since
        FROM messaging_conversation conversation
        CROSS JOIN LATERAL (
            SELECT message.created_at
            FROM messaging_message message
            JOIN core_user author ON author.id = message.author_id
            WHERE message.conversation_id = conversation.id
                AND message.deleted_at IS NULL
                AND author.role = 'client'
                AND message.seq > COALESCE((
                    SELECT answer.seq
                    FROM messaging_message answer
                    JOIN core_user colleague ON colleague.id = answer.author_id
                    WHERE answer.conversation_id = conversation.id
                        AND answer.deleted_at IS NULL
                        AND colleague.role <> 'client'
                    ORDER BY answer.seq DESC
                    LIMIT 1
                ), 0)
            ORDER BY message.seq
            LIMIT 1
        ) question
        WHERE conversation.status = 'open'
            AND conversation.archived_at IS NULL
            AND conversation.awaiting_reply_since IS NULL
    ) waiting
    WHERE messaging_conversation.id = waiting.id
"""


class Migration(migrations.Migration):
    dependencies = [("messaging", "0006_words_of_file_names")]
    operations = [
        # A default of the database, for the processes of the version before that still insert.
        migrations.AddField(
            model_name="conversation",
            name="closed_up_to_seq",
            field=models.PositiveBigIntegerField(db_default=0, default=0),
        ),
        migrations.RunSQL(CLOSED, migrations.RunSQL.noop),
        migrations.RunSQL(UNSEEN_WAITS, migrations.RunSQL.noop),
    ]
