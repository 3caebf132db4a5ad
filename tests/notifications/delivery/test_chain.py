"""What became of a delivery is chained soon after, once for each status."""

import pytest
from django.db import connection, transaction

from core.models import User
from messaging.models import ChainEntry, Conversation
from messaging.queries.chain import faults_of, with_contents
from notifications import fan_out
from notifications.delivery.chaining import catch_up
from notifications.models import Delivery
from tests.at_once import at_once
from tests.cast import Say

pytestmark = pytest.mark.django_db

Status = Delivery.Status


@pytest.fixture
def told(conversation: Conversation, camille: User, say: Say) -> list[Delivery]:
    """The deliveries of a message of Camille's, which have left."""
    fan_out.fan_out(say(camille, "Bonjour").pk)
    planned = Delivery.objects.exclude(status=Status.SKIPPED)
    planned.update(status=Status.SENT)
    return list(planned.order_by("seq", "pk"))


def statuses(conversation: Conversation) -> list[str]:
    contents = [content for _entry, content in with_contents(conversation.pk)]
    return [each["status"] for each in contents if each and each["kind"] == "delivery"]


class TestChaining:
    def test_entry_says_who_was_told_of_what_and_how(
        self, told: list[Delivery], conversation: Conversation
    ) -> None:
        assert catch_up() == len(told) > 0

        _entry, content = list(with_contents(conversation.pk))[1]
        assert content is not None
        del content["at"]
        assert content == {
            "kind": "delivery",
            "id": str(told[0].pk),
            "recipient": str(told[0].recipient_id),
            "seq": 1,
            "channel": told[0].channel,
            "status": "sent",
        }

    def test_nothing_is_chained_twice(self, told: list[Delivery]) -> None:
        catch_up()

        assert catch_up() == 0

    def test_further_status_is_chained_as_well(
        self, told: list[Delivery], conversation: Conversation
    ) -> None:
        catch_up()
        Delivery.objects.filter(pk=told[0].pk).update(status=Status.DISPLAYED)
        assert list(faults_of(conversation)) == []

        assert catch_up() == 1
        assert statuses(conversation)[-1] == "displayed"
        assert list(faults_of(conversation)) == []

    @pytest.mark.parametrize("status", [Status.PENDING, Status.SENDING, Status.SKIPPED])
    def test_what_did_not_leave_is_no_fact(
        self, told: list[Delivery], conversation: Conversation, status: str
    ) -> None:
        Delivery.objects.update(status=status)

        assert catch_up() == 0

    def test_deliveries_from_before_the_chain_are_left_alone(
        self, told: list[Delivery], conversation: Conversation
    ) -> None:
        Delivery.objects.update(chained_status=None)

        assert catch_up() == 0
        assert list(faults_of(conversation)) == []


class TestAlterations:
    @pytest.mark.parametrize(
        ("statement", "words"),
        [
            ("UPDATE notifications_delivery SET status = 'failed', chained_status = 'failed'",
             "delivery altered"),
            ("UPDATE notifications_delivery SET status = 'skipped' WHERE status = 'sent'",
             "delivery altered"),
            ("UPDATE notifications_delivery SET recipient_id = (SELECT id FROM core_user"
             " WHERE email = 'camille@demo.test') WHERE chained_status = 'sent'",
             "delivery altered"),
            ("DELETE FROM notifications_delivery", "delivery missing"),
            ("INSERT INTO notifications_delivery (id, message_id, recipient_id, channel,"
             " conversation_id, seq, status, reason, is_mention, was_present, is_digest, is_resent,"
             " created_at, attempts, last_error, chained_status)"
             " SELECT gen_random_uuid(), message_id, recipient_id, 'fax', conversation_id, seq,"
             " 'sent', '', false, false, false, false, now(), 0, '', 'sent'"
             " FROM notifications_delivery WHERE status = 'sent' LIMIT 1",
             "delivery inserted"),
        ],
        ids=["status", "not-sent", "recipient", "gone", "inserted"],
    )  # fmt: skip
    def test_what_was_altered_is_named(
        self, told: list[Delivery], conversation: Conversation, statement: str, words: str
    ) -> None:
        catch_up()
        Delivery.objects.exclude(pk=told[0].pk).delete()
        ChainEntry.objects.exists()
        with connection.cursor() as cursor:
            cursor.execute(statement)

        found = [str(fault) for fault in faults_of(conversation) if str(told[0].pk) in str(fault)]
        inserted = [str(each) for each in faults_of(conversation) if "inserted" in str(each)]

        assert (found or inserted)[0].startswith(words)


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_workers_at_once_chain_each_delivery_once(
        self, told: list[Delivery], conversation: Conversation
    ) -> None:
        assert sum(at_once(*[catch_up] * 5)) == len(told)

        conversation.refresh_from_db()
        assert list(faults_of(conversation)) == []

    def test_delivery_that_somebody_is_just_writing_is_left_to_the_next_run(
        self, told: list[Delivery], conversation: Conversation
    ) -> None:
        with transaction.atomic():
            Delivery.objects.filter(pk=told[0].pk).update(status=Status.DISPLAYED)
            [others] = at_once(catch_up)
            assert others == len(told) - 1

        assert catch_up() == 1
        assert statuses(conversation)[-1] == "displayed"
