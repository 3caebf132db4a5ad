"""Among what a person searches, and which conversations hold words. The reader comes first.

Nothing deleted is found. Archived conversations have left the lists, and are searched only one by
one.
"""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet

from core.models import User
from messaging.models import Conversation, SearchEntry
from messaging.queries.conversations import conversation_for, visible_to
from messaging.search.query import WrittenQuery, query_for
from messaging.search.related import terms, with_typos
from messaging.search.terms import Term

MESSAGE, FILE, NOTE, CONVERSATION = "message", "file", "note", "conversation"
# A file of a note: a file to those who look for one, and never shown to a client.
NOTE_FILE = "note_file"
INTERNAL = (NOTE, NOTE_FILE)


def entries_for(reader: User, within: UUID | None = None) -> QuerySet[SearchEntry]:
    """Everything that the person may find: of the conversations they see, notes for the company."""
    entries = SearchEntry.objects.filter(conversation__in=searched(reader, within))
    return _shown_to(reader, entries)


def _shown_to(reader: User, entries: QuerySet[SearchEntry]) -> QuerySet[SearchEntry]:
    return entries if reader.is_company else entries.exclude(kind__in=INTERNAL)


def searched(reader: User, within: UUID | None = None) -> QuerySet[Conversation]:
    if within is None:
        return visible_to(reader).filter(archived_at=None)
    return Conversation.objects.filter(pk=conversation_for(reader, within).pk)


def conversations_about(
    reader: User, conversations: QuerySet[Conversation], text: str
) -> QuerySet[Conversation]:
    """The conversations whose subject, client, chantier or people hold everything one looks for."""
    entries = entries_for(reader).filter(kind=CONVERSATION)
    return conversations.filter(pk__in=_found(reader, terms(text), entries))


def mentioning(
    reader: User, conversations: QuerySet[Conversation], text: str
) -> QuerySet[Conversation]:
    """The conversations where a message, file, note or what it is about holds every word."""
    # The list may hold archived ones: it says itself which it shows.
    entries = _shown_to(reader, SearchEntry.objects.filter(conversation__in=visible_to(reader)))
    rows = _found(reader, terms(text), entries)
    return conversations.filter(pk__in=rows.values("conversation"))


def _found(
    reader: User, wanted: list[Term], entries: QuerySet[SearchEntry]
) -> QuerySet[SearchEntry, UUID]:
    """Return the ids of the rows that hold all terms; with typing errors if none does."""
    return matching(reader, wanted, entries).values_list("row_id", flat=True)


def matching(
    reader: User, wanted: list[Term], entries: QuerySet[SearchEntry], only: Iterable[UUID] = ()
) -> QuerySet[SearchEntry]:
    """Return the entries that hold all terms; with typing errors if none does."""
    if not wanted:
        return entries.none()
    exact = entries.filter(words=WrittenQuery(query_for(reader, wanted, only=only)))
    if exact.exists():
        return exact
    return entries.filter(words=WrittenQuery(query_for(reader, with_typos(wanted), only=only)))
