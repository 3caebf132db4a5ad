"""A recount is of one conversation, whatever people have to read in the others."""

import pytest

from core.models import User
from messaging.actions.messages import send_message
from messaging.conversation import unread
from messaging.conversation.idempotency import Draft
from messaging.conversation.lock import lock
from messaging.models import Conversation, Participant
from tests.cast import Say
from tests.messaging.conftest import Mark

pytestmark = pytest.mark.django_db

WRONG = 7


@pytest.fixture
def written(
    odile: User, marc: User, conversation: Conversation, other_conversation: Conversation, say: Say
) -> None:
    """One message of Odile in the conversation, two of Marc in the other one, none counted."""
    say(odile, "Le carreau est arrivé")
    for body in ("La facture", "Et son annexe"):
        send_message(author=marc, conversation_id=other_conversation.pk, draft=Draft(body=body))


@pytest.mark.usefixtures("written")
class TestRecount:
    def test_counter_leaves_out_the_messages_of_other_conversations(
        self, camille: User, conversation: Conversation, mark: Mark
    ) -> None:
        unread.recount(lock(conversation.pk))

        assert mark(camille).unread_count == 1

    def test_recount_changes_and_returns_the_participants_of_its_conversation_alone(
        self, conversation: Conversation, other_conversation: Conversation
    ) -> None:
        Participant.objects.update(unread_count=WRONG)

        counted = unread.recount(lock(conversation.pk))

        assert {row.conversation_id for row in counted} == {conversation.pk}
        assert {row.unread_count for row in counted} == {0, 1}
        others = other_conversation.participants.values_list("unread_count", flat=True)
        assert set(others) == {WRONG}

    def test_recount_of_one_person_changes_and_returns_that_participant_alone(
        self, camille: User, bruno: User, conversation: Conversation, mark: Mark
    ) -> None:
        Participant.objects.update(unread_count=WRONG)

        [counted] = unread.recount(lock(conversation.pk), only=camille.pk)

        assert (counted.user_id, counted.unread_count) == (camille.pk, 1)
        assert (mark(camille).unread_count, mark(bruno).unread_count) == (1, WRONG)

    def test_audited_counter_is_what_a_recount_would_write(
        self, camille: User, conversation: Conversation, other_conversation: Conversation
    ) -> None:
        Participant.objects.update(unread_count=WRONG)

        audited = unread.with_recount(Participant.objects.filter(user=camille))

        assert {row.conversation_id: row.recount for row in audited} == {
            conversation.pk: 1,
            other_conversation.pk: 2,
        }
        assert {row.unread_count for row in audited} == {WRONG}
