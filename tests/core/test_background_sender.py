"""Wake-ups are sent in order while Valkey answers, and dropped while it does not."""

import os
import queue
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import median

import pytest
from pytest_django import Settings
from redis.exceptions import ConnectionError as Unreachable

from core import background_sender
from core.models import User
from messaging.models import Conversation, Message
from tests.cast import Call
from tests.lost_valkey import valkey_at
from tests.sockets import closed_port, frozen_port

# An answer that waited for a publish to a frozen broker would take its `socket_timeout` of 2 s. A
# busy machine delays single answers, so the test takes the median.
ANSWER_SECONDS = 0.5
# How long to wait for the thread that puts wake-ups. A put that waits would never return.
PATIENCE_SECONDS = 20


@pytest.fixture(params=["frozen", "absent"])
def lost_valkey(request: pytest.FixtureRequest, settings: Settings) -> Iterator[str]:
    """Take Valkey away: once it accepts connections and never answers, once it is not there."""
    with frozen_port() as frozen:
        port = frozen if request.param == "frozen" else closed_port()
        with valkey_at(port, settings):
            yield request.param


class TestALostValkey:
    @pytest.mark.django_db(transaction=True)
    def test_message_is_sent_in_time_without_valkey(
        self, api: Call, camille: User, conversation: Conversation, lost_valkey: str
    ) -> None:
        seconds = []
        # The first one also imports what sending needs, and is not counted.
        for number in range(9):
            started = time.monotonic()
            answer = api(camille).post(
                f"/api/v1/conversations/{conversation.pk}/messages", {"body": f"n° {number}"}
            )
            seconds.append(time.monotonic() - started)
            assert answer.status_code == 201

        assert median(seconds[1:]) < ANSWER_SECONDS
        assert Message.objects.filter(fanned_out_at=None).count() == 9


def sent(words: list[str]) -> Callable[[str], background_sender.Call]:
    def call(word: str) -> background_sender.Call:
        return lambda: words.append(word)

    return call


def unreachable() -> None:
    raise Unreachable("no route")


@dataclass
class Clock:
    """Stands for the module `time`, and moves only when the test moves it."""

    seconds: float = 1000.0

    def monotonic(self) -> float:
        return self.seconds


class TestTheSender:
    def test_sender_sends_in_order(self) -> None:
        sender, words = background_sender.Sender(), list[str]()

        for number in range(100):
            sender.put(sent(words)(str(number)))
        sender.waiting.join()

        assert words == [str(number) for number in range(100)]

    def test_caller_never_waits_for_the_sender(self) -> None:
        sender, gate = background_sender.Sender(waiting=queue.Queue(2)), threading.Event()

        def put_more_than_fit() -> None:
            for _ in range(10):
                sender.put(gate.wait)

        caller = threading.Thread(target=put_more_than_fit, daemon=True)
        caller.start()
        caller.join(PATIENCE_SECONDS)

        assert not caller.is_alive()
        assert sender.dropped >= 7
        gate.set()
        sender.waiting.join()

    def test_sender_drops_wake_ups_after_a_failure_until_its_pause_ends(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        clock = Clock()
        monkeypatch.setattr(background_sender, "time", clock)
        sender, words = background_sender.Sender(), list[str]()

        sender.put(unreachable)
        sender.waiting.join()
        clock.seconds += background_sender.PAUSE_SECONDS - 0.01
        sender.put(sent(words)("during"))
        sender.waiting.join()
        assert (words, sender.dropped) == ([], 2)

        clock.seconds += 0.02
        sender.put(sent(words)("after"))
        sender.waiting.join()
        assert (words, sender.dropped) == (["after"], 2)

    def test_sender_makes_a_call_once_the_other_side_answers_again(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(background_sender, "PAUSE_SECONDS", 0.05)
        told = threading.Semaphore(0)
        answers_at_the_third = iter([unreachable, unreachable, told.release])
        sender = background_sender.Sender(after_drops=[lambda: next(answers_at_the_third)()])

        sender.put(unreachable)

        assert told.acquire(timeout=PATIENCE_SECONDS)
        # Once: another call would find no answer and end the thread.
        time.sleep(0.2)
        assert sender.thread is not None
        assert (sender.thread.is_alive(), sender.has_dropped) == (True, False)

    def test_sender_makes_that_call_before_it_sends_again(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        clock = Clock()
        monkeypatch.setattr(background_sender, "time", clock)
        words = list[str]()
        sender = background_sender.Sender(after_drops=[sent(words)("some were dropped")])
        sender.has_dropped = True

        for word in ("first", "second"):
            sender.put(sent(words)(word))
        sender.waiting.join()

        assert words == ["some were dropped", "first", "second"]

    def test_sender_goes_on_after_a_defect_in_one_wake_up(self) -> None:
        sender, words = background_sender.Sender(), list[str]()

        sender.put(lambda: 1 / 0)
        sender.put(sent(words)("next"))
        sender.waiting.join()

        assert words == ["next"]

    def test_sender_has_its_own_thread_in_a_forked_process(self) -> None:
        background_sender.send(lambda: None)
        background_sender.flush()
        out, into = os.pipe()

        if (child := os.fork()) == 0:
            background_sender.send(lambda: os.write(into, b"sent"))
            background_sender.flush()
            os._exit(0)

        os.close(into)
        assert os.read(out, 10) == b"sent"
        os.waitpid(child, 0)
        os.close(out)
