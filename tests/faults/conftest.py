"""One system for the faults of a run; each test leaves it whole."""

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.faults.system import WORKERS, System, until

IS_FULL = os.environ.get("FAULTS") == "full"


@pytest.fixture(scope="module")
def system() -> Iterator[System]:
    # Not pytest's own folder, which is closed to the account of PostgreSQL.
    with TemporaryDirectory(prefix="liaison-faults-", ignore_cleanup_errors=True) as folder:
        system = System(Path(folder))
        try:
            system.start()
            yield system
        finally:
            system.stop()


@pytest.fixture(autouse=True)
def whole(request: pytest.FixtureRequest) -> None:
    """Begin each test with everything there."""
    if "system" in request.fixturenames:
        running: System = request.getfixturevalue("system")
        running.revive_workers()
        until(lambda: running.workers_alive() >= WORKERS, "the workers do not come back")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "long: only in `make faults`")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect the long tests, except in `make faults`."""
    if IS_FULL:
        return
    long = [item for item in items if item.get_closest_marker("long")]
    if long:
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]
