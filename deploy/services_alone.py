"""Run a command on the embedded services of LIAISON_HOME while `manage.py up` does not run.

`manage.py backup` and `restore` do so where no DATABASE_URL is set.
"""

import os
import sys
from collections.abc import Callable

from deploy.embedded import embedded_services
from deploy.launcher.console import Console
from deploy.launcher.data_dir import PRIVATE_UMASK, DataDir
from deploy.launcher.errors import StartError
from deploy.launcher.external_services import require_external_services
from deploy.launcher.supervisor import Supervisor
from deploy.launcher.watchdog import Watchdog
from deploy.up import SERVICES_READY_SECONDS, STOP_SERVICES_SECONDS, Address, app_environment


def run(command: Callable[[], None]) -> int:
    """Run a command beside `up`, or on services that end with it. Return its exit code."""
    data_dir = DataDir.from_environment()
    if data_dir.launcher_pid() is not None:
        command()
        return 0
    os.umask(PRIVATE_UMASK)
    try:
        _require_data(data_dir)
        data_dir.create()
        data_dir.require_free_space()
        with data_dir.locked():
            _with_services(data_dir, command)
    except StartError as error:
        Console().print_error(f"liaison: {error}")
        return 1
    return 0


def _with_services(data_dir: DataDir, command: Callable[[], None]) -> None:
    require_external_services(os.environ)
    supervisor, watchdog = Supervisor(Console()), Watchdog(data_dir.path)
    services = embedded_services(data_dir, os.environ)
    try:
        Console().print_line(f"Starting {', '.join(one.name for one in services)}")
        for service in services:
            supervisor.start(service)
        supervisor.wait_until_ready(services, SERVICES_READY_SECONDS)
        environment = app_environment(data_dir, Address.from_environment(), services)
        data_dir.write_services_env(environment)
        command()
    finally:
        supervisor.stop_all([services], [STOP_SERVICES_SECONDS])
        data_dir.remove_services_env()
        watchdog.dismiss()


def _require_data(data_dir: DataDir) -> None:
    """Refuse to back up a database that this would make, where a setting was forgotten."""
    if sys.argv[1] == "backup" and not (data_dir.path / "postgres").exists():
        raise StartError(
            f"{data_dir.path} has no database to back up: set DATABASE_URL, as for the web, or "
            "LIAISON_HOME"
        )
