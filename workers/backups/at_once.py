"""Do something for many things in several threads, without holding all of them."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TypeVar

from workers.backups.bucket_place import THREADS

Given = TypeVar("Given")
Result = TypeVar("Result")


def at_once(call: Callable[[Given], Result], things: Iterable[Given]) -> Iterator[Result]:
    """Yield the results as they come. The first error ends it, once what has begun is over."""
    with ThreadPoolExecutor(THREADS) as pool:
        running: set[Future[Result]] = set()
        for thing in things:
            running.add(pool.submit(call, thing))
            if len(running) >= THREADS * 2:
                done, running = wait(running, return_when=FIRST_COMPLETED)
                yield from (each.result() for each in done)
        for each in running:
            yield each.result()
