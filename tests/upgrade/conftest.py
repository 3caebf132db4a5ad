import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "long: only with FAULTS=full")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect the long tests of this folder, except with FAULTS=full."""
    if os.environ.get("FAULTS") == "full":
        return
    here = Path(__file__).parent
    long = [item for item in items if item.get_closest_marker("long") and here in item.path.parents]
    if long:
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]


@pytest.fixture
def home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="liaison-upgrade-") as folder:
        yield Path(folder)
