"""The company opens a conversation and says who follows it."""

from typing import Any
from uuid import uuid4

import pytest

from core.models import Chantier, User
from messaging.models import Conversation
from tests.cast import Call
from tests.messaging.desk import lines, owner_of, told

pytestmark = pytest.mark.django_db


def opened(api: Call, opener: User, villa: Chantier, **more: Any) -> Any:
    body = {"subject": "Portail", "chantier": str(villa.pk), **more}
    return api(opener).post("/api/v1/conversations", body, format="json")


def test_chosen_colleague_owns_it_and_is_told(
    api: Call, odile: User, marc: User, villa: Chantier
) -> None:
    answer = opened(api, odile, villa, assigned_to=str(marc.pk))

    assert answer.status_code == 201, answer.content
    assert answer.json()["assigned_to"]["name"] == "Marc Vidal"
    conversation = Conversation.objects.get()
    assert owner_of(conversation) == marc
    [line] = lines(conversation, "assigned")
    assert line.by == odile
    assert told(conversation) == [("Marc", "assigned")]


def test_same_request_for_another_colleague_is_a_conflict(
    api: Call, odile: User, marc: User, villa: Chantier
) -> None:
    id_ = str(uuid4())
    first = opened(api, odile, villa, id=id_, assigned_to=str(marc.pk))
    again = opened(api, odile, villa, id=id_, assigned_to=str(marc.pk))
    other = opened(api, odile, villa, id=id_, assigned_to=str(odile.pk))

    assert [each.status_code for each in (first, again, other)] == [201, 200, 409]


def test_client_assigns_nobody_and_clients_cannot_be_assigned(
    api: Call, camille: User, odile: User, villa: Chantier
) -> None:
    assert opened(api, camille, villa, assigned_to=str(odile.pk)).status_code == 403
    refused = opened(api, odile, villa, assigned_to=str(camille.pk))
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["code"] == "unknown_person"
    assert not Conversation.objects.exists()
