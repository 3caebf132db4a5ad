"""The folders of the staff inbox, and how many conversations are in each."""

from enum import StrEnum
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from core.models import User
from messaging.models import Conversation, Mention

# A count stops there: nobody reads such a number, and the database need not count on.
COUNTED_MAX = 1_000


class Folder(StrEnum):
    TO_ANSWER = "to_answer"
    MINE = "mine"
    UNASSIGNED = "unassigned"
    MENTIONS = "mentions"
    SNOOZED = "snoozed"
    CLOSED = "closed"
    OPEN = "open"
    ALL = "all"


def in_folder(
    conversations: QuerySet[Conversation], folder: Folder, reader: User
) -> QuerySet[Conversation]:
    """Keep the conversations of a folder; none for a client's user.

    What is put off is in «snoozed», «open» and «all» alone. What is archived is in none.
    """
    if not reader.is_company:
        return conversations.none()
    listed = conversations.filter(archived_at=None)
    is_open = Q(status=Conversation.Status.OPEN, snoozed_until=None)
    match folder:
        case Folder.TO_ANSWER:
            return listed.filter(is_open, awaiting_reply_since__isnull=False)
        case Folder.MINE:
            return listed.filter(is_open, assigned_to=reader)
        case Folder.UNASSIGNED:
            return listed.filter(is_open, assigned_to=None)
        case Folder.MENTIONS:
            # Read first: few rows, where an EXISTS would look at every conversation.
            unseen = Mention.objects.filter(user=reader, seen_at=None)
            return listed.filter(pk__in=unseen.values("conversation"))
        case Folder.SNOOZED:
            return listed.filter(snoozed_until__isnull=False)
        case Folder.CLOSED:
            return listed.filter(status=Conversation.Status.CLOSED)
        case Folder.OPEN:
            return listed.filter(status=Conversation.Status.OPEN)
        case Folder.ALL:
            return listed


def counts(reader: User, **others: QuerySet[Any]) -> dict[str, int]:
    """Count what is in each folder, and in `others`, in one query; each up to COUNTED_MAX."""
    rows = {
        folder.value: in_folder(Conversation.objects.order_by(), folder, reader)
        for folder in Folder
    }
    counted = [_count(each) for each in (rows | others).values()]
    sql = f"SELECT {', '.join(part for part, _values in counted)}"
    with connection.cursor() as cursor:
        cursor.execute(sql, [value for _part, values in counted for value in values])
        found = cursor.fetchone()
    return dict(zip([*rows, *others], found, strict=True))


def _count(rows: QuerySet[Any]) -> tuple[str, tuple[Any, ...]]:
    """Return the SQL of a count of rows, as a part of a query, and its values."""
    one_each = rows.order_by().values_list("pk")[:COUNTED_MAX]
    sql, values = one_each.query.sql_with_params()
    return f"(SELECT count(*) FROM ({sql}) AS counted)", tuple(values)  # noqa: S608  (of our own)
