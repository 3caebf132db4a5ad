"""A push service on loopback for a real Firefox: a WebSocket for browsers, endpoints for senders.

It speaks the protocol of Mozilla's service (autopush): hello, register, notification, ack,
unregister, broadcast_subscribe, and `{}` as a ping. Firefox finds it by `dom.push.serverURL`. It
passes on what it is sent without reading it: Firefox alone has the key.
"""

import asyncio
import base64
import json
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, TypeVar
from uuid import uuid4

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec

from notifications.push import vapid

# How Firefox names the protocol when it connects.
SUBPROTOCOL = "push-notification"
STOP_SECONDS = 10

T = TypeVar("T")


@dataclass
class Channel:
    """A subscription: of the browser `uaid`, or of nobody who listens if it is empty."""

    id: str
    token: str
    uaid: str = ""
    # The key with which alone one may push (RFC 8292, 4.1); "" takes any.
    key: str = ""
    # What the next pushes are answered instead of 201.
    statuses: list[int] = field(default_factory=list)
    # The last push of each topic, while the browser is not connected.
    waiting: dict[str, dict[str, Any]] = field(default_factory=dict)
    # The bodies that were taken.
    taken: list[bytes] = field(default_factory=list)
    # The status of each answer.
    answered: list[int] = field(default_factory=list)


class PushServer:
    def __init__(self) -> None:
        self.port = 0
        self.channels: dict[str, Channel] = {}
        # What browsers said, oldest first.
        self.said: list[dict[str, Any]] = []
        # New subscriptions are refused.
        self.is_full = False
        self._browsers: set[str] = set()
        self._sockets: dict[str, web.WebSocketResponse] = {}
        self._loop = asyncio.new_event_loop()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def websocket_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/"

    def endpoint_of(self, channel: Channel) -> str:
        return f"{self.origin}/push/{channel.token}"

    def channel_at(self, endpoint: str) -> Channel:
        return self.channels[endpoint.rpartition("/")[2]]

    def open_channel(self) -> Channel:
        """Open a channel to which no Firefox listens: the test takes the pushes from it."""
        return self._add(Channel(id=str(uuid4()), token=uuid4().hex))

    def heard(self, kind: str, **fields: object) -> list[dict[str, Any]]:
        """Return what browsers said of one kind, with these fields."""
        wanted = {"messageType": kind, **fields}
        return [each for each in list(self.said) if wanted.items() <= each.items()]

    def drop(self, endpoint: str) -> None:
        """Forget a subscription without a word to its browser: senders are answered 410."""
        del self.channels[endpoint.rpartition("/")[2]]

    def forget_browsers(self) -> None:
        """Forget all browsers and subscriptions, and cut the connections: each starts anew."""
        self.channels.clear()
        self._browsers.clear()
        self._run(self._close_all())

    def reset(self) -> None:
        self.said.clear()
        self.is_full = False
        self.forget_browsers()

    # --- The side of browsers -------------------------------------------------------------------

    async def browse(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(protocols=(SUBPROTOCOL,))
        await socket.prepare(request)
        uaid = ""
        async for frame in socket:
            said = json.loads(frame.data)
            self.said.append(said)
            if said.get("messageType") == "hello":
                uaid = await self._hello(socket, said)
            else:
                await self._answer(socket, uaid, said)
        if self._sockets.get(uaid) is socket:
            del self._sockets[uaid]
        return socket

    async def _hello(self, socket: web.WebSocketResponse, said: dict[str, Any]) -> str:
        known = said.get("uaid", "")
        uaid = known if known in self._browsers else uuid4().hex
        self._browsers.add(uaid)
        self._sockets[uaid] = socket
        welcome = {"messageType": "hello", "uaid": uaid, "status": 200, "use_webpush": True}
        await socket.send_json({**welcome, "broadcasts": {}})
        for channel in [each for each in self.channels.values() if each.uaid == uaid]:
            for notification in channel.waiting.values():
                await socket.send_json(notification)
            channel.waiting.clear()
        return uaid

    async def _answer(self, socket: web.WebSocketResponse, uaid: str, said: dict[str, Any]) -> None:
        match said.get("messageType"):
            case None:
                await socket.send_str("{}")
            case "register" if self.is_full:
                await socket.send_json({**_done(said), "status": 500})
            case "register":
                key = said.get("key", "").rstrip("=")
                channel = Channel(said["channelID"], uuid4().hex, uaid, key)
                endpoint = self.endpoint_of(self._add(channel))
                await socket.send_json({**_done(said), "pushEndpoint": endpoint})
            case "unregister":
                self._remove(said["channelID"])
                await socket.send_json(_done(said))

    def _add(self, channel: Channel) -> Channel:
        self.channels[channel.token] = channel
        return channel

    def _remove(self, channel_id: str) -> None:
        tokens = [each.token for each in self.channels.values() if each.id == channel_id]
        for token in tokens:
            del self.channels[token]

    # --- The side of senders --------------------------------------------------------------------

    async def push(self, request: web.Request) -> web.Response:
        body = await request.read()
        channel = self.channels.get(request.match_info["token"])
        if channel is None:
            return web.Response(status=HTTPStatus.GONE)
        status = self._judge(channel, request)
        channel.answered.append(status)
        if status == HTTPStatus.CREATED:
            channel.taken.append(body)
            await self._pass_on(channel, body, request.headers.get("Topic") or uuid4().hex)
        return web.Response(status=status)

    def _judge(self, channel: Channel, request: web.Request) -> int:
        key = signing_key(request.headers.get("Authorization", ""), self.origin)
        if not key or channel.key not in ("", key):
            return HTTPStatus.FORBIDDEN
        has_form = request.headers.get("Content-Encoding") == "aes128gcm"
        if not has_form or "TTL" not in request.headers:
            return HTTPStatus.BAD_REQUEST
        return channel.statuses.pop(0) if channel.statuses else HTTPStatus.CREATED

    async def _pass_on(self, channel: Channel, body: bytes, topic: str) -> None:
        notification = {
            "messageType": "notification",
            "channelID": channel.id,
            "version": uuid4().hex,
            "headers": {"encoding": "aes128gcm"},
            "data": base64.urlsafe_b64encode(body).rstrip(b"=").decode(),
        }
        socket = self._sockets.get(channel.uaid)
        if socket is None or socket.closed:
            channel.waiting[topic] = notification
        else:
            await socket.send_json(notification)

    # --- Running --------------------------------------------------------------------------------

    async def _close_all(self) -> None:
        for socket in list(self._sockets.values()):
            await socket.close()

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(STOP_SECONDS)

    async def _start(self) -> web.AppRunner:
        app = web.Application()
        app.router.add_get("/", self.browse)
        app.router.add_post("/push/{token}", self.push)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.port = runner.addresses[0][1]
        return runner

    @contextmanager
    def running(self) -> Iterator["PushServer"]:
        thread = threading.Thread(target=self._loop.run_forever)
        thread.start()
        try:
            runner = self._run(self._start())
            yield self
            self._run(self._close_all())
            self._run(runner.cleanup())
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            thread.join()
            self._loop.close()


def signing_key(authorization: str, origin: str) -> str:
    """Return the public key that signed a VAPID header for this origin, "" if it is wrong."""
    scheme, _, rest = authorization.partition(" ")
    parts = dict(part.strip().split("=", 1) for part in rest.split(",") if "=" in part)
    if scheme != "vapid" or not {"k", "t"} <= parts.keys():
        return ""
    try:
        point = ec.EllipticCurvePublicKey.from_encoded_point(
            ec.SECP256R1(), vapid.decoded(parts["k"])
        )
        jwt.decode(parts["t"], point, algorithms=["ES256"], audience=origin)
    except (ValueError, jwt.InvalidTokenError):
        return ""
    return parts["k"]


def _done(said: dict[str, Any]) -> dict[str, Any]:
    return {"messageType": said["messageType"], "channelID": said["channelID"], "status": 200}
