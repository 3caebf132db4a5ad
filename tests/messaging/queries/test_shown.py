"""What PostgreSQL writes is, byte for byte, what the serializers write of the same rows."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone, translation
from rest_framework.renderers import JSONRenderer

from attachments.models import Attachment
from core.ids import new_id
from core.models import Chantier, Client, User
from core.queries import current_epoch
from messaging.actions.conversations import change_conversation
from messaging.actions.fan_out import fan_out_message
from messaging.actions.messages import delete_message, edit_message, send_message
from messaging.actions.moving import split
from messaging.actions.reads import mark_unread_from, read_up_to
from messaging.conversation.idempotency import Draft
from messaging.models import Conversation, Message, MessageAttachment, Participant
from messaging.queries.conversations import detailed_conversation_for, listed_for, visible_to
from messaging.queries.history import Window, history_of, lines_of
from messaging.queries.shown import (
    ShownConversations,
    shown_changes,
    shown_conversation,
    shown_page,
)
from messaging.serializers.output import (
    ChangesSerializer,
    ConversationSerializer,
    HistorySerializer,
)
from tests.cast import Say, in_another_conversation
from tests.messaging.files import announced

pytestmark = pytest.mark.django_db

READERS = ["camille", "bruno", "odile", "marc"]
# As a message's text, a name and a subject.
DIFFICULT = 'Édouard "O\\K" \u2028 🙂 \t%s %(id)s {id} é'
WHOLE_SECOND = datetime(2026, 3, 1, 10, tzinfo=UTC)


@pytest.fixture
def rich(
    camille: User, bruno: User, odile: User, marc: User, conversation: Conversation,
    villa: Chantier, say: Say,
) -> Conversation:  # fmt: skip
    """A conversation with everything that a message, a line and a participant may have."""
    first = say(camille, "Le carreau est fendu")
    say(odile, DIFFICULT)
    edit_message(editor=camille, message=first, body="Les carreaux sont fendus " * 20)
    asked = say(bruno, "Et l’escalier ?")
    for quoted in (first, asked):
        draft = Draft(body="Ici", reply_to=quoted.pk)
        send_message(author=odile, conversation_id=conversation.pk, draft=draft)
    delete_message(remover=bruno, message=asked)
    files = [announced(odile) for _ in range(5)]
    draft = Draft(body="Les plans", attachment_ids=tuple(files))
    shown = send_message(author=odile, conversation_id=conversation.pk, draft=draft).message
    decided(files)
    gone = Draft(body="", attachment_ids=(announced(camille),))
    withdrawn = send_message(author=camille, conversation_id=conversation.pk, draft=gone).message
    draft = Draft(body="Ces plans", reply_to=withdrawn.pk)
    send_message(author=odile, conversation_id=conversation.pk, draft=draft)
    delete_message(remover=camille, message=withdrawn)
    # The second file first.
    links = MessageAttachment.objects.filter(message=shown)
    links.filter(position=0).update(position=90)
    moved = say(camille, "Et pour le portail")
    split(
        editor=odile, source=fresh(conversation), message_ids=[moved.pk], subject="Portail",
        chantier=villa, new_conversation_id=new_id(),
    )  # fmt: skip
    for author, text in (
        (camille, "Merci Odile !"),
        (odile, "Merci"),
        (bruno, "Merci, et mardi ?"),
    ):
        say(author, text)
    by_email = say(camille, "Bien reçu, merci. Camille")
    Message.objects.filter(pk=by_email.pk).update(by_email=True, created_at=WHOLE_SECOND)
    change(odile, conversation, assigned_to=odile, subject=DIFFICULT)
    change(odile, conversation, status=Conversation.Status.CLOSED)
    for message in Message.objects.filter(fanned_out_at=None):
        fan_out_message(message.pk)
    read_up_to(reader=odile, conversation=fresh(conversation), seq=3)
    read_up_to(reader=bruno, conversation=fresh(conversation), seq=5)
    mark_unread_from(reader=bruno, conversation=fresh(conversation), seq=2)
    # No order of insertion, capitals and accents.
    for person, name in ((camille, "Zoé"), (bruno, "élodie"), (odile, "Eloi"), (marc, "ÉMILE")):
        User.objects.filter(pk=person.pk).update(name=name)
    Conversation.objects.filter(pk=conversation.pk).update(
        snoozed_until=timezone.now() + timedelta(days=2), answer_amber_at=WHOLE_SECOND,
        answer_due_at=timezone.now(), awaiting_reply_since=WHOLE_SECOND,
    )  # fmt: skip
    return fresh(conversation)


def fresh(conversation: Conversation) -> Conversation:
    return Conversation.objects.select_related("chantier").get(pk=conversation.pk)


def change(editor: User, conversation: Conversation, **changes: Any) -> None:
    change_conversation(editor=editor, conversation=fresh(conversation), changes=changes)  # type: ignore[arg-type]  # a TypedDict


def decided(ids: list[UUID]) -> None:
    """Give files a state each: waiting, ready, without antivirus, refused, taken back."""
    states: list[dict[str, Any]] = [
        {},
        {"status": "ready", "verdict": "clean", "width": 40, "height": 30, "has_preview": True,
         "placeholder": "data:image/webp;base64,AA", "location": "removed", "shared_size": 3},
        {"status": "ready", "verdict": "checked_basic"},
        {"status": "blocked", "verdict": "infected", "reason_code": "infected"},
        {"status": "refused", "verdict": "refused", "reason_code": "macro", "is_withdrawn": True,
         "created_at": WHOLE_SECOND},
    ]  # fmt: skip
    for pk, state in zip(ids, states, strict=True):
        if state:
            done = {"uploaded_at": WHOLE_SECOND, "settled_at": WHOLE_SECOND, "due_at": None}
            Attachment.objects.filter(pk=pk).update(**done | state)


def written(shown: Any) -> bytes:
    return bytes(JSONRenderer().render(shown, "application/json; indent=1"))


def by_serializer(reader: User, conversation: Conversation) -> Any:
    row = detailed_conversation_for(reader, conversation.pk)
    return ConversationSerializer(row, context={"reader": reader}).data


@pytest.fixture
def reader(request: pytest.FixtureRequest) -> User:
    return User.objects.get(pk=request.getfixturevalue(request.param).pk)


@pytest.mark.parametrize("reader", READERS, indirect=True)
class TestWrittenByPostgres:
    def test_conversation(self, rich: Conversation, reader: User) -> None:
        shown = shown_conversation(reader, rich.pk)

        assert written(shown) == written(by_serializer(reader, rich))

    @pytest.mark.parametrize("language", ["fr", "en"])
    @pytest.mark.parametrize(
        "window",
        [
            Window(),
            Window(limit=3),
            Window(before=6),
            Window(after=0, limit=3),
            Window(after=6),
            Window(around=4, limit=4),
        ],
        ids=repr,
    )
    def test_page(self, rich: Conversation, reader: User, window: Window, language: str) -> None:
        first, last = window.bounds(rich.last_seq)
        page = {
            "results": history_of(rich, window).results,
            "lines": lines_of(reader, rich).filter(
                after_seq__range=(first if first > 1 else 0, last)
            ),
            "has_before": first > 1,
            "has_after": last < rich.last_seq,
        }

        with translation.override(language):
            shown = shown_page(reader, rich.pk, window)

            assert written(shown) == written(HistorySerializer(page).data)

    @pytest.mark.parametrize("back", [0, 3, 1_000])
    def test_changes(self, rich: Conversation, reader: User, back: int) -> None:
        since = max(0, rich.version - back)
        row = detailed_conversation_for(reader, rich.pk)
        newer = history_of(rich, Window(after=0, limit=100)).results
        messages = sorted(newer, key=lambda message: message.version)
        changes = {
            "epoch": current_epoch(),
            "start_anew": False,
            "version": rich.version,
            "complete": True,
            "conversation": row if rich.version > since else None,
            "messages": [message for message in messages if message.version > since],
            "lines": lines_of(reader, rich).filter(version__gt=since),
            "read": [person for person in row.people if person["read_version"] > since],
        }

        shown = shown_changes(reader, rich.pk, since)

        expected = ChangesSerializer(changes, context={"reader": reader}).data
        assert written(shown) == written(expected)

    def test_list(
        self, rich: Conversation, reader: User, camille: User, haddad: Client, yanis: User
    ) -> None:
        for author in (camille, yanis):
            in_another_conversation(author)
        Conversation.objects.filter(subject="Portail", client=haddad).update(
            archived_at=WHOLE_SECOND
        )
        Participant.objects.filter(conversation=rich, user=camille).update(left_at=WHOLE_SECOND)
        Chantier.objects.update(status=Chantier.Status.ARCHIVED)
        every = visible_to(reader).order_by("-last_activity_at", "-id")

        shown = ShownConversations(listed_for(reader, with_archived=True), reader)[:100]

        assert len(shown) >= 3
        assert written(shown) == written([by_serializer(reader, each) for each in every])


class TestShownConversations:
    def test_slices_are_those_of_the_queryset(self, camille: User) -> None:
        for number in range(5):
            in_another_conversation(camille, str(number))
        rows = listed_for(camille)

        shown = ShownConversations(rows, camille).order_by("created_at").filter(last_seq=1)[1:4]

        expected = rows.order_by("created_at")[1:4]
        assert [each["id"] for each in shown] == [str(each.pk) for each in expected]

    def test_query_that_finds_nothing_asks_nothing(
        self, camille: User, django_assert_num_queries: Any
    ) -> None:
        with django_assert_num_queries(0):
            assert ShownConversations(Conversation.objects.none(), camille)[:50] == []

    def test_percent_sign_in_a_filter_is_a_letter(self, rich: Conversation, odile: User) -> None:
        other = ShownConversations(listed_for(odile), odile)
        found = other.filter(subject__contains="%s", subject__startswith="Éd")

        assert [each["id"] for each in found[:50]] == [str(rich.pk)]
        assert other.filter(subject__contains="%d")[:50] == []
