"""The sheet of a client: who its people are, how they are reached, what it has."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from core.models import Availability, Chantier, Client, ClientRemark, User
from messaging.actions.availability import set_availability
from messaging.actions.conversations import change_conversation, open_conversation
from messaging.actions.reads import read_up_to
from messaging.conversation.idempotency import Opening
from messaging.models import Conversation, Message
from messaging.retention import holds
from notifications.actions import note_presence
from notifications.models import EmailMode, LastSeen, Preference, PushSubscription, RefusedAddress
from tests.cast import Call, Say

pytestmark = pytest.mark.django_db

NOT_SEEN_YET = None


def sheet(api: Call, reader: User, client: Client) -> dict[str, Any]:
    answer = api(reader).get(f"/api/v1/clients/{client.pk}/sheet")
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found


def person(api: Call, odile: User, user: User) -> dict[str, Any]:
    assert user.client is not None
    [found] = [
        each for each in sheet(api, odile, user.client)["people"] if each["id"] == str(user.pk)
    ]
    return dict(found)


def device_of(user: User, label: str, **columns: Any) -> PushSubscription:
    return PushSubscription.objects.create(
        user=user, endpoint=f"https://push.test/{label}", p256dh="p", auth="a", label=label,
        **columns,
    )  # fmt: skip


class TestPeople:
    def test_people_are_shown_with_phone_language_and_address(
        self, api: Call, camille: User, bruno: User, odile: User, yanis: User
    ) -> None:
        User.objects.filter(pk=camille.pk).update(phone="06 39 98 12 34", locale="en")
        User.objects.filter(pk=bruno.pk).update(is_active=False)

        found = sheet(api, odile, camille.client)  # type: ignore[arg-type]

        assert [each["name"] for each in found["people"]] == ["Camille Morel"]
        assert found["people_count"] == 1
        [shown] = found["people"]
        assert shown["phone"] == "06 39 98 12 34"
        assert shown["locale"] == "en"
        assert shown["email"] == "camille@demo.test"

    def test_push_is_on_while_one_device_displays_it(
        self, api: Call, camille: User, odile: User
    ) -> None:
        assert person(api, odile, camille)["is_pushed"] is False

        device_of(camille, "Firefox", undisplayed_count=3)
        assert person(api, odile, camille)["is_pushed"] is False

        device_of(camille, "iPhone")
        shown = person(api, odile, camille)
        assert shown["is_pushed"] is True
        assert {each["label"]: each["is_silent"] for each in shown["devices"]} == {
            "Firefox": True, "iPhone": False,
        }  # fmt: skip

        Preference.objects.create(user=camille, push=False)
        assert person(api, odile, camille)["is_pushed"] is False

    def test_state_of_emails_is_the_worst_that_is_known(
        self, api: Call, camille: User, odile: User, say: Say
    ) -> None:
        message = say(camille, "Reçu")
        assert person(api, odile, camille)["email_state"] == "unknown"

        Message.objects.filter(pk=message.pk).update(by_email=True)
        assert person(api, odile, camille)["email_state"] == "verified"

        Preference.objects.create(user=camille, email=EmailMode.NEVER)
        assert person(api, odile, camille)["email_state"] == "unsubscribed"

        RefusedAddress.objects.create(address="camille@demo.test", cause="unknown")
        shown = person(api, odile, camille)
        assert shown["email_state"] == "refused"
        assert shown["refused_since"] is not None
        assert shown["refusal"] == "unknown"


class TestLastSeen:
    def test_page_on_screen_is_online_and_then_last_seen(
        self, api: Call, camille: User, odile: User
    ) -> None:
        assert person(api, odile, camille)["last_seen_at"] is NOT_SEEN_YET

        with time_machine.travel("2026-11-18T09:00:00Z", tick=False):
            note_presence(camille, is_visible=True)
            assert person(api, odile, camille)["is_online"] is True
        with time_machine.travel("2026-11-18T09:20:00Z", tick=False):
            note_presence(camille, is_visible=False)

        shown = person(api, odile, camille)
        assert shown["is_online"] is False
        assert shown["last_seen_at"] == "2026-11-18T09:20:00Z"

    def test_who_read_before_visits_were_kept_was_there(
        self, api: Call, camille: User, odile: User, conversation: Conversation, say: Say
    ) -> None:
        said = say(odile, "Nous passons mardi")
        with time_machine.travel("2026-11-18T09:00:00Z", tick=False):
            read_up_to(reader=camille, conversation=conversation, seq=said.seq)
        LastSeen.objects.all().delete()

        assert person(api, odile, camille)["last_seen_at"] == "2026-11-18T09:00:00Z"

    def test_visible_page_writes_once_a_minute(self, camille: User) -> None:
        start = datetime(2026, 11, 18, 9, tzinfo=UTC)
        written = []
        for seconds in (0, 40, 80):
            with time_machine.travel(start + timedelta(seconds=seconds), tick=False):
                note_presence(camille, is_visible=True)
            written.append(LastSeen.objects.get(user=camille).at - start)

        assert written == [timedelta(), timedelta(), timedelta(seconds=80)]


class TestChantiersAndThreads:
    def test_chantiers_name_who_follows_them_and_whether_they_are_there(
        self, api: Call, morel: Client, villa: Chantier, odile: User, marc: User
    ) -> None:
        Chantier.objects.filter(pk=villa.pk).update(deputy=marc)
        Chantier.objects.create(client=morel, name="Ancien", status=Chantier.Status.ARCHIVED)
        until = timezone.now() + timedelta(days=3)
        set_availability(odile, is_absent=True, until=until)

        found = sheet(api, marc, morel)["chantiers"]

        assert [each["name"] for each in found] == ["Villa Lumière", "Ancien"]
        assert found[0]["reference"] == "CH-2041"
        assert found[0]["responsible"]["name"] == "Odile Perrin"
        assert found[0]["responsible"]["availability"]["status"] == "absent"
        assert found[0]["deputy"]["name"] == "Marc Vidal"
        assert found[1]["responsible"] is None

    def test_threads_are_counted_and_the_newest_named(
        self, api: Call, camille: User, odile: User, conversation: Conversation
    ) -> None:
        opening = Opening(subject="Facture de mars", client=camille.own_client_id)
        other = open_conversation(opener=camille, opening=opening).conversation
        change_conversation(editor=odile, conversation=other, changes={"status": "closed"})

        found = sheet(api, odile, camille.client)["conversations"]  # type: ignore[arg-type]

        assert (found["open_count"], found["closed_count"]) == (1, 1)
        assert {each["subject"] for each in found["newest"]} == {
            "Carrelage du séjour", "Facture de mars",
        }  # fmt: skip

    def test_number_of_queries_is_fixed(
        self, api: Call, morel: Client, camille: User, bruno: User, conversation: Conversation,
        odile: User, marc: User, django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:  # fmt: skip
        caller = api(odile)
        address = f"/api/v1/clients/{morel.pk}/sheet"
        caller.get(address)
        for number in range(5):
            device_of(bruno, f"Téléphone {number}")
            Chantier.objects.create(client=morel, name=f"Lot {number}", responsible=marc)
            opening = Opening(subject=f"Lot {number}", client=morel.pk)
            open_conversation(opener=camille, opening=opening)
        Availability.objects.create(user=marc, is_absent=True)

        # The client; people, devices, refused addresses, their number; chantiers, who follows
        # them, their hours; two of threads; files; the remark.
        with django_assert_num_queries(14):
            found = caller.get(address).json()

        assert len(found["chantiers"]) == 6


class TestRemark:
    def test_colleague_reads_it_with_its_author_and_time(
        self, api: Call, morel: Client, odile: User, marc: User
    ) -> None:
        assert sheet(api, marc, morel)["remark"] is None

        at = "2026-11-18T09:00:00Z"
        with time_machine.travel(at, tick=False):
            answer = write(api, odile, morel, "Préfère le téléphone\nle matin")
        assert answer.status_code == 200

        remark = sheet(api, marc, morel)["remark"]
        assert remark["body"] == "Préfère le téléphone\nle matin"
        assert remark["by"]["name"] == "Odile Perrin"
        assert remark["at"] == at

    def test_text_of_a_colleague_is_never_written_over_unseen(
        self, api: Call, morel: Client, odile: User, marc: User
    ) -> None:
        first = write(api, odile, morel, "Rappeler lundi").json()
        second = write(api, marc, morel, "Rappeler mardi", replaces=first["id"])

        late = write(api, odile, morel, "Rappeler mercredi", replaces=first["id"])

        assert second.status_code == 200
        assert late.status_code == 409
        [error] = late.json()["errors"]
        assert error["code"] == "remark_changed"
        assert "Marc Vidal" in error["detail"]
        assert sheet(api, odile, morel)["remark"]["body"] == "Rappeler mardi"
        assert ClientRemark.objects.filter(client=morel).count() == 2

    def test_same_text_sent_twice_is_written_once(
        self, api: Call, morel: Client, odile: User
    ) -> None:
        ids = {write(api, odile, morel, "Rappeler lundi").json()["id"] for _ in range(2)}

        assert len(ids) == 1

    def test_empty_text_removes_it(self, api: Call, morel: Client, odile: User) -> None:
        first = write(api, odile, morel, "Rappeler lundi").json()
        write(api, odile, morel, "  ", replaces=first["id"])

        assert sheet(api, odile, morel)["remark"]["body"] == ""

    def test_users_of_the_client_never_see_it(
        self, api: Call, morel: Client, camille: User, odile: User
    ) -> None:
        write(api, odile, morel, "Mauvais payeur")

        for path in ("sheet", "remark"):
            call = api(camille).get if path == "sheet" else api(camille).put
            answer = call(f"/api/v1/clients/{morel.pk}/{path}")
            assert answer.status_code == 403
        for address in ("/api/v1/me", "/api/v1/clients", "/api/v1/conversations"):
            assert "Mauvais payeur" not in api(camille).get(address).content.decode()


def write(api: Call, author: User, client: Client, body: str, replaces: str | None = None) -> Any:
    return api(author).put(
        f"/api/v1/clients/{client.pk}/remark", {"body": body, "replaces": replaces}, format="json"
    )


class TestHolds:
    def test_company_reads_what_is_held_and_why(
        self, api: Call, odile: User, marc: User, villa: Chantier, conversation: Conversation
    ) -> None:
        holds.place(marc, villa, "Litige Morel")
        lifted = holds.place(marc, conversation, "Erreur")
        holds.lift(marc, lifted, "Placée par erreur")

        [held] = api(odile).get(f"/api/v1/clients/{villa.client_id}/sheet").json()["holds"]

        assert (held["on"], held["id"], held["reason"]) == (
            "chantier",
            str(villa.pk),
            "Litige Morel",
        )
        assert held["by"]["name"] == "Marc Vidal"

    def test_client_reads_nothing_of_it(
        self, api: Call, camille: User, marc: User, villa: Chantier, conversation: Conversation
    ) -> None:
        holds.place(marc, villa, "Litige Morel")

        for address in (
            f"/api/v1/conversations/{conversation.pk}",
            f"/api/v1/conversations/{conversation.pk}/messages",
            "/api/v1/conversations",
            f"/api/v1/clients/{villa.client_id}/sheet",
        ):
            assert "Litige" not in api(camille).get(address).content.decode()
