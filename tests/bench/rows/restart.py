"""Restart the web behind nginx while 8 callers send: who gets an answer other than 2xx?"""

import os
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from deploy.launcher.data_dir import REPOSITORY
from deploy.launcher.ports import free_port
from tests.bench.bench import Bench
from tests.bench.figures import Figure
from tests.bench.product import Product
from tests.bench.servers import HOST, CouldNotMeasure
from tests.bench.sustained import sending_without_pause
from tests.deploy.nginx_machine import running, written

ROW = "restart"
CALLERS, CONVERSATIONS = 8, 8
BACK_SECONDS = 30
CALM_SECONDS = 0.5
# The module of `manage.py restart_web`.
COMMAND = REPOSITORY / "deploy" / "launcher" / "web_restart.py"


def measure(bench: Bench) -> Iterator[Figure]:
    callers = sending_without_pause(CALLERS, CONVERSATIONS)
    with TemporaryDirectory(prefix="liaison-bench-nginx-") as folder:
        port = free_port()
        changes = {
            "server 172.31.240.11:8000 fail_timeout=1s;": f"server {HOST}:{bench.product.port};",
            # The processes of `manage.py up` share one port.
            "server 172.31.240.12:8000 fail_timeout=1s;": "",
            "listen 80;": f"listen {HOST}:{port};",
        }
        main = written(Path(folder), "container.conf", changes)
        with running(_nginx(), main, port), bench.product.outbox(callers, None, port=port) as told:
            time.sleep(CALM_SECONDS)
            longest = max(_restarted(bench.product) for _ in range(bench.size.restarts))
            time.sleep(CALM_SECONDS)
    others = sum(count for status, count in told["answers"].items() if status not in ("200", "201"))
    shown = f"{bench.size.restarts} restarts behind nginx, {CALLERS} callers"
    yield Figure(ROW, f"answers other than 2xx ({shown})", others, "", 0)
    yield Figure(ROW, "the longest restart of all web processes", longest, "s", BACK_SECONDS)


def _nginx() -> str:
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        raise CouldNotMeasure("nginx is not installed")
    return program


def _restarted(product: Product) -> float:
    """Replace the web processes as a person would, and return the seconds that it took."""
    began = time.monotonic()
    if COMMAND.exists():
        product.manage("restart_web")
    else:
        _stop_one_after_the_other(product, began + BACK_SECONDS)
    return time.monotonic() - began


def _stop_one_after_the_other(product: Product, deadline: float) -> None:
    """Stop each web process; the launcher starts it again. For commits without the command."""
    for pid in product.pids()["web"]:
        before = set(product.pids()["web"])
        os.kill(pid, signal.SIGTERM)
        while not (set(product.pids().get("web", [])) - before and product.is_alive()):
            if time.monotonic() > deadline:
                raise CouldNotMeasure("the web does not come back")
            time.sleep(0.02)
