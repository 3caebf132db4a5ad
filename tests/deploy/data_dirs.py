"""A data directory that is removed after its test."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.launcher.data_dir import DataDir


@contextmanager
def new_data_dir() -> Iterator[DataDir]:
    """Yield a new data directory.

    Not pytest's tmp_path: under root, PostgreSQL needs the right to pass through its parent
    folders, and pytest takes that right away when another run starts.
    """
    folder = Path(tempfile.mkdtemp(prefix="liaison-data-"))
    data_dir = DataDir(folder)
    data_dir.create()
    try:
        yield data_dir
    finally:
        shutil.rmtree(folder)
