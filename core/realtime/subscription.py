"""Read what Valkey publishes: all that has come, in one go.

The connection is redis-py's, which knows passwords, TLS and sockets. Its `PubSub` is not used: it
gives one message at a time, for a quarter more processor time, and so a stream could not get what
came together by one write. Each web process reads every message.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

import hiredis
import redis.asyncio
from django.conf import settings
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import ConnectionError as ValkeyLost

CONNECT_SECONDS = 2.0
READ_BYTES = 64 * 1024


class Message(NamedTuple):
    channel: str
    payload: bytes


class Subscription:
    """What a connection is subscribed to."""

    def __init__(self, connection: AbstractConnection) -> None:
        self.connection = connection
        assert connection._reader is not None
        self.stream = connection._reader
        self.replies = hiredis.Reader()

    async def read(self) -> list[Message]:
        """Wait until something comes; return the messages in it: none if it is a pong.

        Raises redis.exceptions.ConnectionError once the connection is lost.
        """
        received = await self.stream.read(READ_BYTES)
        if not received:
            raise ValkeyLost("Valkey closed the connection.")
        self.replies.feed(received)
        messages = []
        while (reply := self.replies.gets()) is not False:
            if isinstance(reply, list) and reply[0] == b"pmessage":
                messages.append(Message(reply[2].decode(), reply[3]))
            elif isinstance(reply, Exception):
                raise ValkeyLost(str(reply))
        return messages

    async def ping(self) -> None:
        await self.connection.send_command("PING", check_health=False)


@asynccontextmanager
async def subscribed(*patterns: str) -> AsyncIterator[Subscription]:
    """Connect and subscribe. Raises RedisError or OSError."""
    pool = redis.asyncio.ConnectionPool.from_url(
        settings.REDIS_URL, socket_timeout=None, socket_connect_timeout=CONNECT_SECONDS
    )
    connection = pool.make_connection()  # type: ignore[no-untyped-call]
    await connection.connect()
    try:
        await connection.send_command("PSUBSCRIBE", *patterns)
        yield Subscription(connection)
    finally:
        await connection.disconnect(nowait=True)
