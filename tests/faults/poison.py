"""Loaded into a worker by a test: a message that says POISON ends whatever process works on it.

Never imported by a test: it changes what messages are for the whole process.
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


# It is frozen, for the product's own sake.
object.__setattr__(MESSAGES, "perform", poisoned)
object.__setattr__(MESSAGES, "max_attempts", POISON_ATTEMPTS)
