"""What each row of the bench is given: the running product, and how long it may take."""

import os
import secrets
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import django

from tests.bench.product import ENVIRONMENT, Product


@dataclass(frozen=True)
class Size:
    """How much a run measures. The figures of a brief run only show that the bench works."""

    is_brief: bool = False
    rounds: int = 5
    # Of each measurement that takes turns with others.
    seconds: float = 1.5
    sustained_seconds: float = 60
    paced_seconds: float = 15
    paces: tuple[int, ...] = (20, 300)
    lists: tuple[int, ...] = (50, 500, 5_000)
    histories: tuple[int, ...] = (1_000, 100_000)
    photos: int = 9
    kills: int = 24
    kill_seconds: float = 90
    seeds: tuple[int, ...] = (1, 2, 3)
    restarts: int = 3
    streams: int = 5_000
    grown: tuple[int, ...] = (1_000, 10_000, 100_000, 1_000_000)


FULL = Size()
BRIEF = Size(
    is_brief=True, rounds=1, seconds=0.4, sustained_seconds=1.5, paced_seconds=1, paces=(20,),
    lists=(50,), histories=(1_000,), photos=1, kills=2, kill_seconds=2, seeds=(1,), restarts=1,
    streams=50, grown=(1_000,),
)  # fmt: skip


@dataclass(frozen=True)
class Bench:
    product: Product
    size: Size


@contextmanager
def running(size: Size) -> Iterator[Bench]:
    """Start the product on an empty data directory, and let Django of this process use it."""
    with TemporaryDirectory(prefix="liaison-bench-", ignore_cleanup_errors=True) as folder:
        product = Product(Path(folder))
        # Else a stop from outside would leave the product behind.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        try:
            product.start()
            os.environ |= ENVIRONMENT
            os.environ |= {"LIAISON_HOME": folder, "SECRET_KEY": secrets.token_urlsafe(48)}
            os.environ |= product.services()
            django.setup()
            yield Bench(product, size)
        finally:
            product.stop()
