"""Send messages by REST through several servers: a2wsgi, our bridge, Granian.

a2wsgi and Granian are measured where they are installed: `pip install 'liaison[bench]'`.
"""

import os
from collections import defaultdict
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec

from deploy.launcher.app_processes import AppProcess, is_alive
from deploy.launcher.ports import free_port
from tests.bench import data
from tests.bench.report import percentile, table, typical
from tests.bench.sending import OURS, callers_of
from tests.bench.servers import CREATED, HOST, Machine

CALLERS = 8
SECONDS = 2.0
ROUNDS = 9
THREADS = os.environ.get("WEB_THREADS", "16")

UVICORN = ("-m", "uvicorn", "--lifespan", "off", "--no-proxy-headers")
GRANIAN = ("-m", "granian", "--workers", "1", "--no-ws", "--workers-kill-timeout", "3")


@dataclass(frozen=True)
class Server:
    """A way to serve the WSGI application, and the packages that it needs."""

    name: str
    command: tuple[str, ...]
    needs: str


BEFORE = Server("a2wsgi in uvicorn", (*UVICORN, "tests.bench.a2wsgi_app:application"), "a2wsgi")
SERVERS = (
    BEFORE,
    Server(
        "our bridge in uvicorn",
        (*UVICORN, "--http", "core.web.protocol:HeadLimits", "core.asgi:application"),
        "uvicorn",
    ),
    Server(
        "our bridge in Granian",
        (*GRANIAN, "--interface", "asginl", "core.asgi:application"),
        "granian",
    ),
    Server(
        "Granian's WSGI (no streams)",
        (*GRANIAN, "--interface", "wsgi", "--blocking-threads", THREADS, "core.wsgi:application"),
        "granian",
    ),
)


@dataclass(frozen=True)
class Figure:
    per_second: float
    p50_ms: float
    p99_ms: float
    web_ms: float
    postgres_ms: float


def run(machine: Machine) -> None:
    """Print the cost of a message for each server, beside the first one that is installed."""
    servers = [server for server in SERVERS if find_spec(server.needs)]
    ports = {server: _start(machine, server) for server in servers}
    callers = list(callers_of(OURS, [data.client_user() for _ in range(CALLERS)]))
    data.analyze()
    figures: dict[Server, list[Figure]] = defaultdict(list)
    for server in servers:
        _measure(machine, server, ports[server], callers)
    for _round in range(ROUNDS):
        # In turns, so that other work of the machine affects all servers.
        for server in servers:
            figures[server].append(_measure(machine, server, ports[server], callers))
    data.finish_fan_outs()
    _print(figures)


def _start(machine: Machine, server: Server) -> int:
    port = free_port()
    command = (*server.command, "--host", HOST, "--port", str(port))
    ready = partial(is_alive, HOST, port)
    machine.start(AppProcess(server.name, command, machine.data_dir, os.environ, ready=ready))
    return port


def _measure(machine: Machine, server: Server, port: int, callers: list[dict[str, str]]) -> Figure:
    took_ms: list[float] = []

    def call() -> None:
        said = machine.load(
            pattern="calls", seconds=SECONDS, callers=callers, expected=CREATED, port=port
        )
        took_ms.extend(said["took_ms"])

    spent = machine.spent(call, web=server.name)
    return Figure(
        per_second=len(took_ms) / SECONDS,
        p50_ms=percentile(took_ms, 0.5),
        p99_ms=percentile(took_ms, 0.99),
        web_ms=spent.web_seconds * 1000 / len(took_ms),
        postgres_ms=spent.postgres_seconds * 1000 / len(took_ms),
    )


def _print(figures: dict[Server, list[Figure]]) -> None:
    first = next(iter(figures))

    def middle(server: Server, part: str) -> float:
        return typical([getattr(figure, part) for figure in figures[server]])

    def beside(server: Server, part: str) -> str:
        """Return the median of the ratios of each round, which other work of the machine spares."""
        pairs = zip(figures[server], figures[first], strict=True)
        return f"{typical([getattr(one, part) / getattr(other, part) for one, other in pairs]):.2f}"

    rows = [
        (
            server.name,
            f"{middle(server, 'per_second'):.0f}",
            beside(server, "per_second"),
            f"{middle(server, 'p50_ms'):.1f}",
            f"{middle(server, 'p99_ms'):.1f}",
            f"{middle(server, 'web_ms'):.2f}",
            beside(server, "web_ms"),
            f"{middle(server, 'postgres_ms'):.2f}",
        )
        for server in figures
    ]
    table(
        f"Sending a message by REST, {CALLERS} callers (median of {ROUNDS} rounds, and of their "
        f"ratios to {first.name})",
        ("", "messages/s", "ratio", "p50 ms", "p99 ms", "web ms each", "ratio", "PostgreSQL ms"),
        rows,
    )
