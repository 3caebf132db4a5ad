"""Homes that live as long as a test, and waiting for what happens in them."""

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.launcher.data_dir import Home


@contextmanager
def new_home() -> Iterator[Home]:
    """A home of its own.

    Not pytest's tmp_path: PostgreSQL under root opens the way to its folder, and pytest closes
    it again when another run starts.
    """
    folder = Path(tempfile.mkdtemp(prefix="liaison-home-"))
    home = Home(folder)
    home.create()
    try:
        yield home
    finally:
        shutil.rmtree(folder)


def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.05)
