"""Rows of the dashboard of background tasks, as failures and the clock leave them."""

from datetime import timedelta

from django.utils import timezone

from core.models import User
from messaging.models import Message
from tests.cast import Say
from tests.waiting import until
from workers.models import DeadLetter
from workers.records import recorder
from workers.registry import MESSAGES

WORDS = "no paper left"


def dead_message(say: Say, author: User) -> Message:
    """Create a message whose fan-out is a dead letter, with the records of its attempts."""
    message = counted(say, author)
    reason = f"RuntimeError: {WORDS}"
    attempts = MESSAGES.max_attempts
    Message.objects.filter(pk=message.pk).update(
        fanned_out_at=None, due_at=None, attempts=attempts, last_error=reason
    )
    DeadLetter.objects.create(
        job="fan_out_message", subject=str(message.pk), attempts=attempts, reason=reason
    )
    recorder.write([failure(message, attempt) for attempt in range(1, attempts + 1)])
    return message


def retried_message(say: Say, author: User) -> Message:
    """Create a message whose fan-out has failed three times and is due in an hour."""
    message = counted(say, author)
    Message.objects.filter(pk=message.pk).update(
        fanned_out_at=None,
        due_at=timezone.now() + timedelta(hours=1),
        attempts=3,
        last_error=f"RuntimeError: {WORDS}",
    )
    return message


def counted(say: Say, author: User) -> Message:
    """Return a message once the worker has done its fan-out, so that it leaves it alone."""
    message = say(author, "Le carreau est fendu")
    until(lambda: Message.objects.get(pk=message.pk).fanned_out_at is not None)
    return message


def failure(message: Message, attempt: int) -> recorder.Run:
    try:
        raise RuntimeError(WORDS)
    except RuntimeError as error:
        run = recorder.Run(name="fan_out_message", queue="realtime", error=error)
    run.subject, run.attempt = str(message.pk), attempt
    run.outcome = "dead" if attempt == MESSAGES.max_attempts else "failed"
    run.ended_at = run.started_at + 0.02
    return run


def housekeeping(name: str, subject: str = "") -> recorder.Run:
    run = recorder.Run(name=name, queue="maintenance", subject=subject)
    run.ended_at = run.started_at
    return run
