from collections.abc import Iterator

import pytest

from deploy.launcher.data_dir import DataDir
from tests.deploy.data_dirs import new_data_dir
from tests.upgrade.conftest import home

__all__ = ["home"]


@pytest.fixture
def data_dir() -> Iterator[DataDir]:
    with new_data_dir() as data_dir:
        yield data_dir
