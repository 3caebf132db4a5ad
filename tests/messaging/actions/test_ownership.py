"""Each conversation has an owner from its birth, by rules that a company understands."""

from datetime import time, timedelta

import pytest
import time_machine
from django.utils import timezone

from core.models import Availability, Chantier, Client, OwnWorkingPeriod, User
from messaging.actions.availability import set_availability
from messaging.actions.conversations import change_conversation, open_conversation
from messaging.actions.escalation import give_owner, keep_owned
from messaging.conversation.idempotency import Opening
from messaging.models import Conversation
from tests.cast import Call
from tests.messaging.addresses import of
from tests.messaging.desk import clock, lines, owner_of, told

__all__ = ["clock"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def opened(opener: User, client: Client, chantier: Chantier | None = None) -> Conversation:
    opening = Opening(
        subject="Portail", client=client.pk, chantier=chantier.pk if chantier else None
    )
    return open_conversation(opener=opener, opening=opening).conversation


def reason_of(conversation: Conversation) -> str:
    [line] = lines(conversation, "assigned")
    assert line.by is None
    return str(line.details["reason"])


@pytest.fixture
def lea(db: None) -> User:
    """Another manager."""
    return User.objects.create(email="lea@demo.test", name="Léa Roux", role=User.Role.MANAGER)


class TestOwnerOfAChantier:
    def test_responsible_person_owns_what_a_client_opens_about_the_chantier(
        self, camille: User, odile: User, marc: User, morel: Client, villa: Chantier
    ) -> None:
        conversation = opened(camille, morel, villa)

        assert (owner_of(conversation), reason_of(conversation)) == (odile, "responsible")
        assert conversation.version == 1

    def test_deputy_owns_it_while_the_responsible_person_is_absent(
        self, camille: User, odile: User, marc: User, morel: Client, villa: Chantier
    ) -> None:
        Chantier.objects.update(deputy=marc)
        set_availability(odile, is_absent=True, until=timezone.now() + timedelta(days=2))

        assert owner_of(opened(camille, morel, villa)) == marc

    def test_absence_ends_by_itself(
        self, camille: User, odile: User, marc: User, morel: Client, villa: Chantier,
        clock: time_machine.Traveller,
    ) -> None:  # fmt: skip
        Chantier.objects.update(deputy=marc)
        set_availability(odile, is_absent=True, until=timezone.now() + timedelta(hours=2))
        clock.shift(timedelta(hours=2))

        assert owner_of(opened(camille, morel, villa)) == odile

    def test_deputy_owns_it_on_the_day_off_of_the_responsible_person(
        self, camille: User, odile: User, marc: User, morel: Client, villa: Chantier,
        clock: time_machine.Traveller,
    ) -> None:  # fmt: skip
        Chantier.objects.update(deputy=marc)
        for weekday in (0, 1, 3, 4):
            OwnWorkingPeriod.objects.create(
                user=odile, weekday=weekday, starts_at=time(8), ends_at=time(18)
            )
        assert owner_of(opened(camille, morel, villa)) == marc

        # At night nobody works, so nobody is passed over.
        clock.shift(timedelta(hours=14))
        assert owner_of(opened(camille, morel, villa)) == odile

    def test_manager_owns_it_while_both_are_absent(
        self, camille: User, odile: User, marc: User, morel: Client, villa: Chantier
    ) -> None:
        set_availability(odile, is_absent=True)

        conversation = opened(camille, morel, villa)

        assert (owner_of(conversation), reason_of(conversation)) == (marc, "least_loaded")

    def test_responsible_person_owns_it_while_everybody_is_absent(
        self, camille: User, odile: User, marc: User, morel: Client, villa: Chantier
    ) -> None:
        for person in (odile, marc):
            set_availability(person, is_absent=True)

        assert owner_of(opened(camille, morel, villa)) == odile


class TestOwnerOfAFreeSubject:
    def test_responsible_person_of_the_client_owns_it(
        self, camille: User, odile: User, marc: User, morel: Client
    ) -> None:
        Client.objects.filter(pk=morel.pk).update(responsible=odile)

        conversation = opened(camille, morel)

        assert (owner_of(conversation), reason_of(conversation)) == (odile, "client_responsible")

    def test_colleague_who_opens_it_owns_it(
        self, odile: User, marc: User, morel: Client, camille: User
    ) -> None:
        conversation = opened(odile, morel)

        assert (owner_of(conversation), reason_of(conversation)) == (odile, "opener")

    def test_managers_share_what_nobody_is_named_for(
        self, camille: User, marc: User, lea: User, morel: Client
    ) -> None:
        owners = [owner_of(opened(camille, morel)) for _ in range(4)]

        assert owners == [lea, marc, lea, marc]

    def test_colleague_owns_it_in_a_company_without_managers(
        self, camille: User, odile: User, morel: Client
    ) -> None:
        assert owner_of(opened(camille, morel)) == odile

    def test_nobody_owns_it_while_nobody_works_here(self, camille: User, morel: Client) -> None:
        conversation = opened(camille, morel)

        assert owner_of(conversation) is None
        assert not lines(conversation, "assigned")


class TestWhatLostItsOwner:
    def test_conversation_that_was_given_back_gets_an_owner_after_a_while(
        self, odile: User, marc: User, conversation: Conversation, clock: time_machine.Traveller
    ) -> None:
        change_conversation(
            editor=odile, conversation=conversation, changes={"assigned_to_id": None}
        )
        clock.shift(timedelta(minutes=14))
        assert keep_owned() == 0

        clock.shift(timedelta(minutes=2))

        assert keep_owned() == 1
        assert owner_of(conversation) == odile
        # Nothing waits there, so nobody is interrupted for it.
        assert told(conversation) == []
        assert lines(conversation, "assigned")[-1].details["reason"] == "unowned"

    def test_conversation_of_a_person_who_left_the_company_gets_another_owner(
        self, odile: User, marc: User, conversation: Conversation
    ) -> None:
        User.objects.filter(pk=odile.pk).update(is_active=False)

        assert keep_owned() == 1
        assert owner_of(conversation) == marc

    def test_closed_conversation_stays_as_it_is(
        self, odile: User, marc: User, conversation: Conversation, clock: time_machine.Traveller
    ) -> None:
        change_conversation(
            editor=odile,
            conversation=conversation,
            changes={"assigned_to_id": None, "status": "closed"},
        )
        clock.shift(timedelta(days=2))

        assert keep_owned() == 0
        assert not give_owner(conversation.pk)


class TestAvailability:
    def test_person_says_when_they_are_back_and_colleagues_see_it(
        self, api: Call, odile: User, marc: User
    ) -> None:
        back = {"status": "absent", "until": "2026-11-22T10:00:00+01:00"}
        answer = api(odile).put("/api/v1/me/availability", back)

        # A Sunday: Monday at eight.
        expected = {"status": "absent", "back_at": "2026-11-23T07:00:00Z"}
        assert answer.json() == expected
        listed = {
            one["name"]: one["availability"]
            for one in api(marc).get("/api/v1/staff").json()["results"]
        }
        assert listed["Odile Perrin"] == expected
        assert listed["Marc Vidal"] == {"status": "present", "back_at": None}

    def test_person_is_off_duty_at_night(
        self, api: Call, odile: User, clock: time_machine.Traveller
    ) -> None:
        clock.shift(timedelta(hours=12))

        assert api(odile).get("/api/v1/me/availability").json() == {
            "status": "off_duty",
            "back_at": "2026-11-19T07:00:00Z",
        }

    def test_moment_that_has_passed_is_refused(self, api: Call, odile: User) -> None:
        back = {"status": "absent", "until": "2026-11-18T07:59:00+01:00"}

        answer = api(odile).put("/api/v1/me/availability", back)

        assert (answer.status_code, answer.json()["errors"][0]["attr"]) == (400, "until")
        assert not Availability.objects.exists()

    def test_client_reads_when_somebody_answers_again(
        self, api: Call, camille: User, odile: User, marc: User, villa: Chantier,
        clock: time_machine.Traveller,
    ) -> None:  # fmt: skip
        def answers() -> tuple[str | None, str, str | None]:
            told = api(camille).get("/api/v1/me").json()["answers"]
            return told["person"]["name"], told["status"], told["back_at"]

        assert answers() == ("Odile Perrin", "open", None)

        set_availability(odile, is_absent=True, until=timezone.now() + timedelta(days=5))
        assert answers() == ("Odile Perrin", "absent", "2026-11-23T07:00:00Z")

        Chantier.objects.update(deputy=marc)
        assert answers() == ("Marc Vidal", "open", None)

        # A Friday evening.
        clock.move_to("2026-11-20 19:00:00+01:00")
        assert answers() == ("Marc Vidal", "closed", "2026-11-23T07:00:00Z")

    def test_client_takes_over_nothing_by_being_told(
        self, api: Call, camille: User, conversation: Conversation
    ) -> None:
        shown = api(camille).get(of(conversation)).json()

        assert "availability" not in str(shown)
