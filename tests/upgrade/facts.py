"""What no upgrade may change, read by SQL that each version understands."""

from typing import Any

from tests.upgrade.place import Place

# Bodies are compared as they are, since people rely on them.
FACTS = {
    "people": "SELECT id, email, name, role, client_id, is_active, password FROM core_user",
    "clients": "SELECT id, name FROM core_client",
    "chantiers": "SELECT id, client_id, name, reference, status FROM core_chantier",
    "conversations": (
        "SELECT id, client_id, chantier_id, subject, status, last_seq, assigned_to_id,"
        " archived_at, created_at FROM messaging_conversation"
    ),
    "messages": (
        "SELECT id, conversation_id, seq, author_id, body, reply_to_id, created_at, edited_at,"
        " deleted_at, fanned_out_at, due_at, last_error FROM messaging_message"
    ),
    "revisions": "SELECT message_id, body, replaced_at FROM messaging_messagerevision",
    "notes": "SELECT id, conversation_id, author_id, body, deleted_at FROM messaging_note",
    "files": (
        "SELECT id, uploader_id, name, size, sha256, status, verdict, kind, claimed_at"
        " FROM attachments_attachment"
    ),
    "files of messages": (
        "SELECT message_id, attachment_id, position FROM messaging_messageattachment"
    ),
    "reading": (
        "SELECT conversation_id, user_id, last_read_seq, unread_from_seq, unread_count, left_at"
        " FROM messaging_participant"
    ),
    "deliveries": (
        "SELECT id, message_id, recipient_id, channel, status, reason, sent_at, displayed_at"
        " FROM notifications_delivery"
    ),
    "preferences": (
        "SELECT user_id, push, email, email_delay_minutes FROM notifications_preference"
    ),
    "mutes": "SELECT user_id, conversation_id FROM notifications_mute",
    "devices": "SELECT id, user_id, endpoint, p256dh, auth FROM notifications_pushsubscription",
}
# Tables of later versions.
LATER = {
    "core_epoch": "SELECT value FROM core_epoch",
    "messaging_snooze": "SELECT * FROM messaging_snooze",
    "messaging_cannedreply": "SELECT * FROM messaging_cannedreply",
    "messaging_savedfilter": "SELECT * FROM messaging_savedfilter",
    "attachments_portrait": "SELECT * FROM attachments_portrait",
    "core_outgoingevent": "SELECT * FROM core_outgoingevent",
    "core_machinecredential": "SELECT * FROM core_machinecredential",
    "notifications_webhookendpoint": "SELECT id, url FROM notifications_webhookendpoint",
}
WITHOUT_A_GAP = """
    SELECT conversation_id FROM messaging_message GROUP BY conversation_id
    HAVING count(*) <> max(seq) OR min(seq) <> 1
"""
# Messages of others after what was read. A message that is not told yet is not counted yet.
WRONG_UNREAD = """
    SELECT p.conversation_id, p.user_id, p.unread_count, counted.n
    FROM messaging_participant p, LATERAL (
        SELECT count(*) AS n FROM messaging_message m
        WHERE m.conversation_id = p.conversation_id AND m.author_id <> p.user_id
        AND m.deleted_at IS NULL
        AND m.seq > least(p.last_read_seq, coalesce(p.unread_from_seq - 1, p.last_read_seq))
    ) counted
    WHERE p.left_at IS NULL AND p.unread_count <> counted.n AND NOT EXISTS (
        SELECT 1 FROM messaging_message m
        WHERE m.conversation_id = p.conversation_id AND m.fanned_out_at IS NULL
    )
"""
COLUMNS = """
    SELECT table_name, column_name, is_nullable = 'NO' AND column_default IS NULL
        AND is_generated = 'NEVER' AND is_identity = 'NO'
    FROM information_schema.columns WHERE table_schema = 'public'
"""

Rows = list[tuple[Any, ...]]


def facts(place: Place) -> dict[str, Rows]:
    """Return the rows of each fact, sorted."""
    tables = place.tables()
    queries = FACTS | {name: query for name, query in LATER.items() if name in tables}
    return {name: sorted(place.rows(query), key=repr) for name, query in queries.items()}


def columns(place: Place) -> dict[tuple[str, str], bool]:
    """Return whether an INSERT must name each column, by table and column."""
    return {(table, column): is_required for table, column, is_required in place.rows(COLUMNS)}
