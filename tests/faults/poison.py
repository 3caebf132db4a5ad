"""Make a worker kill its own process when it handles a message with the word POISON.

A worker loads this module by `--include`. No test may import it: it changes the job type of
messages for the whole process.
"""

import os
import signal

from messaging.models import Message
from tests.faults.bad_words import POISON, POISON_ATTEMPTS
from workers.engine.job_types import Key
from workers.registry import MESSAGES

good = MESSAGES.perform


def poisoned(key: Key) -> object:
    if POISON in Message.objects.get(pk=key).body:
        os.kill(os.getpid(), signal.SIGKILL)
    return good(key)


# The job type is a frozen dataclass.
object.__setattr__(MESSAGES, "perform", poisoned)
object.__setattr__(MESSAGES, "max_attempts", POISON_ATTEMPTS)
