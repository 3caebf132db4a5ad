"""Messages of several conversations that are fanned out together, as one after the other."""

from typing import Any

import pytest
from django.db import connections, transaction

from core.models import Chantier, Client, User
from messaging.models import Conversation, Message, Participant
from notifications.fan_out import fan_out, fan_out_together
from notifications.models import Delivery, Mute, Preference
from tests.cast import Say, in_another_conversation
from tests.notifications.conftest import Device

MARKS = ("conversation__subject", "user__name", "unread_count", "last_read_seq")
TOLD = ("conversation__subject", "seq", "recipient__name", "channel", "is_digest", "is_mention")


@pytest.fixture
def messages(
    camille: User, odile: User, marc: User, yanis: User, say: Say, device: Device
) -> list[Message]:
    """One to begin with in each of five conversations that differ in who is told."""
    for person in (camille, odile, marc):
        device(person, person.email)
    found = [say(camille, "Bonjour")]
    say(odile, "@Marc Vidal, tu confirmes ?")
    found += [in_another_conversation(person) for person in (camille, yanis, camille, camille)]
    for number, message in enumerate(found):
        Conversation.objects.filter(pk=message.conversation_id).update(subject=f"n° {number}")
    Mute.objects.create(user=odile, conversation=found[1].conversation)
    Preference.objects.create(user=marc, push=False)
    # Somebody joins one by its chantier, and owns another.
    client = Client.objects.get(pk=camille.own_client_id)
    chantier = Chantier.objects.create(client=client, name="Villa", responsible=marc)
    Conversation.objects.filter(pk=found[3].conversation_id).update(chantier=chantier)
    Conversation.objects.filter(pk=found[4].conversation_id).update(assigned_to=odile)
    Message.objects.filter(pk=found[2].pk).update(deleted_at=found[2].created_at, body="")
    return found


def effects() -> tuple[list[Any], list[Any], list[Any]]:
    return (
        sorted(Participant.objects.filter(left_at=None).values_list(*MARKS)),
        sorted(Delivery.objects.values_list(*TOLD)),
        sorted(Message.objects.filter(fanned_out_at=None).values_list("pk")),
    )


@pytest.mark.django_db
def test_together_as_one_after_the_other(messages: list[Message]) -> None:
    with transaction.atomic():
        for message in messages:
            fan_out(message.pk)
        one_by_one = effects()
        transaction.set_rollback(True)

    done = fan_out_together([message.pk for message in messages])

    together = effects()
    assert done >= {message.pk for message in messages}
    assert len(together[1]) > len(messages)
    assert together == one_by_one
    assert together[2] == []


@pytest.mark.django_db
def test_together_takes_as_many_statements_as_one(
    messages: list[Message], django_assert_max_num_queries: Any
) -> None:
    # Nobody joins any more.
    fan_out_together([message.pk for message in messages])
    Message.objects.update(fanned_out_at=None, due_at=messages[0].created_at, attempts=0)
    Delivery.objects.all().delete()

    with django_assert_max_num_queries(11):
        done = fan_out_together([message.pk for message in messages])

    assert len(done) == len(messages) + 1


@pytest.mark.django_db(transaction=True)
def test_conversation_that_somebody_else_has_locked_is_left_out(messages: list[Message]) -> None:
    other = connections.create_connection("default")
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute(
                "SELECT FROM messaging_conversation WHERE id = %s FOR NO KEY UPDATE",
                [messages[0].conversation_id],
            )
        done = fan_out_together([message.pk for message in messages])
    finally:
        other.close()

    assert messages[0].pk not in done
    assert {message.pk for message in messages[1:]} <= done


@pytest.mark.django_db
def test_each_conversation_gets_its_turn_in_a_long_backlog(
    camille: User, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, *_rest = [say(camille, f"n° {number}") for number in range(30)]
    other = in_another_conversation(camille)

    done = fan_out_together([first.pk, other.pk])

    # Of two conversations it takes half as many in each.
    assert other.pk in done
    assert len(done) == 31
