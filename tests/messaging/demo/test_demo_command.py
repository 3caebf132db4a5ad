"""The command that loads the demo data."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from core import demo as core_demo
from core.models import User
from messaging import demo
from messaging.models import Conversation, Message

pytestmark = pytest.mark.django_db

# Two conversations.
SIZE = 0.03


def texts_of_a_load() -> list[str]:
    with transaction.atomic():
        demo.load(now=timezone.now(), size=SIZE)
        texts = Message.objects.order_by("body").values_list("body", flat=True)
        said = [*texts, *Conversation.objects.order_by("subject").values_list("subject", flat=True)]
        transaction.set_rollback(True)
    return said


def run(*words: str) -> str:
    output = StringIO()
    call_command("demo", *words, stdout=output)
    return output.getvalue()


class TestLoading:
    def test_demo_loaded_twice_has_the_same_texts(self) -> None:
        assert texts_of_a_load() == texts_of_a_load()

    def test_demo_leaves_no_job_and_no_event_to_send(
        self, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
    ) -> None:
        with django_capture_on_commit_callbacks() as pending:
            demo.load(now=timezone.now(), size=SIZE)

        assert pending == []


class TestTheCommand:
    def test_demo_command_prints_the_logins(self, settings: Settings) -> None:
        settings.DEBUG = True

        said = run("--size", str(SIZE))

        assert "camille@demo.test" in said
        assert "marc@demo.test" in said
        assert core_demo.PASSWORD in said
        assert User.objects.get(email="yanis@demo.test").check_password(core_demo.PASSWORD)

    def test_demo_command_does_nothing_where_there_are_people(self, odile: User) -> None:
        assert "no demo data loaded" in run("--if-empty")
        assert User.objects.count() == 1

    def test_demo_command_is_refused_outside_debug(self, settings: Settings) -> None:
        settings.DEBUG = False

        with pytest.raises(CommandError, match="--force"):
            run()

    def test_demo_command_loads_outside_debug_when_forced(self, settings: Settings) -> None:
        settings.DEBUG = False

        run("--force", "--size", str(SIZE))

        assert core_demo.exists()

    def test_demo_command_is_refused_a_second_time(self, settings: Settings, odile: User) -> None:
        settings.DEBUG = True

        with pytest.raises(CommandError, match="already"):
            run()
