"""Replace the name of a person who was anonymised where it stands in what belongs to others.

The order is a row (`Forgetting`), written with the anonymisation. Each conversation has a
transaction of its own; all of it may be done again from the beginning.

What people typed by hand in messages stays as it is: it is theirs, and proof. A name after an @ in
an internal note is ours to replace, since we know whom it means.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.dispatch import receiver
from django.utils.translation import gettext as _

from attachments.models import Portrait
from core.jobs.enqueue import Job, enqueue
from core.jobs.outcome import TryAgain
from core.leaving import DOMAIN, NAME, OWN_ROWS, TEXTS, CannotBeAnonymised, person_leaving, renamed
from core.models import OutgoingEvent, User
from messaging.conversation.lock import lock
from messaging.models import (
    CannedReply,
    Conversation,
    Forgetting,
    HistoryLine,
    Mention,
    Message,
    Note,
    NoteRevision,
    Notice,
    Participant,
    SavedFilter,
)
from messaging.retention import holds, record
from messaging.search import forgetting, index

ROWS_AT_ONCE = 500
INDEXED_SOON = timedelta(minutes=2)
OWN_ROWS += [(Notice, "recipient"), (Portrait, "person")]
TEXTS += [(Notice, "text"), (Notice, "last_error")]


def pending_forgettings() -> QuerySet[Forgetting]:
    """Return the people whose names still stand somewhere."""
    return Forgetting.objects.all()


@receiver(person_leaving)
def order_forgetting(person: User, **_signal: Any) -> None:
    """Refuse while anything of theirs is held; else remove what is theirs, and order the rest."""
    holds.share_lock()
    conversations = Conversation.objects.filter(pk__in=conversations_of(person.pk))
    for held in holds.all_on(conversations).values():
        text = _("Held since %(day)s: %(reason)s. Lift the hold first.")
        day = f"{held.placed_at:%Y-%m-%d}"
        raise CannotBeAnonymised(text % {"day": day, "reason": held.reason})
    SavedFilter.objects.filter(owner=person, is_shared=False).delete()
    CannedReply.objects.filter(owner=person, is_shared=False).delete()
    Forgetting.objects.create(person=person, name=person.name, email=person.email)
    enqueue(Job.FORGET_PERSON, person_id=person.pk)


def conversations_of(person_id: UUID) -> list[UUID]:
    """Return the conversations in which a person took part, in the order of locks."""
    shows = (
        Q(pk__in=Participant.objects.filter(user=person_id).values("conversation"))
        | Q(pk__in=Message.objects.filter(author=person_id).values("conversation"))
        | Q(pk__in=Note.objects.filter(author=person_id).values("conversation"))
        | Q(pk__in=Mention.objects.filter(user=person_id).values("conversation"))
        | Q(assigned_to=person_id)
        | Q(created_by=person_id)
    )
    return list(Conversation.objects.filter(shows).order_by("pk").values_list("pk", flat=True))


def forget(person_id: UUID) -> None:
    """Replace a name everywhere. The caller has leased the order."""
    row = Forgetting.objects.filter(pk=person_id).first()
    if row is None:
        return
    for conversation_id in conversations_of(person_id):
        _forget_in(conversation_id, row)
    _rename_json(HistoryLine, "details", row)
    _rename_json(OutgoingEvent, "payload", row)
    for model, column in TEXTS:
        _replace_text(model, column, row)
    # The change of the name has made the search owe its entries.
    if not index.catch_up(index.AT_A_RUN_SECONDS):
        raise TryAgain("the search is not up to date yet", after=INDEXED_SOON)
    forgetting.forget_words(re.findall(r"[a-z]{3,30}", _folded(f"{row.name} {row.email}")))
    row.delete()


@transaction.atomic
def _forget_in(conversation_id: UUID, row: Forgetting) -> None:
    locked = lock(conversation_id)
    if record.forget_authorship(locked, row.pk):
        record.name_stubs(locked, "name of an author", "anonymised")
    mentioned = Mention.objects.filter(user=row.pk, conversation=conversation_id)
    notes = Note.objects.filter(pk__in=mentioned.values("note"))
    texts: list[Note | NoteRevision] = [*notes, *NoteRevision.objects.filter(note__in=notes)]
    for each in texts:
        each.body = _unmentioned(each.body, row.name)
        each.save(update_fields=["body"])


def _unmentioned(body: str, name: str) -> str:
    names = sorted({name, name.split(" ")[0]}, key=len, reverse=True)
    pattern = "|".join(map(re.escape, names))
    return re.sub(rf"(?<!\w)@(?:{pattern})(?!\w)", f"@{NAME}", body, flags=re.IGNORECASE)


def _rename_json(model: Any, column: str, row: Forgetting) -> None:
    """Rename a person in JSON, whose objects name them by their id; addresses anywhere."""
    named = model._base_manager.extra(  # noqa: S610 - our own words
        where=[f'"{column}"::text ILIKE ANY(%s)'],
        params=[[f"%{row.pk}%", f"%{_escaped(row.email)}%"]],
    )
    for batch in _batches(named):
        for each in batch:
            value = _without_address(renamed(getattr(each, column), str(row.pk)), row.email)
            model._base_manager.filter(pk=each.pk).update(**{column: value})


def _without_address(value: Any, email: str) -> Any:
    match value:
        case dict():
            return {key: _without_address(each, email) for key, each in value.items()}
        case list():
            return [_without_address(each, email) for each in value]
        case str():
            return re.sub(re.escape(email), f"anonyme@{DOMAIN}", value, flags=re.IGNORECASE)
    return value


def _batches(rows: QuerySet[Any]) -> Iterator[list[Any]]:
    last: Any = None
    while True:
        following = rows.filter(pk__gt=last) if last is not None else rows
        batch = list(following.order_by("pk")[:ROWS_AT_ONCE])
        if not batch:
            return
        yield batch
        last = batch[-1].pk


_REPLACE = """
    UPDATE {table} SET {column} = regexp_replace(
        regexp_replace({column}::text, %(email_re)s, %(nobody)s, 'gi'), %(name_re)s, %(new)s, 'gi'
    ){cast}
    WHERE {column}::text ILIKE ANY(%(like)s)
"""


def _replace_text(model: Any, column: str, row: Forgetting) -> None:
    """Replace name and address in a column of text, array or JSON: one statement."""
    field = model._meta.get_field(column)
    kind = field.db_type(connection)
    cast = "" if kind in ("text",) else f"::{kind}"
    statement = _REPLACE.format(
        table=connection.ops.quote_name(model._meta.db_table),
        column=connection.ops.quote_name(field.column),
        cast=cast,
    )
    values: dict[str, Any] = {
        "email_re": re.escape(row.email),
        "name_re": re.escape(row.name),
        "nobody": f"anonyme@{DOMAIN}",
        "new": NAME,
        "like": [f"%{_escaped(row.email)}%", f"%{_escaped(row.name)}%"],
    }
    with transaction.atomic(), connection.cursor() as cursor:
        # A scan of a large table, by a worker.
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(statement, values)


def _folded(text: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT fold_text(%s)", [text])
        return str(cursor.fetchone()[0])


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
