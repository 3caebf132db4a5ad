from collections.abc import Iterator

import pytest

from deploy.launcher.data_dir import Home
from tests.deploy.data_dirs import new_home


@pytest.fixture
def home() -> Iterator[Home]:
    with new_home() as home:
        yield home
