"""Make a process that fans out a message with the word POISON kill itself, as its content might.

A worker loads this module by `--include`. No test may import it: it changes the fan-out of the
whole process.
"""

import os
import signal
from collections.abc import Sequence
from uuid import UUID

from messaging.actions import fan_out
from messaging.models import Message
from tests.faults.bad_words import POISON, POISON_ATTEMPTS
from workers.registry import MESSAGES

read = fan_out._waiting


def read_or_die(asked: Sequence[UUID], conversations: set[UUID]) -> dict[UUID, list[Message]]:
    found = read(asked, conversations)
    if any(POISON in message.body for messages in found.values() for message in messages):
        os.kill(os.getpid(), signal.SIGKILL)
    return found


fan_out._waiting = read_or_die
# The job type is a frozen dataclass.
object.__setattr__(MESSAGES, "max_attempts", POISON_ATTEMPTS)
