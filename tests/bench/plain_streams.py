"""The limit of streams: a plain ASGI loop without people, rights or queues.

It has the server, the Valkey and the heartbeats of the product, and one task for each connection.
"""

import asyncio
import os

import redis.asyncio

from core.web.bodies import Receive
from core.web.wsgi_bridge import Scope, Send

CHANNEL = "*company"
HEARTBEAT_SECONDS = 15.0
GROUPS = 60
BEGINNING = b'retry: 2000\n: open\n\nevent: epoch\ndata: {"epoch":"1-16384"}\n\n'

sends: dict[int, Send] = {}
tasks: list[asyncio.Task[None]] = []


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["path"] == "/livez":
        await _start(send, b"text/plain")
        await send(_body(b"ok", more=False))
        return
    if not tasks:
        tasks.extend(map(asyncio.create_task, (read(), beat())))
        await asyncio.sleep(0.5)
    await _start(send, b"text/event-stream")
    await send(_body(BEGINNING))
    sends[id(send)] = send
    while (await receive())["type"] != "http.disconnect":
        pass
    del sends[id(send)]


async def read() -> None:
    client = redis.asyncio.Redis.from_url(os.environ["REDIS_URL"])
    async with client, client.pubsub() as pubsub:
        await pubsub.psubscribe(CHANNEL)
        async for message in pubsub.listen():
            if message["type"] == "pmessage":
                payload = _body(message["data"])
                for send in list(sends.values()):
                    await send(payload)


async def beat() -> None:
    while True:
        everyone = list(sends.values())
        for number in range(GROUPS):
            await asyncio.sleep(HEARTBEAT_SECONDS / GROUPS)
            for send in everyone[number::GROUPS]:
                await send(_body(b": still here\n\n"))


async def _start(send: Send, content_type: bytes) -> None:
    headers = [(b"content-type", content_type), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})


def _body(part: bytes, *, more: bool = True) -> dict[str, object]:
    return {"type": "http.response.body", "body": part, "more_body": more}
