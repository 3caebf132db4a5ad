"""Confirm again and again that the open streams may go on, many in one query.

Each stream is due after STREAM_RECHECK_SECONDS, a little earlier by chance, so that streams that
were opened together are not checked together. What is due is asked about once a second. A change
of somebody's rights, which `core.realtime.rights` publishes, makes that person due at once.
"""

import asyncio
import random
import time
from collections.abc import Iterable

import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError

from core.realtime.agenda import Agenda
from core.realtime.database_thread import DatabaseThread
from core.realtime.grants import Confirmation, Grant, confirm
from core.realtime.streams import OpenStreams, Stream

# How many streams one query asks about: some milliseconds for PostgreSQL and for this process.
STREAMS_PER_QUERY = 500
PAUSE_SECONDS = 1.0
# Where thousands are due at once. A query takes about 2 ms of this process and 3 of PostgreSQL.
# One after the other, ten of them made an event to 5,000 streams 1.25 times slower.
BETWEEN_QUERIES_SECONDS = 0.1
# Changes of many people's rights, one after the other, are asked about together.
GATHERING_SECONDS = 0.1
# After the opening too: the rights may have changed before the hub knew the stream.
FIRST_CHECK_SECONDS = 1.0
# While PostgreSQL is away streams go on. They end when they were not confirmed for this many times
# STREAM_RECHECK_SECONDS.
UNCONFIRMED_ROUNDS = 10
RETRY_SECONDS = 2.0
SOON_SECONDS = 4.0

logger = structlog.get_logger(__name__)


class Recheck:
    """The task that confirms streams. Times are those of `time.monotonic`."""

    def __init__(self, streams: OpenStreams) -> None:
        self.streams = streams
        self.thread = DatabaseThread("stream-recheck")
        self.agenda = Agenda()
        # The epoch that all streams know.
        self.epoch: str | None = None
        self.hurry = asyncio.Event()
        self.task: asyncio.Task[None] | None = None

    def ensure_running(self) -> None:
        if self.task is None or self.task.done():
            self.task = asyncio.create_task(self.run_for_ever())

    def watch(self, stream: Stream) -> None:
        """Confirm a stream from now on. Its grant was just given."""
        stream.confirmed_at = time.monotonic()
        self._postpone([stream], FIRST_CHECK_SECONDS)

    def check_now(self, streams: Iterable[Stream]) -> None:
        for stream in streams:
            self.agenda.put(stream, 0.0)
        self.hurry.set()

    def check_soon(self, streams: Iterable[Stream]) -> None:
        """Check within a few seconds: changes of rights may have been missed."""
        now = time.monotonic()
        for stream in streams:
            soon = now + random.uniform(0, SOON_SECONDS)
            self.agenda.put(stream, min(stream.due_at, soon))

    async def run_for_ever(self) -> None:
        while True:
            try:
                await self.pause()
                await self.check_due()
            except Exception:
                # A defect must not end the task: no stream would ever be checked again.
                logger.exception("stream_recheck_failed")

    async def pause(self) -> None:
        try:
            async with asyncio.timeout(min(PAUSE_SECONDS, settings.STREAM_RECHECK_SECONDS / 2)):
                await self.hurry.wait()
        except TimeoutError:
            return
        await asyncio.sleep(GATHERING_SECONDS)
        self.hurry.clear()

    async def check_due(self) -> None:
        """Confirm all streams that are due, so many at a time, the most urgent first."""
        while due := self.agenda.take(time.monotonic(), STREAMS_PER_QUERY):
            if going_on := self._without_expired(due):
                await self._check(going_on)
            if len(due) < STREAMS_PER_QUERY:
                return
            await asyncio.sleep(BETWEEN_QUERIES_SECONDS)

    async def _check(self, due: list[Stream]) -> None:
        groups = self._with_the_same_grants(due)
        # A change of rights during the query makes them due again.
        for streams in groups.values():
            self._postpone(streams, settings.STREAM_RECHECK_SECONDS)
        asked_at = time.monotonic()
        try:
            confirmation = await self.thread.run(lambda: confirm(list(groups)))
        except (DatabaseError, InterfaceError, TimeoutError) as error:
            streams = [stream for group in groups.values() for stream in group]
            logger.warning("stream_recheck_unanswered", streams=len(streams), error=str(error))
            self._keep_for_a_while(streams)
        else:
            self._settle(groups, confirmation, asked_at)

    def _with_the_same_grants(self, due: list[Stream]) -> dict[Grant, list[Stream]]:
        """Return streams by their grant, those that are not due yet included.

        The screens of a person are then asked about once, and are due together the next time.
        """
        groups: dict[Grant, list[Stream]] = {}
        for stream in due:
            grant = stream.grant
            if grant not in groups:
                streams = self.streams.of(grant.channels[0])
                groups[grant] = [other for other in streams if other.grant == grant]
        return groups

    def _settle(
        self, groups: dict[Grant, list[Stream]], confirmation: Confirmation, asked_at: float
    ) -> None:
        for grant, streams in groups.items():
            for stream in streams:
                if grant in confirmation.holding:
                    stream.confirmed_at = asked_at
                    stream.tell_epoch(confirmation.epoch)
                else:
                    self._end(stream, "no longer allowed")
        if confirmation.epoch != self.epoch:
            self.epoch = confirmation.epoch
            for stream in tuple(self.streams.all):
                stream.tell_epoch(confirmation.epoch)

    def _keep_for_a_while(self, streams: list[Stream]) -> None:
        longest = UNCONFIRMED_ROUNDS * settings.STREAM_RECHECK_SECONDS
        for stream in streams:
            self._postpone([stream], RETRY_SECONDS)
            if time.monotonic() - stream.confirmed_at > longest:
                self._end(stream, "not confirmed")

    def _without_expired(self, streams: list[Stream]) -> list[Stream]:
        now, going_on = time.time(), list[Stream]()
        for stream in streams:
            if stream.grant.ends_at > now:
                going_on.append(stream)
            else:
                self._end(stream, "token expired")
        return going_on

    def _end(self, stream: Stream, reason: str) -> None:
        logger.info("stream_ended", user_id=str(stream.grant.user_id), reason=reason)
        self.streams.remove(stream)

    def _postpone(self, streams: Iterable[Stream], at_most_seconds: float) -> None:
        now, ahead = time.monotonic(), time.time() - time.monotonic()
        due_at = now + at_most_seconds * random.uniform(0.5, 1.0)
        for stream in streams:
            # A stream is due when its token expires, too.
            self.agenda.put(stream, min(due_at, stream.grant.ends_at - ahead))
