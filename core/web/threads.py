"""Run blocking work in threads, for the event loop."""

import asyncio
from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar

Result = TypeVar("Result")
Job = tuple[Callable[[], Any], asyncio.AbstractEventLoop, "asyncio.Future[Any]"]


class Threads:
    """At most so many threads, each started when all others are busy.

    Not a ThreadPoolExecutor: that waits for its threads at the end of the process, so after
    Ctrl-C a request that hangs would keep the process from stopping.
    """

    def __init__(self, at_most: int) -> None:
        self.at_most = at_most
        self.jobs: SimpleQueue[Job | None] = SimpleQueue()
        # Only the event loop changes these two.
        self.started = self.unfinished = 0

    def run(self, work: Callable[[], Result]) -> "asyncio.Future[Result]":
        """Start work in a thread. The future returns or raises what it does."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Result] = loop.create_future()
        self.unfinished += 1
        if self.started < min(self.unfinished, self.at_most):
            self.started += 1
            Thread(target=self._work, name=f"web-{self.started}", daemon=True).start()
        self.jobs.put((work, loop, done))
        return done

    def end(self) -> None:
        """End the threads once they have done their jobs."""
        for _ in range(self.started):
            self.jobs.put(None)

    def _work(self) -> None:
        while job := self.jobs.get():
            work, loop, done = job
            result, error = None, None
            try:
                result = work()
            except BaseException as raised:
                error = raised
            try:
                loop.call_soon_threadsafe(self._finish, done, result, error)
            except RuntimeError:  # The loop was closed: the process ends.
                return
            del job, work, done, result, error

    def _finish(
        self, done: "asyncio.Future[Any]", result: Any, error: BaseException | None
    ) -> None:
        self.unfinished -= 1
        if done.cancelled():
            return
        if error is None:
            done.set_result(result)
        else:
            done.set_exception(error)
