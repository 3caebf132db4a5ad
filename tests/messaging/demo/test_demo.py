"""The demo data, made by the real actions."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.db.models import Count, F, Q
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from core.models import Chantier, Client, User
from messaging import demo
from messaging.conversation import unread
from messaging.conversation.lock import lock
from messaging.demo.clock import working_moment
from messaging.models import ChainEntry, Conversation, Message, MessageRevision, Note, Participant
from messaging.queries.chain import faults_of

pytestmark = pytest.mark.django_db

# Half: the first two conversations of each client are unfinished, the third is not.
SIZE = 0.5


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[datetime]:
    """Loaded once for all the tests of this module, which only read it."""
    now = timezone.now()
    with django_db_blocker.unblock(), transaction.atomic():
        demo.load(now=now, size=SIZE)
        yield now
        transaction.set_rollback(True)


class TestWhatIsLoaded:
    def test_chains_are_whole_though_the_times_are_of_the_past(self, loaded: datetime) -> None:
        assert [
            str(fault) for each in Conversation.objects.all() for fault in faults_of(each)
        ] == []
        assert ChainEntry.objects.values("conversation").distinct().count() == 60 * SIZE

    def test_demo_has_a_company_clients_and_chantiers(self, loaded: datetime) -> None:
        assert User.objects.exclude(role=User.Role.CLIENT).count() == 4
        assert Client.objects.count() == 12
        assert Chantier.objects.count() == 20
        users = Client.objects.annotate(count=Count("users")).values_list("count", flat=True)
        assert set(users) == {1, 2}

    def test_demo_conversations_are_spread_over_every_client(self, loaded: datetime) -> None:
        assert Conversation.objects.count() == 60 * SIZE
        assert Conversation.objects.values("client").distinct().count() == 12

    def test_demo_has_every_kind_of_conversation(self, loaded: datetime) -> None:
        assert Conversation.objects.filter(status=Conversation.Status.CLOSED).exists()
        assert not Conversation.objects.filter(assigned_to=None).exists()
        assert Conversation.objects.values("assigned_to").distinct().count() > 1
        assert Conversation.objects.filter(chantier=None).exists()
        assert Conversation.objects.exclude(awaiting_reply_since=None).exists()
        assert Chantier.objects.filter(status=Chantier.Status.ARCHIVED).count() == 1

    def test_demo_has_every_kind_of_message(self, loaded: datetime) -> None:
        assert Message.objects.exclude(edited_at=None).exists()
        assert Message.objects.exclude(deleted_at=None).exists()
        assert Message.objects.exclude(reply_to=None).exists()
        assert MessageRevision.objects.exists()
        assert Note.objects.exists()

    def test_demo_leaves_something_to_read_on_both_sides(self, loaded: datetime) -> None:
        unread_by = Participant.objects.filter(unread_count__gt=0)

        assert unread_by.filter(user__role=User.Role.CLIENT).exists()
        assert unread_by.exclude(user__role=User.Role.CLIENT).exists()

    def test_demo_company_answers(self, loaded: datetime) -> None:
        waiting = Conversation.objects.filter(status="open").exclude(awaiting_reply_since=None)

        assert 8 <= waiting.count() <= 14
        assert 1 <= waiting.filter(answer_due_at__lt=loaded).count() <= 4
        oldest = waiting.earliest("awaiting_reply_since").awaiting_reply_since
        assert oldest is not None
        assert oldest >= working_moment(loaded, 3 * 630)

    def test_demo_texts_have_no_blank_left(self, loaded: datetime) -> None:
        for marks in ("{", "}", "=>", "|", "…"):
            assert not Message.objects.filter(body__contains=marks).exists()
            assert not Conversation.objects.filter(subject__contains=marks).exists()


class TestWhatIsRecorded:
    def test_demo_counters_are_those_of_a_recount(self, loaded: datetime) -> None:
        before = dict(Participant.objects.values_list("pk", "unread_count"))

        for conversation in Conversation.objects.all():
            unread.recount(lock(conversation.pk))

        assert dict(Participant.objects.values_list("pk", "unread_count")) == before

    def test_demo_leaves_no_pending_work(self, loaded: datetime) -> None:
        assert not Message.objects.filter(fanned_out_at=None).exists()

    def test_demo_times_follow_the_order_of_the_messages(self, loaded: datetime) -> None:
        for conversation in Conversation.objects.all():
            times = list(conversation.messages.order_by("seq").values_list("created_at", flat=True))
            assert times == sorted(times)
            assert conversation.created_at == times[0]
            assert conversation.last_activity_at == times[-1]

    def test_demo_times_are_before_now_and_after_the_people_came(self, loaded: datetime) -> None:
        came = User.objects.earliest("created_at").created_at

        assert not Message.objects.filter(
            Q(created_at__gt=loaded) | Q(edited_at__gt=loaded) | Q(created_at__lt=came)
        ).exists()
        assert not Message.objects.filter(edited_at__lt=F("created_at")).exists()

    def test_demo_edits_are_within_the_edit_window(self, loaded: datetime) -> None:
        late = F("created_at") + timedelta(minutes=15)

        assert not Message.objects.filter(edited_at__gt=late).exists()


class TestWorkingMoment:
    SUNDAY = datetime(2026, 11, 22, 15, 0, tzinfo=ZoneInfo("Europe/Paris"))

    def test_working_moment_before_a_weekend_is_friday_evening(self) -> None:
        assert working_moment(self.SUNDAY, 0).isoformat() == "2026-11-20T18:30:00+01:00"

    def test_working_moment_of_a_day_earlier_is_the_evening_before(self) -> None:
        assert working_moment(self.SUNDAY, 630).isoformat() == "2026-11-19T18:30:00+01:00"
