"""`manage.py up`: everything Liaison needs, started in order, kept running, stopped in order."""

import errno
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from deploy.embedded import services_not_given
from deploy.embedded.postgres import Postgres
from deploy.launcher import app_processes as programs
from deploy.launcher.console import Console
from deploy.launcher.data_dir import Home
from deploy.launcher.errors import StartError
from deploy.launcher.external_services import require_answers
from deploy.launcher.ports import is_free
from deploy.launcher.process_group import end_leftovers
from deploy.launcher.service_types import Part, Service
from deploy.launcher.supervisor import LEFTOVER_SECONDS, StopRequested, Supervisor
from notifications import vapid

SERVICES_READY_SECONDS = 60
PROGRAMS_READY_SECONDS = 60

# Under ten seconds together. The web closes its open streams after five.
STOP_PROGRAMS_SECONDS = 6.0
STOP_SERVICES_SECONDS = 3.0


def main() -> int:
    try:
        start_and_stay(Home.from_environment(), Address.from_environment())
    except StopRequested:
        return 0
    except StartError as problem:
        return _failed(str(problem))
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        return _failed(error.strerror or "the disk is full")
    return 0


def _failed(line: str) -> int:
    # Whoever met the end of the disk, a service or us, says it in these words.
    if os.strerror(errno.ENOSPC) in line:
        line += ": make room, or set LIAISON_HOME to another disk"
    print(f"liaison: {line}", file=sys.stderr, flush=True)
    return 1


@dataclass(frozen=True)
class Address:
    """Where the web listens."""

    host: str
    port: int

    @classmethod
    def from_environment(cls) -> "Address":
        port = os.environ.get("PORT") or "8000"
        if not port.isdecimal() or not 0 < int(port) < 65536:
            raise StartError(f"PORT={port} is no port: give a number between 1 and 65535")
        return cls(os.environ.get("HOST") or "127.0.0.1", int(port))

    @property
    def url(self) -> str:
        host = programs.reachable_host(self.host)
        return f"http://[{host}]:{self.port}/" if ":" in host else f"http://{host}:{self.port}/"

    @property
    def is_private(self) -> bool:
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    def require_free(self) -> None:
        try:
            free = is_free(self.host, self.port)
        except OSError as error:
            raise StartError(
                f"HOST={self.host} is no address of this machine ({error.strerror})"
            ) from error
        if not free:
            raise StartError(
                f"port {self.port} of {self.host} is taken: "
                "stop what uses it, or choose another with PORT=8001"
            )


def start_and_stay(home: Home, address: Address) -> None:
    home.create()
    home.require_room()
    with home.only_one():
        Launch(home, address).run()


class Launch:
    """One start, from the first service to the last stop."""

    def __init__(self, home: Home, address: Address) -> None:
        self._home = home
        self._address = address
        self._console = Console()
        self._supervisor = Supervisor(self._console)
        self._services: list[Service] = []
        self._programs: list[Part] = []

    def run(self) -> None:
        self._supervisor.listen_to_signals()
        try:
            self._make_way()
            environment = self._start_services()
            self._home.publish_environment(environment)
            self._prepare_database(environment)
            self._start_programs(environment)
            self._welcome(environment)
            self._supervisor.watch()
        except StopRequested:
            self._console.say("Stopping...")
            raise
        finally:
            self._stop()

    def _make_way(self) -> None:
        """What a killed launcher left may hold the port: it goes first."""
        for pid_file in sorted((self._home.path / "run").glob("*.pid")):
            is_postgres = pid_file.stem == Postgres.name
            end_leftovers(
                pid_file,
                Postgres.stop_signal if is_postgres else signal.SIGTERM,
                LEFTOVER_SECONDS,
            )
        self._address.require_free()
        require_answers(os.environ)

    def _start_services(self) -> Mapping[str, str]:
        self._services = services_not_given(self._home, os.environ)
        for service in self._services:
            self._console.say(f"Starting {service.name}")
            self._supervisor.start(service)
        self._supervisor.wait_until_ready(self._services, SERVICES_READY_SECONDS)
        return environment_for_programs(self._home, self._address, self._services)

    def _prepare_database(self, environment: Mapping[str, str]) -> None:
        self._manage(environment, "migrate", "--no-input", "--verbosity", "0")
        self._manage(environment, "setup_storage", "--verbosity", "0")
        if is_debug(environment):
            self._manage(environment, "demo", "--if-empty")

    def _manage(self, environment: Mapping[str, str], *words: str) -> None:
        code = self._supervisor.run_to_end(programs.command(self._home, environment, *words))
        if code:
            raise StartError(
                f"`manage.py {' '.join(words)}` failed with code {code}: see its lines above"
            )

    def _start_programs(self, environment: Mapping[str, str]) -> None:
        self._programs = [
            programs.web(self._home, environment, self._address.host, self._address.port),
            programs.worker(self._home, environment),
            programs.beat(self._home, environment),
        ]
        for program in self._programs:
            self._supervisor.start(program)
        self._supervisor.wait_until_ready(self._programs, PROGRAMS_READY_SECONDS)

    def _welcome(self, environment: Mapping[str, str]) -> None:
        url = self._address.url
        say = self._console.say
        say("")
        say(f"  clients   {url}client/messages")
        say(f"  staff     {url}staff/messages")
        say(f"  API       {url}api/docs")
        say(f"  admin     {url}admin/")
        if is_debug(environment):
            say(f"  emails    {url}staff/mailbox")
        say(f"  data      {self._home.path}")
        if not self._address.is_private:
            say(f"  Other machines can reach this: HOST={self._address.host}")
        say("")
        say(f"Liaison is ready: {url}")

    def _stop(self) -> None:
        self._supervisor.stop_all(
            [self._programs, self._services],
            [STOP_PROGRAMS_SECONDS, STOP_SERVICES_SECONDS],
        )
        self._home.withdraw_environment()


_GIVEN = (
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
    "SECRET_KEY",
    "VAPID_PRIVATE_KEY",
    "WEB_THREADS",
)


def environment_for_programs(
    home: Home, address: Address, services: Sequence[Service]
) -> dict[str, str]:
    """What the settings read: defaults, then what was given, then what was started."""
    environment = {
        "DEBUG": "true",
        "LOG_FORMAT": "text",
        "PUBLIC_URL": address.url.rstrip("/"),
        "SECRET_KEY": home.kept_secret("secret-key"),
        # Another key at the next start would lose every device that has allowed notifications.
        "VAPID_PRIVATE_KEY": home.kept_secret("vapid-private-key", vapid.generate_private_key),
    }
    environment |= {name: os.environ[name] for name in _GIVEN if os.environ.get(name)}
    for service in services:
        environment |= service.environment
    return environment | {
        "HOST": address.host,
        "PORT": str(address.port),
        "LIAISON_HOME": str(home.path),
    }


def is_debug(environment: Mapping[str, str]) -> bool:
    return environment.get("DEBUG", "").lower() in {"true", "on", "ok", "y", "yes", "1"}
