"""What a person may see of conversations and messages. The reader comes first.

A client's user sees every conversation of that client; the company sees all. What is not theirs
does not exist: the API answers 404.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    Exists,
    JSONField,
    OuterRef,
    Q,
    QuerySet,
)
from django.db.models.expressions import RawSQL
from django.db.models.functions import JSONObject
from django.shortcuts import get_object_or_404

from attachments.models import Attachment
from attachments.queries import SHOWN, from_json, unclaimed_of
from core.models import User
from messaging.models import (
    Conversation,
    Message,
    MessageAttachment,
    MessageRevision,
    Note,
    Participant,
)
from messaging.search import matching, words_of

PAGE_LIMIT = 50
PAGE_LIMIT_MAX = 100
CHANGES_LIMIT = 200


def visible_to(reader: User) -> QuerySet[Conversation]:
    """Conversations the person may see, bare."""
    if reader.is_company:
        return Conversation.objects.all()
    return Conversation.objects.filter(client=reader.client_id)


def with_details(conversations: QuerySet[Conversation]) -> QuerySet[Conversation]:
    """Add all that `ConversationSerializer` shows, in two queries whatever the number of rows."""
    people = (
        Participant.objects.filter(conversation=OuterRef("pk"), left_at=None)
        .order_by("user__name", "user_id")
        .values(
            json=JSONObject(
                id="user_id",
                name="user__name",
                role="user__role",
                last_read_seq="last_read_seq",
                read_version="read_version",
                unread_count="unread_count",
                unread_from_seq="unread_from_seq",
            )
        )
    )
    return (
        conversations.select_related("client", "chantier", "assigned_to", "last_message__author")
        .prefetch_related("last_message__attachment_links")
        .annotate(people=ArraySubquery(people))
    )


def conversations_for(reader: User, *, with_archived: bool = False) -> QuerySet[Conversation]:
    """The person's list, with_details, newest activity first.

    The archived ones are for a screen that catches up, which must learn that they left the list.
    """
    listed = with_details(visible_to(reader)).order_by("-last_activity_at", "-id")
    return listed if with_archived else listed.filter(archived_at=None)


def conversation_for(reader: User, conversation_id: UUID) -> Conversation:
    """One conversation, bare but for its chantier, or Http404."""
    return get_object_or_404(visible_to(reader).select_related("chantier"), pk=conversation_id)


def detailed_conversation_for(reader: User, conversation_id: UUID) -> Conversation:
    """One conversation as its serializer wants it, in one query, or Http404."""
    conversations = with_details(visible_to(reader)).prefetch_related(None)
    files = files_of("messaging_conversation.last_message_id")
    conversation = get_object_or_404(conversations.annotate(file_rows=files), pk=conversation_id)
    if conversation.last_message is not None:
        conversation.last_message.files = brought_files(conversation)
    return conversation


def message_for(reader: User, conversation_id: UUID, message_id: UUID) -> Message:
    """One message of a conversation the person may see, or Http404."""
    messages = Message.objects.select_related("author", "conversation__chantier").filter(
        conversation__in=visible_to(reader), conversation=conversation_id
    )
    return get_object_or_404(messages, pk=message_id)


def revisions_of(message: Message) -> QuerySet[MessageRevision]:
    return message.revisions.all()


def notes_for(reader: User, conversation_id: UUID) -> QuerySet[Note]:
    """The internal notes of a conversation, oldest first; none for a client's user."""
    notes = Note.objects.select_related("author").filter(
        conversation=conversation_id, deleted_at=None
    )
    return notes.order_by("created_at", "id") if reader.is_company else notes.none()


def note_for(reader: User, conversation_id: UUID, note_id: UUID) -> Note:
    return get_object_or_404(notes_for(reader, conversation_id), pk=note_id)


# --- History ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Window:
    """Which part of a history: `seq` has no gap, so a page is a range of it."""

    before: int | None = None
    after: int | None = None
    around: int | None = None
    limit: int = PAGE_LIMIT

    def bounds(self, last_seq: int) -> tuple[int, int]:
        """Return the first and the last seq of the page."""
        if self.after is not None:
            return self.after + 1, self.after + self.limit
        if self.around is not None:
            first = max(1, self.around - self.limit // 2)
            return first, first + self.limit - 1
        end = last_seq if self.before is None else self.before - 1
        return end - self.limit + 1, end


@dataclass(frozen=True)
class History:
    """A page of messages in seq order, and whether there are others on either side."""

    results: list[Message]
    has_before: bool
    has_after: bool


def history_of(conversation: Conversation, window: Window) -> History:
    """Return a page of a conversation; without bounds, its newest messages."""
    first, last = window.bounds(conversation.last_seq)
    page = _messages_of(conversation).filter(seq__range=(first, last)).order_by("seq")
    messages = with_files(page)
    return History(messages, has_before=first > 1, has_after=last < conversation.last_seq)


@dataclass(frozen=True)
class Changes:
    """What changed after a version. `version` is where to ask from next."""

    version: int
    complete: bool
    conversation: Conversation | None
    messages: list[Message]
    read: list[dict[str, object]]


def changes_of(conversation: Conversation, since: int) -> Changes:
    """Return what changed in a with_details conversation since a version, in version order.

    The messages may be newer than the conversation's row, which was read first: `version` is the
    row's, so a change that came in between is told twice and never missed.
    """
    newer = _messages_of(conversation).filter(version__gt=since).order_by("version")
    messages = with_files(newer[: CHANGES_LIMIT + 1])
    if is_cut := len(messages) > CHANGES_LIMIT:
        messages.pop()
    people: list[dict[str, object]] = getattr(conversation, "people", [])
    return Changes(
        version=messages[-1].version if is_cut else max(since, conversation.version),
        complete=not is_cut,
        conversation=conversation if conversation.version > since else None,
        messages=messages,
        read=[person for person in people if int(str(person["read_version"])) > since],
    )


# --- Files ----------------------------------------------------------------------------------------


def attachment_for(reader: User, attachment_id: UUID) -> Attachment:
    """A file of a message the person may see, or of their own and in no message yet; or Http404."""
    link = _links_for(reader).filter(attachment=attachment_id).first()
    return link.placed if link else get_object_or_404(unclaimed_of(reader), pk=attachment_id)


def library_of(reader: User, conversations: QuerySet[Conversation]) -> QuerySet[MessageAttachment]:
    """The files of conversations, as far as the person may see them."""
    links = _links_for(reader).filter(conversation__in=conversations)
    return links.select_related("message__author").order_by("-id")


def link_of(attachment_id: UUID) -> MessageAttachment | None:
    """Where a file is shown, if it is."""
    links = MessageAttachment.objects.select_related("message__author")
    return links.filter(attachment=attachment_id).first()


def _links_for(reader: User) -> QuerySet[MessageAttachment]:
    links = MessageAttachment.objects.filter(message__deleted_at=None)
    return links if reader.is_company else links.filter(conversation__client=reader.client_id)


# The files of a message as JSON, in order. Written out, like `ledger.LOCK_TO_WRITE`: every page of
# history has it, and the ORM takes longer to compose it than PostgreSQL to answer.
FILES = """
    ARRAY(
        SELECT jsonb_build_object('position', link.position, {columns})
        FROM messaging_messageattachment link
        JOIN attachments_attachment file ON file.id = link.attachment_id
        WHERE link.message_id = {message}
        ORDER BY link.position
    )
"""
_COLUMNS = ", ".join(f"'{name}', file.{name}" for name in SHOWN)


def files_of(message: str) -> RawSQL:
    """The files of the message that a column names: they come with its row and cost no query."""
    sql = FILES.format(columns=_COLUMNS, message=message)
    return RawSQL(sql, (), output_field=ArrayField(JSONField()))  # noqa: S611 - only our own names


def brought_files(row: Message | Conversation) -> list[Attachment]:
    return [from_json(file) for file in getattr(row, "file_rows", ())]


def with_files(messages: QuerySet[Message]) -> list[Message]:
    """Return messages that know their files, in one query."""
    brought: list[Message] = list(messages.annotate(file_rows=files_of("messaging_message.id")))
    for message in brought:
        message.files = brought_files(message)
    return brought


# --- The list -------------------------------------------------------------------------------------


def unread_for(reader: User) -> dict[UUID, int]:
    """The person's unread counters that are not zero, by conversation."""
    mine = Participant.objects.filter(
        user=reader, left_at=None, unread_count__gt=0, conversation__archived_at=None
    )
    if not reader.is_company:
        mine = mine.filter(conversation__client=reader.client_id)
    return dict(mine.values_list("conversation_id", "unread_count"))


def unread_total_for(reader: User) -> int:
    return sum(unread_for(reader).values())


def with_unread(conversations: QuerySet[Conversation], reader: User) -> QuerySet[Conversation]:
    mine = Participant.objects.filter(
        conversation=OuterRef("pk"), user=reader, left_at=None, unread_count__gt=0
    )
    return conversations.filter(Exists(mine))


def mentioning(conversations: QuerySet[Conversation], text: str) -> QuerySet[Conversation]:
    """Conversations whose subject, client, chantier, messages or files hold every word."""
    query = matching(text)
    if query is None:
        return conversations.none()
    in_messages = (
        Message.objects.annotate(words=words_of("body"))
        .filter(words=query, deleted_at=None)
        .values("conversation")
    )
    in_file_names = (
        MessageAttachment.objects.annotate(words=words_of("attachment__name"))
        .filter(words=query, message__deleted_at=None)
        .values("conversation")
    )
    return conversations.annotate(
        subject_words=words_of("subject"),
        client_words=words_of("client__name"),
        chantier_words=words_of("chantier__name"),
    ).filter(
        Q(subject_words=query)
        | Q(client_words=query)
        | Q(chantier_words=query)
        | Q(pk__in=in_messages)
        | Q(pk__in=in_file_names)
    )


def changed_since(
    conversations: QuerySet[Conversation], moment: datetime
) -> QuerySet[Conversation]:
    """Conversations that changed at or after a moment (asked with an overlap; see the README)."""
    return conversations.filter(changed_at__gte=moment)


def pending_messages() -> QuerySet[Message]:
    """The messages that are still to be counted and told; without `due_at`, all attempts failed."""
    return Message.objects.filter(fanned_out_at=None)


def _messages_of(conversation: Conversation) -> QuerySet[Message]:
    return Message.objects.select_related("author").filter(conversation=conversation)
