"""Files under a real clamd, whose one signature is that of the EICAR test file."""

import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import Settings

from attachments.models import Attachment
from attachments.scanning import clamd
from attachments.scanning.clamd import AntivirusAway, ClamdStatus
from core.models import User
from tests.attachments import samples
from tests.attachments.scanning import clamav
from tests.attachments.scanning.clamav import running
from tests.attachments.senders import analysed, send
from tests.cast import Call
from tests.sockets import closed_port, frozen_port
from workers.engine.batches import perform
from workers.models import TaskRun
from workers.records import recorder
from workers.registry import ATTACHMENTS

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def program(pytestconfig: pytest.Config) -> clamav.Program:
    """Return clamd. Where it can neither be found nor downloaded, these tests skip."""
    return clamav.program(pytestconfig.cache.mkdir("clamav"))


@pytest.fixture(scope="module")
def clamd_url(program: clamav.Program, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running(program, tmp_path_factory.mktemp("clamd")) as started:
        yield started.url


class TestWithAntivirus:
    @pytest.fixture(autouse=True)
    def configured(self, clamd_url: str, settings: Settings) -> None:
        settings.CLAMD_URL = clamd_url

    def test_file_without_a_virus_is_called_clean(self, api: Call, camille: User) -> None:
        attachment = analysed(send(api(camille), "photo.jpg", samples.photo()))

        assert (attachment.status, attachment.verdict) == ("ready", "clean")
        shown = api(camille).get(f"/api/v1/attachments/{attachment.pk}").json()
        assert shown["reason"] == ""

    @pytest.mark.parametrize(
        "inside",
        [
            samples.EICAR,
            samples.archive(("a.txt", samples.EICAR)),
            samples.archive(("b.zip", samples.archive(("a.txt", samples.EICAR)))),
        ],
        ids=["plain", "zipped", "zipped twice"],
    )
    def test_virus_is_found_in_a_container(
        self, inside: bytes, clamd_url: str, tmp_path: Path
    ) -> None:
        file = tmp_path / "devis.docx"
        file.write_bytes(samples.docx(("word/media/a.bin", inside)))

        with file.open("rb") as content:
            answer = clamd.scan(clamd_url, content)

        assert (answer.status, answer.signature) == (
            ClamdStatus.VIRUS,
            "Liaison.Test.EICAR.UNOFFICIAL",
        )

    def test_virus_blocks_the_file(self, api: Call, camille: User) -> None:
        nested = samples.archive(("a.txt", samples.EICAR))
        content = samples.docx(("word/media/a.bin", nested))

        attachment = analysed(send(api(camille), "devis.docx", content))

        assert (attachment.status, attachment.verdict) == ("blocked", "infected")
        assert attachment.detail == "Liaison.Test.EICAR.UNOFFICIAL"

    def test_file_above_the_limit_of_clamd_is_not_called_clean(
        self, api: Call, camille: User
    ) -> None:
        content = samples.text_of(1024 * 1024 + 1)

        attachment = analysed(send(api(camille), "a.txt", content))

        assert (attachment.status, attachment.reason_code) == ("refused", "too_complex")


class TestAway:
    """An antivirus that is configured or required, and does not answer."""

    def test_file_waits_while_clamd_is_away(
        self, api: Call, camille: User, settings: Settings
    ) -> None:
        settings.CLAMD_URL = f"tcp://127.0.0.1:{closed_port()}"
        file = send(api(camille), "photo.jpg", samples.photo())

        with pytest.raises(AntivirusAway):
            analysed(file)

        waiting = Attachment.objects.get(pk=file)
        assert (waiting.status, waiting.attempts) == ("scanning", 0)
        assert "clamd" in waiting.last_error
        assert waiting.due_at is not None
        assert api(camille).get(f"/api/v1/attachments/{file}/content").status_code == 409

    def test_clamd_away_is_on_the_dashboard(
        self, api: Call, camille: User, settings: Settings
    ) -> None:
        settings.CLAMD_URL = f"tcp://127.0.0.1:{closed_port()}"
        file = send(api(camille), "photo.jpg", samples.photo())

        perform(ATTACHMENTS, file)
        recorder.flush()

        run = TaskRun.objects.get(subject=str(file))
        assert (run.outcome, run.error_class) == ("failed", "AntivirusAway")

    def test_frozen_clamd_is_away(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(clamd, "DEADLINE_SECONDS", 0.3)
        monkeypatch.setattr(clamd, "PING_SECONDS", 0.3)
        (tmp_path / "a").write_bytes(b"a")

        with (
            frozen_port() as port,
            (tmp_path / "a").open("rb") as content,
            pytest.raises(AntivirusAway),
        ):
            clamd.scan(f"tcp://127.0.0.1:{port}", content)

    def test_file_waits_when_clamd_is_killed_during_its_scan(
        self, program: clamav.Program, tmp_path: Path, api: Call, camille: User,
        settings: Settings, monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        file = send(api(camille), "photo.jpg", samples.photo())
        with running(program, tmp_path) as started, monkeypatch.context() as patched:
            settings.CLAMD_URL = started.url
            patched.setattr(clamd._Connection, "answer", killed_before_it_answers(started.process))
            # Stopped, it takes the bytes and cannot answer before it is killed.
            started.process.send_signal(signal.SIGSTOP)
            with pytest.raises(AntivirusAway):
                analysed(file)

        waiting = Attachment.objects.get(pk=file)
        assert (waiting.status, waiting.verdict, waiting.attempts) == ("scanning", "", 0)
        Attachment.objects.update(due_at=timezone.now())
        with running(program, tmp_path):
            assert analysed(file).verdict == "clean"

    def test_file_waits_when_an_antivirus_is_required_and_none_configured(
        self, api: Call, camille: User, settings: Settings
    ) -> None:
        settings.ATTACHMENTS_REQUIRE_AV = True
        file = send(api(camille), "photo.jpg", samples.photo())

        with pytest.raises(AntivirusAway):
            analysed(file)

        assert Attachment.objects.get(pk=file).status == "scanning"


def killed_before_it_answers(
    process: subprocess.Popen[bytes],
) -> Callable[[clamd._Connection], str]:
    answer = clamd._Connection.answer

    def after_the_kill(connection: clamd._Connection) -> str:
        process.kill()
        process.wait()
        return answer(connection)

    return after_the_kill
