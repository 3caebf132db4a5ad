"""The feed of events: nothing is missed, in order, for 30 days."""

from collections.abc import Iterator
from datetime import timedelta
from threading import Event, Thread
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone
from rest_framework.test import APIClient

from core.auth import credentials
from core.models import Client, OutgoingEvent, User
from core.outgoing import feed
from core.outgoing.record import Kind, record, record_in_conversation
from messaging.models import Conversation
from tests.cast import Say


@pytest.fixture
def program(db: None) -> APIClient:
    caller = APIClient()
    secret = credentials.issue("ERP", ["events:read"]).secret
    caller.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return caller


def read(program: APIClient, **query: Any) -> dict[str, Any]:
    answer = program.get("/api/v1/events", query)
    assert answer.status_code == 200, answer.content
    page: dict[str, Any] = answer.json()
    return page


def read_all(program: APIClient, after: str | None = None, limit: int = 100) -> Iterator[Any]:
    while True:
        page = read(program, limit=limit, **({"after": after} if after else {}))
        yield from page["results"]
        after = page["next"]
        if not page["has_more"]:
            return


def numbers(events: Iterator[Any]) -> list[int]:
    return [event["data"]["number"] for event in events]


def note(*values: int) -> None:
    for number in values:
        record(Kind.CLIENT_CHANGED, {"number": number})


@pytest.mark.django_db
class TestReading:
    def test_pages_follow_each_other_without_gap_or_repeat(self, program: APIClient) -> None:
        note(*range(7))

        assert numbers(read_all(program, limit=3)) == list(range(7))

    def test_reader_at_the_end_gets_what_happens_next(self, program: APIClient) -> None:
        note(1)
        first = read(program)
        assert read(program, after=first["next"])["results"] == []
        note(2)

        after = read(program, after=first["next"])

        assert [each["data"]["number"] for each in after["results"]] == [2]
        assert after["has_more"] is False

    def test_feed_that_is_empty_gives_a_cursor_from_which_nothing_is_missed(
        self, program: APIClient
    ) -> None:
        empty = read(program)
        note(5)

        assert numbers(read_all(program, empty["next"])) == [5]

    def test_event_has_id_position_type_time_version_and_data(self, program: APIClient) -> None:
        note(4)

        [event] = read(program)["results"]

        stored = OutgoingEvent.objects.get()
        assert event == {
            "id": str(stored.uid),
            "position": 1,
            "type": "client.changed",
            "at": stored.at.isoformat().replace("+00:00", "Z"),
            "version": 1,
            "data": {"number": 4},
        }

    @pytest.mark.parametrize("after", ["1", "eyJ", "WyJhIiwxXQ:abc"])
    def test_invented_cursor_is_refused_by_name(self, program: APIClient, after: str) -> None:
        answer = program.get("/api/v1/events", {"after": after})

        assert answer.status_code == 400
        assert answer.json()["errors"][0]["attr"] == "after"

    @pytest.mark.parametrize("limit", ["0", "501", "many"])
    def test_limit_out_of_range_is_refused_by_name(self, program: APIClient, limit: str) -> None:
        answer = program.get("/api/v1/events", {"limit": limit})

        assert (answer.status_code, answer.json()["errors"][0]["attr"]) == (400, "limit")

    def test_cursor_of_before_a_restore_is_gone(self, program: APIClient) -> None:
        note(1)
        before = read(program)["next"]
        call_command("new_epoch", verbosity=0)

        answer = program.get("/api/v1/events", {"after": before})

        assert answer.status_code == 410
        assert answer.json()["errors"][0]["code"] == "events_gone"


@pytest.mark.django_db
class TestKeeping:
    def test_cursor_older_than_what_is_kept_is_gone_and_says_so(self, program: APIClient) -> None:
        note(1)
        start = read(program)["next"]
        note(2, 3)
        with time_machine.travel(timezone.now() + timedelta(days=31)):
            assert feed.purge() == 3

            answer = program.get("/api/v1/events", {"after": start})

        assert answer.status_code == 410
        assert "30" in answer.json()["errors"][0]["detail"]

    def test_reader_who_had_read_all_of_it_goes_on_after_the_removal(
        self, program: APIClient
    ) -> None:
        note(1, 2)
        end = read(program)["next"]
        with time_machine.travel(timezone.now() + timedelta(days=31)):
            feed.purge()
            note(3)

            assert numbers(read_all(program, end)) == [3]
            # Positions go on, although no row of before is left.
            assert [each["position"] for each in read(program)["results"]] == [3]

    def test_events_of_29_days_ago_are_kept(self, program: APIClient) -> None:
        note(1)
        with time_machine.travel(timezone.now() + timedelta(days=29)):
            assert feed.purge() == 0
            assert numbers(read_all(program)) == [1]


@pytest.mark.django_db(transaction=True)
class TestOrderOfCommits:
    def test_event_that_is_committed_late_is_not_missed(self, program: APIClient) -> None:
        """A reader by ids would have gone past it."""
        is_written, may_commit = Event(), Event()

        def write_slowly() -> None:
            with transaction.atomic():
                note(1)
                is_written.set()
                assert may_commit.wait(10)
            connection.close()

        writer = Thread(target=write_slowly)
        writer.start()
        assert is_written.wait(10)
        note(2)
        early = read(program)
        may_commit.set()
        writer.join(10)

        late = read(program, after=early["next"])

        assert [each["data"]["number"] for each in early["results"]] == [2]
        assert [each["data"]["number"] for each in late["results"]] == [1]

    def test_positions_that_many_give_at_once_are_each_given_once(self, program: APIClient) -> None:
        note(*range(40))

        def give() -> None:
            feed.give_positions()
            connection.close()

        threads = [Thread(target=give) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)

        positions = OutgoingEvent.objects.order_by("id").values_list("position", flat=True)
        assert list(positions) == list(range(1, 41))

    def test_change_that_is_taken_back_leaves_no_event(
        self, program: APIClient, morel: Client
    ) -> None:
        before = len(list(read_all(program)))
        with transaction.atomic():
            morel.name = "Famille Morel-Roy"
            morel.save()
            transaction.set_rollback(True)

        assert len(list(read_all(program))) == before


@pytest.mark.django_db
class TestRows:
    def test_person_who_is_created_then_changed_is_told_twice(
        self, program: APIClient, camille: User
    ) -> None:
        start = read(program)["next"]
        camille.phone = "06 12 34 56 78"
        camille.save(update_fields=["phone"])

        [event] = read_all(program, start)

        assert event["type"] == "user.changed"
        assert event["data"]["user"] == {
            "id": str(camille.pk),
            "external_id": "crm-camille@demo.test",
            "email": "camille@demo.test",
            "name": "Camille Morel",
            "role": "client",
            "client": {"id": str(camille.client_id), "external_id": None},
            "locale": "fr",
            "phone": "06 12 34 56 78",
            "status": "active",
        }

    def test_login_or_a_save_of_the_same_tells_nothing(
        self, program: APIClient, camille: User
    ) -> None:
        start = read(program)["next"]
        camille.last_login = timezone.now()
        camille.save(update_fields=["last_login"])
        camille.set_password("chantier-demo-2")
        camille.save()

        assert list(read_all(program, start)) == []

    def test_archived_client_tells_of_its_people_and_chantiers(
        self, program: APIClient, camille: User, villa: Any, morel: Client
    ) -> None:
        Client.objects.filter(pk=morel.pk).update(external_id="erp-7")
        start = read(program)["next"]
        writer = APIClient()
        secret = credentials.issue("ERP", ["provisioning"]).secret
        writer.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
        body = {"status": "archived"}
        answer = writer.put("/api/v1/provisioning/clients/erp-7", body, format="json")
        assert answer.status_code == 200

        told = {
            (event["type"], next(iter(event["data"].values()))["status"])
            for event in read_all(program, start)
        }

        assert told == {
            ("client.changed", "archived"),
            ("user.changed", "archived"),
            ("chantier.changed", "archived"),
        }

    def test_external_id_that_provisioning_gives_to_a_known_person_is_told(
        self, program: APIClient, camille: User
    ) -> None:
        User.objects.filter(pk=camille.pk).update(external_id=None)
        start = read(program)["next"]
        writer = APIClient()
        secret = credentials.issue("ERP", ["provisioning"]).secret
        writer.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
        body = {"email": "camille@demo.test"}
        answer = writer.put("/api/v1/provisioning/users/p-1", body, format="json")
        assert answer.status_code == 200

        [event] = read_all(program, start)

        assert event["data"]["user"]["external_id"] == "p-1"


@pytest.mark.django_db
def test_place_of_an_event_has_the_ids_of_the_other_software(
    program: APIClient, conversation: Conversation, say: Say, camille: User
) -> None:
    Client.objects.filter(pk=conversation.client_id).update(external_id="erp-7")
    start = read(program)["next"]
    unknown: UUID = uuid4()
    record_in_conversation(
        Kind.MESSAGE_CREATED,
        {"number": 1},
        conversation_id=unknown,
        client_id=conversation.client_id,
        chantier_id=None,
    )

    [event] = read_all(program, start)

    client = {"id": str(conversation.client_id), "external_id": "erp-7", "name": "Famille Morel"}
    assert event["data"] == {"number": 1, "client": client, "chantier": None}
