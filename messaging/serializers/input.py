"""The JSON shapes that callers send."""

from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core.serializers import InputSerializer
from core.web.fields import IdField, MomentField, NumberField
from core.web.text_field import TextField
from messaging.models import BODY_LENGTH, SUBJECT_LENGTH, Conversation
from messaging.queries.history import PAGE_LIMIT, PAGE_LIMIT_MAX

# PostgreSQL takes no word of more than 2,046 bytes; a letter has up to four.
Q_LENGTH = 500
# Rows of a page of `GET /search`.
FOUND_LIMIT, FOUND_LIMIT_MAX = 20, 50
SPLIT_AT_MOST = 50
REPLIES_AT_MOST = 20


class LaterField(MomentField):
    """A moment that is still to come."""

    default_error_messages: ClassVar = {"past": _("Give a moment that is still to come.")}

    def to_internal_value(self, data: Any) -> datetime:
        moment: datetime = super().to_internal_value(data)
        if moment <= timezone.now():
            self.fail("past")
        return moment


class BodySerializer(InputSerializer):
    body = TextField(multiline=True, max_length=BODY_LENGTH, trim_whitespace=False)


class FirstMessageSerializer(InputSerializer):
    """A message to send. The caller makes its `id`, so that sending it twice is harmless.

    `attachments` are ids of the caller's own files, in order; their analysis may still be pending.
    With files, the body may be empty.
    """

    id = IdField(required=False)
    body = TextField(
        multiline=True,
        max_length=BODY_LENGTH,
        trim_whitespace=False,
        allow_blank=True,
        required=False,
        default="",
    )
    attachments = serializers.ListField(
        child=IdField(),
        required=False,
        max_length=settings.ATTACHMENTS_PER_MESSAGE,
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        files = attrs.get("attachments", [])
        if not attrs["body"] and not files:
            raise serializers.ValidationError({"body": _("Write something, or add a file.")})
        if twice := [str(place) for place, file in enumerate(files) if file in files[:place]]:
            said = [_("The same file is there twice.")]
            raise serializers.ValidationError({"attachments": dict.fromkeys(twice, said)})
        return attrs


class DraftSerializer(FirstMessageSerializer):
    """A message to send, and what is done once it is sent: for the company only."""

    reply_to = IdField(required=False, allow_null=True)
    close = serializers.BooleanField(
        required=False, default=False, help_text="Close the conversation with it."
    )
    # Not a LaterField: a phone may send it when that moment is over, and the message must leave.
    snooze_until = MomentField(
        required=False,
        allow_null=True,
        help_text="Put the conversation off with it. A moment that is over changes nothing.",
    )
    seen_seq = NumberField(
        max_value=None,
        required=False,
        allow_null=True,
        help_text="The last message that its author saw. If the client has written after it, the "
        "conversation is neither closed nor put off.",
    )
    canned_replies = serializers.ListField(
        child=IdField(),
        required=False,
        max_length=REPLIES_AT_MOST,
        help_text="The canned replies that it was written with, to count their uses.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["close"] and attrs.get("snooze_until"):
            said = [_("Close it or put it off, not both.")]
            raise serializers.ValidationError({"snooze_until": said})
        return super().validate(attrs)


class TypingSerializer(InputSerializer):
    """What is written: a message, or a `note` between colleagues, of which no client learns."""

    note = serializers.BooleanField(default=False)


class ViewingSerializer(InputSerializer):
    """`is_here` is false when the conversation leaves the screen. `asks`: say who else is here."""

    is_here = serializers.BooleanField(default=True)
    asks = serializers.BooleanField(default=False)


class SnoozeSerializer(InputSerializer):
    until = LaterField()


class MergeSerializer(InputSerializer):
    into = IdField()


class SplitSerializer(InputSerializer):
    """Messages to move into a new conversation of the same client. The caller makes its `id`."""

    id = IdField(required=False)
    messages = serializers.ListField(child=IdField(), min_length=1, max_length=SPLIT_AT_MOST)
    subject = TextField(max_length=SUBJECT_LENGTH)
    chantier = IdField(required=False, allow_null=True)


class TakeSerializer(InputSerializer):
    """`confirmed` takes it from the colleague who has it."""

    confirmed = serializers.BooleanField(required=False, default=False)


class NoteDraftSerializer(FirstMessageSerializer):
    """A note to write: as a message, with the writer's own files."""


class OpeningSerializer(InputSerializer):
    """A conversation to open. Only the company chooses the `client`, and who follows it."""

    id = IdField(required=False)
    subject = TextField(max_length=SUBJECT_LENGTH)
    chantier = IdField(required=False, allow_null=True)
    client = IdField(required=False, allow_null=True)
    assigned_to = IdField(required=False, allow_null=True)
    message = FirstMessageSerializer(required=False, allow_null=True)


class ConversationChangeSerializer(InputSerializer):
    subject = TextField(max_length=SUBJECT_LENGTH, required=False)
    chantier = IdField(required=False, allow_null=True)
    status = serializers.ChoiceField(choices=Conversation.Status.choices, required=False)
    assigned_to = IdField(required=False, allow_null=True)


class AbsenceSerializer(InputSerializer):
    """`until` is when the person is back. It ends the absence by itself."""

    status = serializers.ChoiceField(choices=["present", "absent"])
    until = LaterField(required=False, allow_null=True)


class SeqSerializer(InputSerializer):
    # Any number: a mark past the last message is one at the last message.
    seq = NumberField(max_value=None)


class UnreadFromSerializer(InputSerializer):
    seq = NumberField(min_value=1, max_value=None)


FILTERS = {"conversation", "client", "chantier", "author", "from", "to", "has_file", "kind"}


class EverywhereSerializer(InputSerializer):
    """What to look for, and where. Days are days of the company's time zone."""

    q = TextField(
        max_length=Q_LENGTH,
        allow_blank=True,
        required=False,
        default="",
        help_text="Words. Without them, all that the filters let through is found.",
    )
    conversation = IdField(required=False)
    client = IdField(required=False)
    chantier = IdField(required=False)
    author = IdField(required=False)
    to = serializers.DateField(required=False, help_text="The last day.")
    # Not a BooleanField: as JSON it refuses a text, as a form it takes what is left out for false.
    has_file = serializers.ChoiceField(choices=("true", "false"), required=False)
    kind = serializers.ChoiceField(
        choices=("message", "file", "note", "conversation", "written"),
        required=False,
        help_text="`written`: all but conversations.",
    )
    facets = serializers.ChoiceField(
        choices=("true", "false"), required=False, help_text="For the company."
    )
    cursor = serializers.CharField(required=False, max_length=500)
    limit = NumberField(min_value=1, max_value=FOUND_LIMIT_MAX, required=False, default=FOUND_LIMIT)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        # A word of Python, so it cannot be an attribute.
        return {
            **super().get_fields(),
            "from": serializers.DateField(required=False, help_text="The first day."),
        }

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs["q"] and not attrs.keys() & FILTERS:
            detail = _("Type a word, or choose a filter.")
            raise serializers.ValidationError({"q": detail}, code="blank")
        return attrs


class SinceSerializer(InputSerializer):
    since = NumberField()


class WindowSerializer(InputSerializer):
    """A page of history: one bound at most."""

    before = NumberField(min_value=1, required=False)
    after = NumberField(required=False)
    around = NumberField(min_value=1, required=False)
    limit = NumberField(min_value=1, max_value=PAGE_LIMIT_MAX, required=False, default=PAGE_LIMIT)

    def validate(self, attrs: dict[str, int]) -> dict[str, int]:
        if len(attrs.keys() & {"before", "after", "around"}) > 1:
            raise serializers.ValidationError("Give one of before, after and around.")
        return attrs
