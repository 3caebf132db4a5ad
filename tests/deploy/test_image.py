"""The image of deploy/compose, built in a folder, runs every process of compose.yaml."""

import http.client
import os
import re
import shutil
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
import yaml

from core.jobs.enqueue import Queue
from deploy.launcher.ports import free_port
from tests.deploy.image import Stage, build
from tests.deploy.nginx_machine import SECRET, wait_until_it_answers
from tests.site import ROOT, address_of_test_database
from tests.waiting import until
from workers.models import WorkerProcess

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "deploy/compose/compose.yaml").read_text())
DOCKERFILE = ROOT / "deploy/compose/Dockerfile"


@dataclass
class Container:
    """The image, its own user, and a folder for temporary files, which is all that it may write."""

    image: Stage
    temporary: Path

    def command(self, words: list[str]) -> list[str]:
        """Return a command of the image as its user: not root, and without a right to write.

        The right to read everything stays: the Python of a developer may be in a folder of root.
        """
        if os.geteuid() != 0:
            return words
        (number,) = re.findall(r"useradd .*--uid (\d+)", DOCKERFILE.read_text())
        setpriv = shutil.which("setpriv")
        assert setpriv
        return [
            setpriv, f"--reuid={number}", f"--regid={number}", "--clear-groups",
            "--bounding-set=-all,+dac_read_search", "--inh-caps=-all,+dac_read_search",
            "--ambient-caps=-all,+dac_read_search", *words,
        ]  # fmt: skip

    def environment(self) -> dict[str, str]:
        services = {name: value for name, value in os.environ.items() if name.startswith("S3_")}
        return {
            **self.image.variables(),
            **services,
            "TMPDIR": str(self.temporary),
            "DATABASE_URL": address_of_test_database(),
            "REDIS_URL": os.environ["REDIS_URL"],
            "REALTIME_PREFIX": os.environ.get("REALTIME_PREFIX", "liaison"),
            "SECRET_KEY": SECRET,
            "ALLOWED_HOSTS": "127.0.0.1",
            "LOG_FORMAT": "json",
        }

    @contextmanager
    def running(self, name: str, words: list[str]) -> Iterator[Path]:
        """Start a process of the image; yield its log."""
        log = self.temporary.parent / f"{name}.log"
        with log.open("wb") as file:
            process = subprocess.Popen(
                self.command(words), cwd=self.image.path(""), env=self.environment(),
                stdout=file, stderr=file,
            )  # fmt: skip
        try:
            yield log
            assert process.poll() is None, log.read_text()
        finally:
            process.terminate()
            process.wait(30)

    def run(self, words: list[str]) -> str:
        done = subprocess.run(
            self.command(words), cwd=self.image.path(""), env=self.environment(),
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def container(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Container:
    folder = tmp_path_factory.mktemp("image")
    # Those of pytest are closed to all other accounts.
    for parent in (folder, *folder.parents):
        if parent.stat().st_uid == os.geteuid() and parent != Path("/"):
            parent.chmod(parent.stat().st_mode | 0o011)
    image = build(DOCKERFILE, folder / "stages")
    temporary = folder / "temporary"
    temporary.mkdir(mode=0o777)
    temporary.chmod(0o777)
    return Container(image, temporary)


def files_of(folder: Path) -> dict[str, int]:
    return {str(path): path.lstat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


def ask(port: int, path: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path, headers={"X-Forwarded-Proto": "https"})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_web_workers_and_beat_run_and_write_to_temporary_files_alone(container: Container) -> None:
    services = COMPOSE["services"]
    before = files_of(container.image.root)
    port = free_port()
    (inside,) = container.image.ports
    command = " ".join(container.image.command)
    for there, here in {f"--port {inside}": f"--port {port}", "0.0.0.0": "127.0.0.1"}.items():  # noqa: S104
        assert there in command
        command = command.replace(there, here)
    # As with a file system that is read only, and /tmp beside it.
    beat = [word.replace("/tmp", str(container.temporary)) for word in services["beat"]["command"]]  # noqa: S108

    container.run(services["migrate"]["command"])
    with (
        container.running("web", command.split()),
        container.running("worker", services["worker"]["command"]),
        container.running("files", services["worker-attachments"]["command"]),
        container.running("beat", beat) as log_of_beat,
    ):
        wait_until_it_answers(port)
        until(lambda: queues_served() == set(Queue), "a worker does not report")
        until(lambda: "Sending due task" in log_of_beat.read_text(), "beat says nothing")
        # A busy machine may be too slow for it at first.
        until(
            lambda: ask(port, "/readyz")[0] == HTTPStatus.OK, f"not ready: {ask(port, '/readyz')}"
        )

    assert files_of(container.image.root) == before


def queues_served() -> set[str]:
    return {queue for worker in WorkerProcess.objects.all() for queue in worker.queues}


def test_image_has_the_files_that_browsers_load(container: Container) -> None:
    static = container.image.path("/var/lib/liaison/static")

    assert (static / "core").is_dir()
    assert list(container.image.path("core/bundles").glob("*.js"))


def test_image_has_what_traces_and_reports_need(container: Container) -> None:
    told = container.run(
        ["python", "-c", "import opentelemetry.sdk.trace, sentry_sdk; print('both')"]
    )

    assert told.strip() == "both"


def test_image_has_the_product_and_nothing_that_only_tests_need(container: Container) -> None:
    asked = (
        "import importlib.util as u; print(u.find_spec('pytest'), u.find_spec('celery') is None)"
    )

    assert container.run(["python", "-c", asked]).strip() == "None False"


def test_files_of_the_image_can_be_read_by_its_user(container: Container) -> None:
    closed = [
        path
        for path in container.image.path("").rglob("*")
        if not path.is_symlink() and not path.stat().st_mode & stat.S_IROTH
    ]

    assert closed == []
