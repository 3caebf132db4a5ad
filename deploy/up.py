"""`manage.py up`: start everything that Liaison needs, keep it running, stop it in order.

This module alone knows both the launcher and the embedded services.
"""

import errno
import os
import signal
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address

import psycopg

from deploy.embedded import embedded_services
from deploy.embedded.postgres import Postgres
from deploy.launcher import app_processes
from deploy.launcher.app_processes import AppProcess
from deploy.launcher.console import Console
from deploy.launcher.data_dir import PRIVATE_UMASK, DataDir
from deploy.launcher.errors import StartError
from deploy.launcher.external_services import require_external_services
from deploy.launcher.listening import listen
from deploy.launcher.process_group import end_leftovers
from deploy.launcher.service_types import EmbeddedService, Service
from deploy.launcher.supervisor import (
    LEFTOVER_SECONDS,
    ReplaceError,
    StopRequested,
    Supervisor,
)
from deploy.launcher.watchdog import Watchdog
from deploy.launcher.web_restart import WebRestart
from notifications.push import vapid

SERVICES_READY_SECONDS = 60
APP_READY_SECONDS = 60

# Of a web process that is replaced: more than the 13 s and 5 s of core/server.py.
DRAIN_LIMIT_SECONDS = 20.0

# Together under ten seconds. The web cuts requests that hang after five.
STOP_APP_SECONDS = 6.0
STOP_SERVICES_SECONDS = 3.0


def main() -> int:
    os.umask(PRIVATE_UMASK)
    try:
        run(DataDir.from_environment(), Address.from_environment())
    except StopRequested:
        return 0
    except StartError as error:
        return _failed(str(error))
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        return _failed(error.strerror or "the disk is full")
    return 0


def _failed(line: str) -> int:
    # Both Python and the services use these words for a full disk.
    if os.strerror(errno.ENOSPC) in line:
        line += ": make room, or set LIAISON_HOME to another disk"
    Console().print_error(f"liaison: {line}")
    return 1


@dataclass(frozen=True)
class Address:
    """The host and port that the web listens on."""

    host: str
    port: int

    @classmethod
    def from_environment(cls) -> "Address":
        port = os.environ.get("PORT") or "8000"
        if not port.isdecimal() or not 0 < int(port) < 65536:
            raise StartError(f"PORT={port} is no port: use a number between 1 and 65535")
        return cls(os.environ.get("HOST") or "127.0.0.1", int(port))

    @property
    def url(self) -> str:
        host = app_processes.reachable_host(self.host)
        return f"http://[{host}]:{self.port}/" if ":" in host else f"http://{host}:{self.port}/"

    @property
    def is_loopback(self) -> bool:
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    def listen(self) -> list[socket.socket]:
        """Open the sockets of the web processes."""
        try:
            return listen(self.host, self.port)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise StartError(
                    f"port {self.port} of {self.host} is taken: "
                    "stop what uses it, or choose another with PORT=8001"
                ) from error
            raise StartError(
                f"HOST={self.host} is no address of this machine ({error.strerror})"
            ) from error


def web_process_count() -> int:
    """Return how many web processes to start: as many as processors, 1 to 8, unless told."""
    asked = os.environ.get("WEB_PROCESSES") or ""
    if not asked:
        return min(max(os.cpu_count() or 1, 1), app_processes.MOST_WEB_PROCESSES)
    if not asked.isdecimal() or not 0 < int(asked) <= app_processes.MOST_WEB_PROCESSES:
        raise StartError(
            f"WEB_PROCESSES={asked}: use a number between 1 and {app_processes.MOST_WEB_PROCESSES}"
        )
    return int(asked)


def run(data_dir: DataDir, address: Address) -> None:
    data_dir.create()
    data_dir.require_free_space()
    with data_dir.locked():
        Launch(data_dir, address).run()


class Launch:
    """One run of the launcher, from the first start to the last stop."""

    def __init__(self, data_dir: DataDir, address: Address) -> None:
        self._data_dir = data_dir
        self._address = address
        self._console = Console()
        self._supervisor = Supervisor(self._console)
        self._services: list[EmbeddedService] = []
        self._web_count = web_process_count()
        self._sockets: list[socket.socket] = []
        self._web_processes: list[AppProcess] = []
        self._app_processes: list[Service] = []

    def run(self) -> None:
        self._supervisor.handle_signals()
        watchdog = Watchdog(self._data_dir.path)
        try:
            self._end_leftovers()
            # From here on callers wait, and nobody is refused, until the launcher ends.
            self._sockets = self._address.listen()
            require_external_services(os.environ)
            environment = self._start_services()
            self._data_dir.write_services_env(environment)
            self._prepare_database(environment)
            self._start_app_processes(environment)
            self._print_addresses(environment)
            self._supervisor.watch(self._restart_web)
        except StopRequested:
            self._console.print_line("Stopping...")
            raise
        finally:
            self._stop()
            watchdog.dismiss()

    def _end_leftovers(self) -> None:
        """End the processes of a killed launcher: they may hold the port."""
        for pid_file in sorted((self._data_dir.path / "run").glob("*.pid")):
            end_leftovers(pid_file, _stop_signal_of(pid_file.stem), LEFTOVER_SECONDS)

    def _start_services(self) -> Mapping[str, str]:
        self._services = embedded_services(self._data_dir, os.environ, say=self._console.print_line)
        for service in self._services:
            self._console.print_line(f"Starting {service.name}")
            self._supervisor.start(service)
        self._supervisor.wait_until_ready(self._services, SERVICES_READY_SECONDS)
        return app_environment(self._data_dir, self._address, self._services)

    def _prepare_database(self, environment: Mapping[str, str]) -> None:
        self._manage(environment, "prepare")

    def _manage(self, environment: Mapping[str, str], name: str) -> None:
        command = app_processes.management_command(self._data_dir, environment, name)
        [code] = self._supervisor.run_to_end([command])
        if code:
            raise StartError(f"`manage.py {name}` failed with code {code}: see its lines above")

    def _start_app_processes(self, environment: Mapping[str, str]) -> None:
        self._web_processes = app_processes.web_processes(
            self._data_dir, environment, self._sockets, self._web_count
        )
        self._app_processes = [
            *self._web_processes,
            *app_processes.workers(self._data_dir, environment),
            app_processes.file_worker(self._data_dir, environment),
            app_processes.beat(self._data_dir, environment),
        ]
        for process in self._app_processes:
            self._supervisor.start(process)
        self._supervisor.wait_until_ready(self._app_processes, APP_READY_SECONDS)

    def _restart_web(self) -> None:
        """Replace the web processes one after the other, so that nobody is refused."""
        asked = WebRestart(self._data_dir)
        try:
            self._supervisor.replace(self._web_processes, APP_READY_SECONDS, DRAIN_LIMIT_SECONDS)
        except ReplaceError as error:
            self._console.print_line(f"The web was not restarted: {error}")
            asked.finish(str(error))
        else:
            self._console.print_line("The web was restarted.")
            asked.finish("")

    def _print_addresses(self, environment: Mapping[str, str]) -> None:
        url = self._address.url
        print_line = self._console.print_line
        print_line("")
        print_line(f"  clients   {url}client/messages")
        print_line(f"  staff     {url}staff/messages")
        print_line(f"  API       {url}api/docs")
        if has_superuser(environment["DATABASE_URL"]):
            print_line(f"  admin     {url}admin/")
        elif not is_debug(environment):
            print_line("  admin     has no manager yet: run `manage.py create_manager EMAIL NAME`")
        if is_debug(environment):
            print_line(f"  emails    {url}staff/mailbox")
        print_line(f"  data      {self._data_dir.path}")
        if not self._address.is_loopback:
            print_line(f"  Other machines can reach this: HOST={self._address.host}")
        print_line("")
        print_line(f"Liaison is ready: {url}")

    def _stop(self) -> None:
        self._supervisor.stop_all(
            [self._app_processes, self._services],
            [STOP_APP_SECONDS, STOP_SERVICES_SECONDS],
        )
        self._data_dir.remove_services_env()


def _stop_signal_of(name: str) -> signal.Signals:
    # Also that of an older major version, while its data is taken over.
    if name.startswith(Postgres.name):
        return Postgres.stop_signal
    return app_processes.STOP_WEB if name.startswith("web") else signal.SIGTERM


def has_superuser(database_url: str) -> bool:
    """Tell whether somebody can open the admin."""
    with psycopg.connect(database_url) as connection:
        row = connection.execute(
            "SELECT EXISTS (SELECT FROM core_user WHERE is_superuser AND is_active)"
        ).fetchone()
    return bool(row and row[0])


_PASSED_ON = (
    "DATABASE_URL",
    "REDIS_URL",
    "S3_ENDPOINT_URL",
    "S3_ACCESS_KEY_ID",
    "S3_SECRET_ACCESS_KEY",
    "S3_BUCKET",
    "S3_REGION",
    "DEBUG",
    "LOG_FORMAT",
    "PUBLIC_URL",
    "SAMPLE_PORTAL_PORT",
    "SECRET_KEY",
    "VAPID_PRIVATE_KEY",
    "WEB_THREADS",
)


def app_environment(
    data_dir: DataDir, address: Address, services: Sequence[EmbeddedService]
) -> dict[str, str]:
    """Return the variables of the settings.

    Later ones win: defaults, the launcher's own environment, the embedded services.
    """
    environment = {
        "DEBUG": "true",
        "LOG_FORMAT": "text",
        "PUBLIC_URL": address.url.rstrip("/"),
        "SECRET_KEY": data_dir.secret("secret-key"),
        # Push subscriptions belong to this key: a new one would invalidate them all.
        "VAPID_PRIVATE_KEY": data_dir.secret("vapid-private-key", vapid.generate_private_key),
    }
    environment |= {name: os.environ[name] for name in _PASSED_ON if os.environ.get(name)}
    for service in services:
        environment |= service.environment
    return environment | {
        "HOST": address.host,
        "PORT": str(address.port),
        "LIAISON_HOME": str(data_dir.path),
    }


def is_debug(environment: Mapping[str, str]) -> bool:
    return environment.get("DEBUG", "").lower() in {"true", "on", "ok", "y", "yes", "1"}
