"""Conversations, messages and lines as the JSON that screens show, written by PostgreSQL.

`messaging.serializers.output` defines the shapes, and a test compares each with what its serializer
writes of the same rows. They are written here once more since a list of 50 conversations and a page
of 50 messages are what screens ask for most: they cost a fifth of what they cost by the ORM and
the serializers (README of messaging).

Every other row is looked up by its key where it is shown, without a join: PostgreSQL planned the
eight joins of a list for longer than it read the rows.

PostgreSQL leaves to Python what only Python knows: whether a text is thanks, the sentence about a
file, and the order of people's names.
"""

import re
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet
from django.http import Http404

from attachments.scanning.reasons import sentence
from core.database.folding import fold
from core.models import Chantier, User
from core.queries import EPOCH, current_epoch
from messaging.models import SHOWN_TO_CLIENTS, Conversation
from messaging.queries.history import Window
from messaging.thanks import MAX_LENGTH, only_thanks

Json = dict[str, Any]

# Two lines of a wide bubble. The page of a conversation has the same number (state/quote.js).
QUOTED_CHARACTERS = 200
CHANGES_LIMIT = 200


def moment(column: str) -> str:
    """Return SQL that writes a moment as `core.serializers.UtcField` does."""
    written = f"""to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
    return f"replace({written}, '.000000', '')"


def person(column: str) -> str:
    """Return SQL of the person whose id a column holds; null if it holds none."""
    return f"""(
        SELECT json_build_object('id', person.id, 'name', person.name, 'role', person.role)
        FROM core_user person WHERE person.id = {column}
    )"""  # noqa: S608 - of our own


FILE = f"""
    json_build_object(
        'id', file.id, 'name', file.name, 'size', file.size, 'content_type', file.content_type,
        'kind', file.kind, 'status', file.status, 'verdict', file.verdict,
        'reason', file.is_withdrawn, 'reason_code', file.reason_code,
        'width', file.width, 'height', file.height, 'placeholder', file.placeholder,
        'has_preview', file.has_preview, 'location', file.location,
        'shared_size', file.shared_size, 'position', link.position,
        'created_at', {moment("file.created_at")}
    )
"""
QUOTE = f"""
    json_build_object(
        'id', quoted.id, 'seq', quoted.seq, 'author', {person("quoted.author_id")},
        'body', left(quoted.body, {QUOTED_CHARACTERS}),
        'attachment_count',
            CASE WHEN quoted.deleted_at IS NULL THEN quoted.attachment_count ELSE 0 END,
        'is_deleted', quoted.deleted_at IS NOT NULL
    )
"""
# `is_thanks` says that it may be one: `_finish_message` reads the text.
MESSAGE = f"""
    json_build_object(
        'id', message.id, 'conversation', message.conversation_id, 'seq', message.seq,
        'version', message.version, 'author', {person("message.author_id")},
        'body', message.body,
        'attachments', CASE
            WHEN message.attachment_count = 0 OR message.deleted_at IS NOT NULL THEN '[]'
            ELSE (
                SELECT json_agg({FILE} ORDER BY link.position)
                FROM messaging_messageattachment link
                JOIN attachments_attachment file ON file.id = link.attachment_id
                WHERE link.message_id = message.id
            )
        END,
        'reply_to', message.reply_to_id,
        'quoted',
            (SELECT {QUOTE} FROM messaging_message quoted WHERE quoted.id = message.reply_to_id),
        'by_email', message.by_email,
        'is_thanks', message.attachment_count = 0
            AND length(message.body) BETWEEN 1 AND {MAX_LENGTH}
            AND EXISTS (
                SELECT FROM core_user person
                WHERE person.id = message.author_id AND person.role = '{User.Role.CLIENT}'
            ),
        'created_at', {moment("message.created_at")},
        'edited_at', {moment("message.edited_at")},
        'deleted_at', {moment("message.deleted_at")},
        'moved_to', CASE WHEN message.moved_to_id IS NOT NULL THEN json_build_object(
            'conversation', message.moved_into_id, 'message', message.moved_to_id
        ) END
    )
"""  # noqa: S608 - of our own
LINE = f"""
    json_build_object(
        'id', line.id, 'conversation', line.conversation_id, 'version', line.version,
        'after_seq', line.after_seq, 'kind', line.kind, 'by', {person("line.by_id")},
        'at', {moment("line.at")}, 'details', line.details
    )
"""
# A line that the reader may read.
READABLE = "(%(is_company)s OR line.kind = ANY(%(kinds)s))"
# `reader` is their row of `messaging_participant`, of nulls for who takes no part.
CONVERSATION = f"""
    json_build_object(
        'id', conversation.id, 'subject', conversation.subject,
        'chantier', (
            SELECT json_build_object(
                'id', chantier.id, 'name', chantier.name, 'reference', chantier.reference
            )
            FROM core_chantier chantier WHERE chantier.id = conversation.chantier_id
        ),
        'client', (
            SELECT json_build_object('id', client.id, 'name', client.name)
            FROM core_client client WHERE client.id = conversation.client_id
        ),
        'status', conversation.status, 'archived_at', {moment("conversation.archived_at")},
        'accepts_messages', conversation.archived_at IS NULL AND NOT EXISTS (
            SELECT FROM core_chantier chantier
            WHERE chantier.id = conversation.chantier_id
            AND chantier.status = '{Chantier.Status.ARCHIVED}'
        ),
        'assigned_to', {person("conversation.assigned_to_id")},
        'version', conversation.version, 'last_seq', conversation.last_seq,
        'last_message', (
            SELECT {MESSAGE} FROM messaging_message message
            WHERE message.id = conversation.last_message_id
        ),
        'last_activity_at', {moment("conversation.last_activity_at")},
        'awaiting_reply_since', {moment("conversation.awaiting_reply_since")},
        'answer_amber_at', {moment("conversation.answer_amber_at")},
        'answer_due_at', {moment("conversation.answer_due_at")},
        'closed_up_to_seq', conversation.closed_up_to_seq,
        'snoozed_until',
            CASE WHEN %(is_company)s THEN {moment("conversation.snoozed_until")} END,
        'created_at', {moment("conversation.created_at")},
        'participants', (
            SELECT coalesce(json_agg(json_build_object(
                'id', person.id, 'name', person.name, 'role', person.role,
                'locale', person.locale, 'last_read_seq', participant.last_read_seq
            )), '[]')
            FROM messaging_participant participant
            JOIN core_user person ON person.id = participant.user_id
            WHERE participant.conversation_id = conversation.id AND participant.left_at IS NULL
        ),
        'unread_count', coalesce(reader.unread_count, 0),
        'unread_after_seq', coalesce(
            least(reader.last_read_seq, reader.unread_from_seq - 1), conversation.last_seq
        )
    )
"""  # noqa: S608 - of our own
CONVERSATIONS = """
    messaging_conversation conversation
    LEFT JOIN messaging_participant reader ON reader.conversation_id = conversation.id
        AND reader.user_id = %(reader)s AND reader.left_at IS NULL
"""
# One that the person may see.
THE_CONVERSATION = """
    conversation.id = %(id)s AND conversation.purged_at IS NULL
    AND (%(is_company)s OR conversation.client_id = %(client)s)
"""
SHOWN_CONVERSATION = f"""
    SELECT {CONVERSATION}::text FROM {CONVERSATIONS} WHERE {THE_CONVERSATION}
"""  # noqa: S608 - of our own
PAGE = f"""
    SELECT
        conversation.last_seq,
        (
            SELECT coalesce(json_agg({MESSAGE} ORDER BY message.seq), '[]')::text
            FROM messaging_message message
            WHERE message.conversation_id = conversation.id
            AND message.seq BETWEEN page.first AND page.last
        ),
        (
            SELECT coalesce(json_agg({LINE} ORDER BY line.version, line.id), '[]')::text
            FROM messaging_historyline line
            WHERE line.conversation_id = conversation.id AND {READABLE}
            -- Those before the first message belong to its page.
            AND line.after_seq BETWEEN
                CASE WHEN page.first <= 1 THEN 0 ELSE page.first END AND page.last
        )
    FROM messaging_conversation conversation
    CROSS JOIN LATERAL (
        SELECT
            coalesce(%(first)s, conversation.last_seq - %(limit)s + 1) AS first,
            coalesce(%(last)s, conversation.last_seq) AS last
    ) page
    WHERE {THE_CONVERSATION}
"""  # noqa: S608 - of our own
CHANGES = f"""
    SELECT
        ({EPOCH}),
        conversation.version,
        CASE WHEN conversation.version > since.version THEN {CONVERSATION}::text END,
        (
            SELECT coalesce(json_agg(newer.shown), '[]')::text FROM (
                SELECT {MESSAGE} AS shown FROM messaging_message message
                WHERE message.conversation_id = conversation.id
                AND message.version > since.version
                ORDER BY message.version LIMIT %(limit)s
            ) newer
        ),
        (
            SELECT coalesce(json_agg(newer.shown), '[]')::text FROM (
                SELECT {LINE} AS shown FROM messaging_historyline line
                WHERE line.conversation_id = conversation.id AND {READABLE}
                AND line.version > since.version
                ORDER BY line.version, line.id LIMIT %(limit)s
            ) newer
        ),
        (
            SELECT coalesce(json_agg(json_build_object(
                'id', person.id, 'name', person.name, 'last_read_seq', participant.last_read_seq
            )), '[]')::text
            FROM messaging_participant participant
            JOIN core_user person ON person.id = participant.user_id
            WHERE participant.conversation_id = conversation.id
            AND participant.left_at IS NULL AND participant.read_version > since.version
        )
    FROM {CONVERSATIONS}
    CROSS JOIN LATERAL (
        SELECT CASE WHEN %(since)s > conversation.version THEN 0 ELSE %(since)s END AS version
    ) since
    WHERE {THE_CONVERSATION}
"""  # noqa: S608 - of our own


class ShownConversations:
    """A queryset whose slices are JSON, each by one statement: a paginator orders and slices it."""

    def __init__(self, conversations: QuerySet[Conversation], reader: User) -> None:
        self.conversations, self.reader = conversations, reader

    def filter(self, **conditions: Any) -> "ShownConversations":
        return ShownConversations(self.conversations.filter(**conditions), self.reader)

    def order_by(self, *fields: str) -> "ShownConversations":
        return ShownConversations(self.conversations.order_by(*fields), self.reader)

    def __getitem__(self, wanted: slice) -> list[Json]:
        try:
            ids, given = _named(self.conversations.values_list("pk")[wanted])
        except EmptyResultSet:
            return []
        # First the ids, so that JSON is made of the rows of the page alone.
        page = f"unnest(ARRAY({ids})) WITH ORDINALITY AS page (id, place)"
        sql = f"""
            SELECT {CONVERSATION}::text FROM {CONVERSATIONS}
            JOIN {page} ON page.id = conversation.id ORDER BY page.place
        """  # noqa: S608 - of our own
        return [_conversation(row) for (row,) in _rows(sql, self.reader, given)]


def shown_conversation(reader: User, conversation_id: UUID) -> Json:
    """Return one conversation that the person may see, or raise Http404."""
    [found] = _found(SHOWN_CONVERSATION, reader, {"id": conversation_id})
    return _conversation(found)


def shown_page(reader: User, conversation_id: UUID, window: Window) -> Json:
    """Return what `HistorySerializer` shows of a conversation that the person may see, or Http404.

    `lines` are those between its messages: each is in one page.
    """
    first, last = window.bounds(0) if window.is_bound else (None, None)
    asked = {"id": conversation_id, "first": first, "last": last, "limit": window.limit}
    last_seq, messages, lines = _found(PAGE, reader, asked)
    first, last = window.bounds(last_seq)
    return {
        "results": _messages(messages),
        "lines": orjson.loads(lines),
        "has_before": first > 1,
        "has_after": last < last_seq,
    }


def shown_changes(reader: User, conversation_id: UUID, since: int) -> Json:
    """Return what `ChangesSerializer` shows: what changed after a version, in version order.

    The next question starts at its `version`. `start_anew` says that the conversation does not have
    the version `since`, which is from before a restore. All that there is has changed then: a
    caller that looks at the messages alone goes on with the right version.
    """
    asked = {"id": conversation_id, "since": since, "limit": CHANGES_LIMIT + 1}
    epoch, version, *rows = _found(CHANGES, reader, asked)
    conversation, messages, lines, read = rows
    is_lost = since > version
    found = _messages(messages), orjson.loads(lines)
    end = _end_of(*found)
    until = version if end is None else end
    return {
        "epoch": epoch or current_epoch(),
        "start_anew": is_lost,
        "version": until,
        "complete": end is None,
        "conversation": None if conversation is None else _conversation(conversation),
        "messages": _up_to(end, found[0]),
        "lines": _up_to(end, found[1]),
        "read": [
            {"user": each["id"], "last_read_seq": each["last_read_seq"]}
            for each in _in_order_of_names(orjson.loads(read))
        ],
    }


def _end_of(*found: list[Json]) -> int | None:
    """Return the last version that an answer can be whole up to; None if nothing is cut off.

    Before the first row beyond the limit: several lines may share its version.
    """
    cut = [int(rows[CHANGES_LIMIT]["version"]) - 1 for rows in found if len(rows) > CHANGES_LIMIT]
    return min(cut, default=None)


def _up_to(end: int | None, rows: list[Json]) -> list[Json]:
    return rows if end is None else [each for each in rows if each["version"] <= end]


def _found(sql: str, reader: User, asked: Json) -> tuple[Any, ...]:
    """Return the row of one conversation, or raise Http404."""
    for row in _rows(sql, reader, asked):
        return row
    raise Http404


def _rows(sql: str, reader: User, asked: Json) -> list[tuple[Any, ...]]:
    by = {
        "reader": reader.pk,
        "client": reader.client_id,
        "is_company": reader.is_company,
        "kinds": list(SHOWN_TO_CLIENTS),
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, by | asked)
        return list(cursor.fetchall())


def _named(rows: QuerySet[Any, Any]) -> tuple[str, Json]:
    """Return the SQL of a query with names for its values, to be a part of another one.

    Raises EmptyResultSet for a query that Django knows to find nothing.
    """
    sql, values = rows.query.sql_with_params()
    given = {f"given_{place}": value for place, value in enumerate(values)}
    names = iter(given)
    named = re.sub("%[%s]", lambda sign: "%%" if sign[0] == "%%" else f"%({next(names)})s", sql)
    return named, given


def _conversation(text: str) -> Json:
    row: Json = orjson.loads(text)
    row["participants"] = _in_order_of_names(row["participants"])
    if row["last_message"] is not None:
        _finish_message(row["last_message"])
    return row


def _messages(text: str) -> list[Json]:
    rows: list[Json] = orjson.loads(text)
    for row in rows:
        _finish_message(row)
    return rows


def _finish_message(row: Json) -> None:
    if row["is_thanks"]:
        row["is_thanks"] = only_thanks(row["body"], author=row["author"]["name"])
    for file in row["attachments"]:
        file["reason"] = sentence(file["reason_code"], file["verdict"], is_withdrawn=file["reason"])


def _in_order_of_names(people: list[Json]) -> list[Json]:
    # As `with_details` does. PostgreSQL's `fold_text` takes 25 µs a person, this 0.2.
    return sorted(people, key=lambda each: (_folded(each["name"]), each["id"]))


_folded = lru_cache(4096)(fold)
