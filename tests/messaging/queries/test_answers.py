"""Who answers a client, and the usual wait for a first answer, as measured."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import pytest
import time_machine
from django.utils import timezone

from core.models import Chantier, Client, User
from core.valkey import key, valkey
from messaging.actions.availability import set_availability
from messaging.models import Conversation, Message
from messaging.queries.answers import first_answers, person_who_answers
from messaging.usual_delay import RoundedWait, UsualWait, rounded, usual_wait
from tests.cast import Call

pytestmark = pytest.mark.django_db

HOUR = 3_600
Ask = Callable[..., Conversation]


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    """Forget the waits of other tests: no transaction undoes what is in Valkey."""
    for name in valkey().scan_iter(match=key("usual-delay", "*")):
        valkey().delete(name)


@pytest.fixture
def ask(odile: User) -> Ask:
    """Give a function: a client's question, answered after so many seconds or not at all."""

    def asked(by: User, answered_after: float | None, *, days_ago: int = 7) -> Conversation:
        at = timezone.now() - timedelta(days=days_ago)
        conversation = Conversation.objects.create(
            client_id=by.own_client_id, subject="Question", created_at=at, created_by=by,
            awaiting_reply_since=at if answered_after is None else None,
        )  # fmt: skip
        message(conversation, by, 1, at)
        if answered_after is not None:
            message(conversation, odile, 2, at + timedelta(seconds=answered_after))
        return conversation

    return asked


def usual_seconds(client_id: UUID) -> int | None:
    wait = usual_wait(client_id)
    return wait.seconds if wait else None


def message(conversation: Conversation, author: User, seq: int, at: datetime) -> None:
    Message.objects.create(
        conversation=conversation, author=author, seq=seq, version=seq, body="x",
        draft_digest=b"", created_at=at, fanned_out_at=at,
    )  # fmt: skip


class TestTheUsualWait:
    def test_wait_is_the_median_of_first_answers(self, camille: User, ask: Ask) -> None:
        for hours in (1, 2, 3, 30, 40):
            ask(camille, hours * HOUR)

        assert usual_seconds(camille.own_client_id) == 3 * HOUR

    def test_four_answers_claim_nothing(self, camille: User, ask: Ask) -> None:
        for _ in range(4):
            ask(camille, HOUR)

        assert usual_seconds(camille.own_client_id) is None

    def test_client_with_few_answers_reads_the_wait_of_all(
        self, camille: User, yanis: User, ask: Ask
    ) -> None:
        ask(camille, 9 * HOUR)
        for _ in range(5):
            ask(yanis, HOUR)

        assert usual_seconds(camille.own_client_id) == HOUR

    def test_own_answers_count_before_those_of_others(
        self, camille: User, yanis: User, ask: Ask
    ) -> None:
        for _ in range(5):
            ask(camille, 9 * HOUR)
            ask(yanis, HOUR)

        assert usual_seconds(camille.own_client_id) == 9 * HOUR
        assert usual_seconds(yanis.own_client_id) == HOUR

    def test_questions_without_an_answer_count_as_endless(self, camille: User, ask: Ask) -> None:
        """Two quick answers of six questions are no reason to promise a quick one."""
        for _ in range(2):
            ask(camille, HOUR)
        for _ in range(4):
            ask(camille, None)

        assert first_answers(camille.own_client_id).count == 6
        assert usual_seconds(camille.own_client_id) is None

    def test_question_of_today_is_left_out(self, camille: User, ask: Ask) -> None:
        ask(camille, None, days_ago=0)

        assert first_answers(camille.own_client_id).count == 0

    def test_old_answers_are_left_out(self, camille: User, ask: Ask) -> None:
        for _ in range(5):
            ask(camille, HOUR, days_ago=100)

        assert first_answers().count == 0

    def test_conversation_that_the_company_began_counts_from_the_clients_message(
        self, camille: User, odile: User
    ) -> None:
        at = timezone.now() - timedelta(days=3)
        conversation = Conversation.objects.create(
            client_id=camille.own_client_id, subject="Planning", created_at=at, created_by=odile
        )
        for seq, author in enumerate((odile, camille, camille, odile), start=1):
            message(conversation, author, seq, at + timedelta(hours=seq))

        assert first_answers(camille.own_client_id).median_seconds == 2 * HOUR

    def test_nights_and_weekends_are_left_out_of_working_hours(
        self, camille: User, odile: User
    ) -> None:
        """Asked on Friday at 17:00, answered on Monday at 9:00: two hours of work."""
        friday, monday = (
            datetime.fromisoformat(f"2026-11-{day}:00+01:00") for day in ("20T17:00", "23T09:00")
        )
        with time_machine.travel("2026-11-25T12:00:00+01:00", tick=False):
            for _ in range(5):
                conversation = Conversation.objects.create(
                    client_id=camille.own_client_id, subject="Question", created_at=friday,
                    created_by=camille,
                )  # fmt: skip
                message(conversation, camille, 1, friday)
                message(conversation, odile, 2, monday)

            wait = usual_wait(camille.own_client_id)

        assert wait == UsualWait(seconds=64 * HOUR, working_seconds=2 * HOUR)
        assert rounded(wait) == RoundedWait(count=4, unit="hour")

    @pytest.mark.parametrize(
        ("working_seconds", "said"),
        [
            (899, (15, "minute")),
            (HOUR - 1, (1, "hour")),
            (HOUR, (2, "hour")),
            # A day of work has eight hours.
            (5 * HOUR, (1, "day")),
            (8 * HOUR, (2, "day")),
            (39 * HOUR, (5, "day")),
            (40 * HOUR, None),
        ],
    )
    def test_wait_is_rounded_up_in_working_hours_and_days(
        self, working_seconds: int, said: tuple[int, str] | None
    ) -> None:
        wait = rounded(UsualWait(10 * working_seconds, working_seconds))

        assert (wait and (wait["count"], wait["unit"])) == said

    def test_question_of_friday_evening_is_fresh_on_sunday(self, camille: User) -> None:
        friday = datetime.fromisoformat("2026-11-20T17:00:00+01:00")
        conversation = Conversation.objects.create(
            client_id=camille.own_client_id, subject="Question", created_at=friday,
            created_by=camille, awaiting_reply_since=friday,
        )  # fmt: skip
        message(conversation, camille, 1, friday)

        with time_machine.travel("2026-11-22T17:00:00+01:00", tick=False):
            assert first_answers(camille.own_client_id).count == 0
        with time_machine.travel("2026-11-24T17:00:00+01:00", tick=False):
            assert first_answers(camille.own_client_id).count == 1

    def test_wait_is_measured_once_an_hour(self, camille: User, ask: Ask) -> None:
        for _ in range(5):
            ask(camille, HOUR)
        usual_seconds(camille.own_client_id)
        for _ in range(9):
            ask(camille, 5 * HOUR)

        assert usual_seconds(camille.own_client_id) == HOUR
        assert 0 < valkey().ttl(key("usual-delay", camille.own_client_id)) <= HOUR


class TestWhoAnswers:
    def test_responsible_person_of_the_newest_open_chantier_answers(
        self, camille: User, morel: Client, villa: Chantier, odile: User, marc: User
    ) -> None:
        assert person_who_answers(morel.pk) == odile

        garage = Chantier.objects.create(client=morel, name="Garage", responsible=marc)
        assert person_who_answers(morel.pk) == marc

        garage.status = Chantier.Status.ARCHIVED
        garage.save()
        assert person_who_answers(morel.pk) == odile

    def test_person_who_left_answers_nobody(
        self, morel: Client, villa: Chantier, odile: User
    ) -> None:
        User.objects.filter(pk=odile.pk).update(is_active=False)

        assert person_who_answers(morel.pk) is None

    def test_deputy_answers_for_a_person_who_is_away_until_monday(
        self, api: Call, camille: User, villa: Chantier, odile: User, marc: User
    ) -> None:
        Chantier.objects.filter(pk=villa.pk).update(deputy=marc)
        with time_machine.travel("2026-11-18T10:00:00+01:00", tick=False):
            until = datetime.fromisoformat("2026-11-23T00:00:00+01:00")
            set_availability(odile, is_absent=True, until=until)

            answers = api(camille).get("/api/v1/me").json()["answers"]

        assert answers["status"] == "open"
        assert answers["person"]["name"] == "Marc Vidal"
        assert answers["absent"]["person"]["name"] == "Odile Perrin"
        assert answers["absent"]["back_at"] == "2026-11-23T07:00:00Z"
        assert answers["office_opens_at"] is None

    def test_offices_open_again_on_monday(
        self, api: Call, camille: User, villa: Chantier, odile: User
    ) -> None:
        with time_machine.travel("2026-11-21T10:00:00+01:00", tick=False):
            answers = api(camille).get("/api/v1/me").json()["answers"]

        assert answers["status"] == "closed"
        assert answers["office_opens_at"] == "2026-11-23T07:00:00Z"
        assert answers["person"]["name"] == "Odile Perrin"

    def test_client_reads_it_in_me_and_the_company_does_not(
        self, api: Call, camille: User, odile: User, villa: Chantier, ask: Ask
    ) -> None:
        for _ in range(5):
            ask(camille, HOUR)

        answers = api(camille).get("/api/v1/me").json()["answers"]

        assert answers["person"]["name"] == "Odile Perrin"
        assert answers["usual_seconds"] == HOUR
        assert api(odile).get("/api/v1/me").json()["answers"] is None
