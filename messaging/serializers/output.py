"""The JSON shapes of messaging, the same for the API, the stream and the first state of a page."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from attachments.serializers import AttachmentSerializer
from core.models import User
from core.queries import current_epoch
from core.serializers import (
    ChantierReferenceSerializer,
    ClientSerializer,
    MeSerializer,
    PersonSerializer,
    Shape,
    UtcField,
)
from core.shape_writers import Written
from messaging.limits import Limits, limits
from messaging.models import (
    Conversation,
    Message,
    MessageAttachment,
    MessageRevision,
    Note,
    NoteRevision,
    Participant,
)
from messaging.queries.shown import QUOTED_CHARACTERS
from messaging.queries.unread import unread_total_for
from messaging.serializers.answers import AnswersSerializer, answers_for
from messaging.serializers.history import LineSerializer

EPOCH = "Of the database. Another one than before: drop what you hold and load anew."


class QuoteSerializer(Shape[Message]):
    """What a message shows of the one that it answers. A deleted one is quoted without its text."""

    author = PersonSerializer(read_only=True)
    body = serializers.SerializerMethodField(
        help_text=f"The first {QUOTED_CHARACTERS} characters of the text."
    )
    attachment_count = serializers.SerializerMethodField()
    is_deleted = serializers.SerializerMethodField()

    class Meta:
        model = Message
        fields = ("id", "seq", "author", "body", "attachment_count", "is_deleted")
        read_only_fields = fields

    def get_body(self, quoted: Message) -> str:
        return quoted.body[:QUOTED_CHARACTERS]

    def get_attachment_count(self, quoted: Message) -> int:
        return 0 if quoted.deleted_at else quoted.attachment_count

    def get_is_deleted(self, quoted: Message) -> bool:
        return quoted.deleted_at is not None


class MessagePlaceSerializer(serializers.Serializer[Any]):
    """A message in its conversation."""

    conversation = serializers.UUIDField(read_only=True)
    message = serializers.UUIDField(read_only=True)


class MessageSerializer(Shape[Message]):
    """A message. A deleted one keeps its `seq` and has an empty body."""

    author = PersonSerializer(read_only=True)
    attachments = AttachmentSerializer(many=True, read_only=True)
    quoted = QuoteSerializer(
        read_only=True,
        allow_null=True,
        source="reply_to",
        help_text="The message that `reply_to` names, as it is now.",
    )
    moved_to = serializers.SerializerMethodField(
        help_text="Where it went, if it was moved. It is deleted here then."
    )
    is_thanks = serializers.BooleanField(
        read_only=True, help_text="A client only says thank you: nobody has to answer."
    )

    class Meta:
        model = Message
        fields = (
            "id", "conversation", "seq", "version", "author", "body", "attachments", "reply_to",
            "quoted", "by_email", "is_thanks", "created_at", "edited_at", "deleted_at", "moved_to",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(MessagePlaceSerializer(allow_null=True))
    def get_moved_to(self, message: Message) -> dict[str, str] | None:
        if message.moved_to_id is None:
            return None
        return {"conversation": str(message.moved_into_id), "message": str(message.moved_to_id)}


class ParticipantSerializer(Written, serializers.Serializer[Any]):
    """A person who takes part in a conversation, and how far they have read."""

    id = serializers.UUIDField(read_only=True)
    name = serializers.CharField(read_only=True)
    role = serializers.ChoiceField(choices=User.Role.choices, read_only=True)
    locale = serializers.ChoiceField(choices=User.Locale.choices, read_only=True)
    last_read_seq = serializers.IntegerField(read_only=True)


class ConversationSerializer(Shape[Conversation]):
    """A conversation.

    `unread_count` and `unread_after_seq` are the reader's own. The events of a stream are the same
    for everybody and do not have them.
    """

    client = ClientSerializer(read_only=True)
    chantier = ChantierReferenceSerializer(read_only=True, allow_null=True)
    assigned_to = PersonSerializer(read_only=True, allow_null=True)
    last_message = MessageSerializer(read_only=True, allow_null=True)
    participants = ParticipantSerializer(many=True, read_only=True, source="people")
    accepts_messages = serializers.BooleanField(read_only=True)
    answer_amber_at = UtcField(
        read_only=True,
        allow_null=True,
        help_text="When the clock of the answer turns amber, in working hours; null: none waits.",
    )
    answer_due_at = UtcField(
        read_only=True, allow_null=True, help_text="When the answer is late, in working hours."
    )
    snoozed_until = serializers.SerializerMethodField(
        help_text="Put off by the company until then. Null for a client's user, always."
    )
    unread_count = serializers.SerializerMethodField()
    unread_after_seq = serializers.SerializerMethodField()

    # The rows come from `queries.conversations.with_details`. The context holds the `reader`, or
    # `for_everybody` in an event.
    class Meta:
        model = Conversation
        fields = (
            "id", "subject", "chantier", "client", "status", "archived_at", "accepts_messages",
            "assigned_to", "version", "last_seq", "last_message", "last_activity_at",
            "awaiting_reply_since", "answer_amber_at", "answer_due_at", "closed_up_to_seq",
            "snoozed_until", "created_at", "participants", "unread_count", "unread_after_seq",
        )  # fmt: skip
        read_only_fields = fields

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        fields = super().get_fields()
        if self.context.get("for_everybody"):
            del fields["unread_count"], fields["unread_after_seq"]
        return fields

    def plan_context(self) -> dict[str, Any]:
        return {"for_everybody": True} if self.context.get("for_everybody") else {}

    @extend_schema_field(UtcField(allow_null=True))
    def get_snoozed_until(self, conversation: Conversation) -> str | None:
        # `events.for_clients` takes it out of an event.
        is_shown = self.context.get("for_everybody") or self.context["reader"].is_company
        until = conversation.snoozed_until if is_shown else None
        return str(UtcField().to_representation(until)) if until else None

    def get_unread_count(self, conversation: Conversation) -> int:
        return self._mine(conversation).unread_count

    def get_unread_after_seq(self, conversation: Conversation) -> int:
        return self._mine(conversation).unread_after_seq

    def _mine(self, conversation: Conversation) -> Participant:
        reader: User = self.context["reader"]
        for person in conversation.people:
            if person["id"] == str(reader.pk):
                return Participant(
                    last_read_seq=person["last_read_seq"],
                    unread_count=person["unread_count"],
                    unread_from_seq=person["unread_from_seq"],
                )
        # A person of the company who takes no part has nothing unread.
        return Participant(last_read_seq=conversation.last_seq)


class HistorySerializer(Written, serializers.Serializer[Any]):
    results = MessageSerializer(many=True, read_only=True)
    lines = LineSerializer(
        many=True, read_only=True, help_text="What was done between these messages, in order."
    )
    has_before = serializers.BooleanField(read_only=True)
    has_after = serializers.BooleanField(read_only=True)


class LibraryItemSerializer(Shape[MessageAttachment]):
    """A file, and the message that shows it."""

    attachment = AttachmentSerializer(read_only=True, source="placed")
    seq = serializers.IntegerField(read_only=True, source="message.seq")
    author = PersonSerializer(read_only=True, source="message.author")
    sent_at = UtcField(read_only=True, source="message.created_at")

    class Meta:
        model = MessageAttachment
        fields: ClassVar[tuple[str, ...]] = (
            "attachment", "conversation", "message", "seq", "author", "sent_at",
        )  # fmt: skip
        read_only_fields: ClassVar[tuple[str, ...]] = fields


class ReadMarkSerializer(serializers.Serializer[Any]):
    user = serializers.UUIDField(read_only=True, source="id")
    last_read_seq = serializers.IntegerField(read_only=True)


class ChangesSerializer(serializers.Serializer[Any]):
    """Everything that changed since a version. If not `complete`, ask again from `version`.

    Versions go back when the database is restored from a backup. Drop all rows and versions that
    you hold, and load anew, if `start_anew` is true (`since` is a version that the conversation
    does not have) or if `epoch` is another one than before.
    """

    epoch = serializers.CharField(read_only=True, help_text=EPOCH)
    start_anew = serializers.BooleanField(read_only=True)
    version = serializers.IntegerField(read_only=True)
    complete = serializers.BooleanField(read_only=True)
    conversation = ConversationSerializer(read_only=True, allow_null=True)
    messages = MessageSerializer(many=True, read_only=True)
    lines = LineSerializer(many=True, read_only=True)
    read = ReadMarkSerializer(many=True, read_only=True)


class ReadStateSerializer(serializers.Serializer[Any]):
    """How far the reader has read, and the `seq` after which messages of others are unread."""

    last_read_seq = serializers.IntegerField(read_only=True)
    unread_after_seq = serializers.IntegerField(read_only=True)
    unread_count = serializers.IntegerField(read_only=True)
    unread_total = serializers.IntegerField(read_only=True)


class UnreadSerializer(serializers.Serializer[Any]):
    """The number of unread messages: in all, and by conversation where it is not 0."""

    total = serializers.SerializerMethodField()
    conversations = serializers.SerializerMethodField()

    def get_total(self, unread: dict[Any, int]) -> int:
        return sum(unread.values())

    @extend_schema_field({"type": "object", "additionalProperties": {"type": "integer"}})
    def get_conversations(self, unread: dict[Any, int]) -> dict[str, int]:
        return {str(conversation): count for conversation, count in unread.items()}


class LimitsSerializer(serializers.Serializer[Any]):
    """What a caller may check before it asks. The server refuses what is beyond them."""

    message_max_characters = serializers.IntegerField(read_only=True)
    subject_max_characters = serializers.IntegerField(read_only=True)
    file_max_bytes = serializers.IntegerField(read_only=True)
    files_per_message = serializers.IntegerField(read_only=True)
    file_extensions = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()),
        read_only=True,
        help_text="Those that may be sent, by kind of file.",
    )
    refused_extensions = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()),
        read_only=True,
        help_text="Those that never pass, by the reason. The bytes of all others decide.",
    )


class MeWithUnreadSerializer(MeSerializer):
    """The person who asks, their number of unread messages, and the limits of what they send."""

    epoch = serializers.SerializerMethodField(help_text=EPOCH)
    unread_total = serializers.SerializerMethodField()
    limits = serializers.SerializerMethodField()
    answers = serializers.SerializerMethodField(help_text="Null for the company's people.")

    class Meta(MeSerializer.Meta):
        fields: ClassVar[tuple[str, ...]] = (
            *MeSerializer.Meta.fields, "epoch", "unread_total", "limits", "answers",
        )  # fmt: skip
        read_only_fields: ClassVar[tuple[str, ...]] = fields

    def get_epoch(self, me: User) -> str:
        return current_epoch()

    def get_unread_total(self, me: User) -> int:
        return unread_total_for(me)

    @extend_schema_field(LimitsSerializer)
    def get_limits(self, me: User) -> Limits:
        return limits()

    @extend_schema_field(AnswersSerializer(allow_null=True))
    def get_answers(self, me: User) -> dict[str, Any] | None:
        return answers_for(me)


class MessageRevisionSerializer(Shape[MessageRevision]):
    class Meta:
        model = MessageRevision
        fields = ("body", "replaced_at")
        read_only_fields = fields


class NoteSerializer(Shape[Note]):
    author = PersonSerializer(read_only=True)
    # Empty once it is deleted.
    body = serializers.CharField(source="shown_body", read_only=True)

    attachments = AttachmentSerializer(many=True, read_only=True)
    mentions = serializers.SerializerMethodField(help_text="The colleagues whom it names.")

    class Meta:
        model = Note
        fields = (
            "id", "conversation", "author", "body", "attachments", "mentions", "created_at",
            "edited_at",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(PersonSerializer(many=True))
    def get_mentions(self, note: Note) -> list[dict[str, Any]]:
        return [PersonSerializer.shown(mention.user) for mention in note.mentions.all()]


class NoteRevisionSerializer(Shape[NoteRevision]):
    class Meta:
        model = NoteRevision
        fields = ("body", "replaced_at")
        read_only_fields = fields
