"""Start and kill one embedded service in a test."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from deploy.launcher.process_group import is_gone, stop_together
from deploy.launcher.service_types import EmbeddedService
from tests.waiting import until


@contextmanager
def running(service: EmbeddedService) -> Iterator[subprocess.Popen[bytes]]:
    process = service.start()
    try:
        until(lambda: service.is_ready() or process.poll() is not None, "it does not start", 20)
        assert process.poll() is None, service.log.read_text()
        yield process
    finally:
        stop_together([(process, service.stop_signal)], 5)


def kill(service: EmbeddedService, process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    until(lambda: is_gone(service.pid_file), "its processes do not end", 20)
