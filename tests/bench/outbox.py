"""Send messages while the product is killed and restarted, in a process of its own.

    python -m tests.bench.outbox < request.json

Like a browser's outbox, a caller sends a message again under the same id until it is acknowledged.
It ends at the end of its standard input, which follows the first line. It prints JSON:
`acknowledged`, the Unix time by message id, and `answers`, how many of each status; status 0 is a
connection that was refused or cut.
"""

import asyncio
import json
import sys
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.bench.load import Connection, connect

RETRY_SECONDS = 0.2
# After the end, for the messages that are on their way.
LAST_SECONDS = 30
CUT = (OSError, EOFError, asyncio.IncompleteReadError, TimeoutError, IndexError, ValueError)


@dataclass
class Told:
    acknowledged: dict[str, float] = field(default_factory=dict)
    answers: Counter[int] = field(default_factory=Counter)


@dataclass
class Caller:
    host: str
    port: int
    authorization: str
    paths: list[str]
    told: Told
    is_over: asyncio.Event
    connection: Connection | None = None
    count: int = 0

    async def write(self, pause_seconds: float) -> None:
        while not self.is_over.is_set():
            path = self.paths[self.count % len(self.paths)]
            self.count += 1
            await self.send(path)
            await asyncio.sleep(pause_seconds)

    async def send(self, path: str) -> None:
        message_id = str(uuid.uuid4())
        # The id is in the text: one that is kept twice shows.
        body = json.dumps({"id": message_id, "body": f"Message {message_id}"}).encode()
        while True:
            status = await self.answer(path, body)
            self.told.answers[status] += 1
            if status in (200, 201):
                self.told.acknowledged[message_id] = time.time()
                return
            await asyncio.sleep(RETRY_SECONDS)

    async def answer(self, path: str, body: bytes) -> int:
        try:
            if self.connection is None or self.connection.reader.at_eof():
                self.connection = await connect(self.host, self.port, self.authorization)
            status, _body = await self.connection.call("POST", path, body)
        except CUT:
            self.connection = None
            return 0
        return status


async def send_until_told(
    *, host: str, port: int, callers: list[dict[str, Any]], per_second: float | None
) -> Told:
    """Send until the standard input ends; without `per_second`, as fast as it goes."""
    told, is_over = Told(), asyncio.Event()
    pause_seconds = len(callers) / per_second if per_second else 0.0
    tasks = [
        asyncio.create_task(
            Caller(
                host, port, caller["authorization"], caller["path"], told, is_over
            ).write(pause_seconds)
        )
        for caller in callers
    ]  # fmt: skip
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    is_over.set()
    await asyncio.wait(tasks, timeout=LAST_SECONDS)
    for task in tasks:
        task.cancel()
    return told


if __name__ == "__main__":
    said = asyncio.run(send_until_told(**json.loads(sys.stdin.readline())))
    json.dump({"acknowledged": said.acknowledged, "answers": said.answers}, sys.stdout)
