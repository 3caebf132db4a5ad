from collections.abc import Callable

import pytest

from deploy.launcher.app_processes import AppProcess
from deploy.launcher.data_dir import DataDir


@pytest.fixture
def service(data_dir: DataDir) -> Callable[..., AppProcess]:
    """Make a service that runs some Python code."""

    def make(
        code: str, name: str = "service", ready: Callable[[], bool] = lambda: True
    ) -> AppProcess:
        return AppProcess(name, ["-c", code], data_dir, {}, ready=ready)

    return make
