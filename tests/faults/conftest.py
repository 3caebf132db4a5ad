"""One running system for all tests of a module. Each test starts with all its workers."""

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.faults.system import WORKERS, System
from tests.waiting import until

IS_FULL = os.environ.get("FAULTS") == "full"


@pytest.fixture(scope="module")
def system() -> Iterator[System]:
    # Not pytest's tmp_path: the account of PostgreSQL may not enter it.
    with TemporaryDirectory(prefix="liaison-faults-", ignore_cleanup_errors=True) as folder:
        system = System(Path(folder))
        try:
            system.start()
            yield system
        finally:
            system.stop()


@pytest.fixture(autouse=True)
def all_workers(request: pytest.FixtureRequest) -> None:
    """Start the workers again that an earlier test left dead."""
    if "system" in request.fixturenames:
        running: System = request.getfixturevalue("system")
        running.revive_workers()
        until(lambda: running.workers_alive() >= WORKERS, "the workers do not come back")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "long: only in `make faults`")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect the long tests, except with FAULTS=full, which `make faults` sets."""
    if IS_FULL:
        return
    long = [item for item in items if item.get_closest_marker("long")]
    if long:
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]
