"""Write the entries of what was changed: `SearchOwed` says which rows, `SearchEntry` is the result.

One transaction at a time does it, so no older text is written over a newer one, and no two wait for
each other's words. A sender never waits for it.
"""

import time
from collections.abc import Collection
from typing import Any
from uuid import UUID

import structlog
from django.db import DataError, OperationalError, connection, transaction
from psycopg.errors import LockNotAvailable

from messaging.models import SearchOwed

logger = structlog.get_logger(__name__)

BATCH = 100
# Of PostgreSQL's advisory locks; any number that nothing else takes.
LOCK = 7_201_509

_PATIENCE = "SELECT set_config('lock_timeout', %s, true)"
_LOCK = "SELECT pg_advisory_xact_lock(%s)"
# The newest first: a person looks for what was just written.
_TAKE = """
    DELETE FROM messaging_searchowed WHERE id IN (
        SELECT id FROM messaging_searchowed ORDER BY is_again, id DESC LIMIT %s
    )
    RETURNING kind, row_id
"""
# A change of what is around entries: each of them is owed again. The conversations of a person are
# those of their client and those where they take part.
_OWE_AGAIN = """
    WITH changed AS (SELECT * FROM unnest(%(kinds)s::text[], %(ids)s::uuid[]) AS c (kind, id)),
    again AS (
        SELECT e.kind, e.row_id FROM changed JOIN messaging_searchentry e
            ON e.conversation_id = changed.id WHERE changed.kind = 'thread'
        UNION
        SELECT e.kind, e.row_id FROM changed
            JOIN messaging_conversation c ON c.client_id = changed.id
            JOIN messaging_searchentry e ON e.conversation_id = c.id WHERE changed.kind = 'client'
        UNION
        SELECT e.kind, e.row_id FROM changed
            JOIN messaging_conversation c ON c.chantier_id = changed.id
            JOIN messaging_searchentry e ON e.conversation_id = c.id
            WHERE changed.kind = 'chantier'
        UNION
        SELECT e.kind, e.row_id FROM changed
            JOIN messaging_searchentry e ON e.author_id = changed.id WHERE changed.kind = 'person'
        UNION
        SELECT 'conversation', c.id FROM changed JOIN core_user u ON u.id = changed.id
            JOIN messaging_conversation c ON c.client_id = u.client_id
            WHERE changed.kind = 'person'
        UNION
        SELECT 'conversation', p.conversation_id FROM changed
            JOIN messaging_participant p ON p.user_id = changed.id WHERE changed.kind = 'person'
    )
    INSERT INTO messaging_searchowed (kind, row_id, is_again) SELECT kind, row_id, true FROM again
"""
# What the rows say now. Of a row that is deleted nothing is left. "#" is followed by the random
# part of an id.
_ENTER = """
    WITH owed AS (SELECT * FROM unnest(%(kinds)s::text[], %(ids)s::uuid[]) AS o (kind, id)),
    entered AS (
        SELECT 'message' AS kind, m.id, m.conversation_id, m.author_id, m.created_at AS at,
            m.attachment_count > 0 AS has_file, m.body AS own, u.name AS around, '' AS hidden
        FROM owed JOIN messaging_message m ON m.id = owed.id JOIN core_user u ON u.id = m.author_id
        -- Files without a text are found by their names alone.
        WHERE owed.kind = 'message' AND m.deleted_at IS NULL AND m.body <> ''
        UNION ALL
        SELECT 'file', l.attachment_id, l.conversation_id, m.author_id, m.created_at, true, f.name,
            concat_ws(' ; ', u.name, m.body), ''
        FROM owed JOIN messaging_messageattachment l ON l.attachment_id = owed.id
        JOIN attachments_attachment f ON f.id = l.attachment_id
        JOIN messaging_message m ON m.id = l.message_id
        JOIN core_user u ON u.id = m.author_id
        WHERE owed.kind = 'file' AND m.deleted_at IS NULL
        UNION ALL
        SELECT 'note', n.id, n.conversation_id, n.author_id, n.created_at,
            EXISTS (SELECT FROM messaging_noteattachment l WHERE l.note_id = n.id),
            n.body, u.name, ''
        FROM owed JOIN messaging_note n ON n.id = owed.id JOIN core_user u ON u.id = n.author_id
        WHERE owed.kind = 'note' AND n.deleted_at IS NULL AND n.body <> ''
        UNION ALL
        SELECT 'note_file', l.attachment_id, n.conversation_id, n.author_id, n.created_at, true,
            f.name, concat_ws(' ; ', u.name, n.body), ''
        FROM owed JOIN messaging_noteattachment l ON l.attachment_id = owed.id
        JOIN attachments_attachment f ON f.id = l.attachment_id
        JOIN messaging_note n ON n.id = l.note_id
        JOIN core_user u ON u.id = n.author_id
        WHERE owed.kind = 'file' AND n.deleted_at IS NULL
        UNION ALL
        SELECT 'conversation', c.id, c.id, NULL, c.created_at, false, p.names, '', p.emails
        FROM owed JOIN messaging_conversation c ON c.id = owed.id, LATERAL (
            SELECT string_agg(DISTINCT u.name, ' ; ') AS names,
                string_agg(DISTINCT u.email, ' ; ') AS emails
            FROM core_user u
            WHERE u.client_id = c.client_id OR u.id IN (
                SELECT user_id FROM messaging_participant WHERE conversation_id = c.id
            )
        ) p
        WHERE owed.kind = 'conversation'
    ),
    about AS MATERIALIZED (
        SELECT c.id, about.said, search_labels('^', about.said) AS words, concat_ws(' ',
            '''#' || right(c.client_id::text, 12) || '''',
            '''#' || right(c.chantier_id::text, 12) || ''''
        )::tsvector AS ids
        FROM (SELECT DISTINCT conversation_id FROM entered) r
        -- Nothing of one that is being purged is entered again.
        JOIN messaging_conversation c ON c.id = r.conversation_id AND c.purged_at IS NULL
        JOIN core_client client ON client.id = c.client_id
        LEFT JOIN core_chantier k ON k.id = c.chantier_id,
        LATERAL (
            SELECT concat_ws(' ; ', c.subject, client.name, k.name, k.reference, k.address) AS said
        ) about
    ),
    gone AS (
        DELETE FROM messaging_searchentry e USING owed
        WHERE e.row_id = owed.id AND owed.id NOT IN (SELECT id FROM entered)
    ),
    written AS (
        INSERT INTO messaging_searchentry AS e
            (kind, row_id, conversation_id, author_id, at, has_file, words)
        SELECT r.kind, r.id, r.conversation_id, r.author_id, r.at, r.has_file,
            CASE WHEN r.kind = 'conversation'
                THEN search_words(concat_ws(' ; ', a.said, r.own)) ELSE search_words(r.own) END
            || a.words || a.ids || search_labels('^', r.around) || search_labels('%%', r.hidden)
            || concat_ws(' ',
                '''#' || right(r.author_id::text, 12) || '''',
                '''@' || to_char(r.at AT TIME ZONE 'Europe/Paris', 'YYYYMMDD') || '''',
                '''=' || replace(r.kind, 'note_file', 'file') || '''',
                CASE WHEN r.has_file THEN '''=joined''' END
            )::tsvector
        FROM entered r JOIN about a ON a.id = r.conversation_id
        ON CONFLICT (row_id) DO UPDATE SET at = excluded.at, author_id = excluded.author_id,
            conversation_id = excluded.conversation_id, has_file = excluded.has_file,
            words = excluded.words
        WHERE (e.at, e.author_id, e.conversation_id, e.has_file, e.words) IS DISTINCT FROM
            (excluded.at, excluded.author_id, excluded.conversation_id, excluded.has_file,
            excluded.words)
        RETURNING e.words
    )
    -- The words that exist, with what finds their other forms and spellings.
    INSERT INTO messaging_searchword (word, stem, near)
    SELECT w, search_stem(w), search_near(w) FROM (
        SELECT DISTINCT w FROM written, unnest(tsvector_to_array(written.words)) w
        WHERE w ~ '^[a-z]{3,30}$'
    ) found
    WHERE NOT EXISTS (SELECT FROM messaging_searchword known WHERE known.word = found.w)
    ON CONFLICT DO NOTHING
"""
_FILES_OF = """
    SELECT attachment_id FROM messaging_messageattachment WHERE message_id = ANY(%(ids)s)
    UNION ALL
    SELECT attachment_id FROM messaging_noteattachment WHERE note_id = ANY(%(ids)s)
"""
WITH_FILES = ("message", "note")
AROUND = ("thread", "client", "chantier", "person")
# What a search may spend on what was written a moment ago. Workers write the rest.
AT_A_SEARCH_SECONDS = 0.3
AT_A_RUN_SECONDS = 10


def catch_up(seconds: float) -> bool:
    """Write the entries of what is owed, for about so long. Tell whether nothing is owed now.

    If another transaction is doing it, wait for it, for so long too.
    """
    until = time.monotonic() + seconds
    while SearchOwed.objects.exists():
        left_ms = round((until - time.monotonic()) * 1_000)
        if left_ms <= 0 or not _write_some(left_ms):
            return False
    return True


def catch_up_with_much() -> str:
    """Write the entries of what is owed, of millions in several runs. Return what is left."""
    catch_up(AT_A_RUN_SECONDS)
    return f"{SearchOwed.objects.count()} left"


def _write_some(patience_ms: int) -> bool:
    """Write the entries of a batch. Return False if another transaction is at it for too long."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(_PATIENCE, [f"{patience_ms}ms"])
                cursor.execute(_LOCK, [LOCK])
            # After the lock, so that it sees what the transaction before it wrote.
            _write_batch()
    except OperationalError as error:
        if not isinstance(error.__cause__, LockNotAvailable):
            raise
        return False
    return True


def _write_batch() -> None:
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [BATCH])
        # Of a file only its id counts: whether a message or a note shows it is read again.
        taken = {(kind.removeprefix("note_"), row) for kind, row in cursor.fetchall()}
        around = [pair for pair in taken if pair[0] in AROUND]
        rows = {pair for pair in taken if pair[0] not in AROUND}
        rows |= {("conversation", row) for kind, row in around if kind == "thread"}
        cursor.execute(_FILES_OF, {"ids": [row for kind, row in rows if kind in WITH_FILES]})
        rows |= {("file", row) for (row,) in cursor.fetchall()}
        if around:
            cursor.execute(_OWE_AGAIN, _columns(around))
    _enter(rows)


def _enter(rows: Collection[tuple[str, UUID]]) -> None:
    """Write the entries of rows. One that PostgreSQL refuses must not hold back all others."""
    if not rows:
        return
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_ENTER, _columns(rows))
    except DataError as error:
        if len(rows) == 1:
            logger.exception("search_entry_refused", rows=str(rows), error=str(error))
            return
        for row in rows:
            _enter([row])


def _columns(rows: Collection[tuple[str, UUID]]) -> dict[str, list[Any]]:
    return {"kinds": [kind for kind, _ in rows], "ids": [row for _, row in rows]}
