"""The time and the memory that files may take, an antivirus that is slow or away, new checks."""

import hashlib
import io
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from socket import create_server, socket
from uuid import UUID, uuid4

import pytest
import yara_x
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from attachments.decoder.protocol import MEMORY_BYTES
from attachments.models import Attachment
from attachments.scanning import clamd, policy, slots, verdict
from attachments.scanning.clamd import ClamdStatus
from attachments.scanning.slots import DecodersBusy
from attachments.storage import objects
from core.jobs.enqueue import Queue
from core.models import User
from deploy.launcher import app_processes
from messaging.actions.messages import send_message
from messaging.conversation.idempotency import Draft
from messaging.models import Conversation
from tests.attachments import samples
from tests.attachments.senders import analysed, announcement, overwrite, put, send
from tests.cast import Call
from tests.sockets import closed_port
from workers.models import ServiceFault
from workers.monitoring import alerts, finding
from workers.registry import JOB_TYPES

MIB = 1024 * 1024
URL = "/api/v1/attachments"


class TestSlowRule:
    @pytest.mark.parametrize(
        "unit",
        [b"<img onabc        ", b"<img ", b"<img onabcdefgh onabcdefgh ", b"powershell  "],
        ids=["tag and spaces", "tags", "handlers", "powershell"],
    )
    def test_picture_followed_by_32_mb_of_tags_costs_little_more_than_other_bytes(
        self, unit: bytes
    ) -> None:
        """Ten times the time that this machine takes for as many bytes of noise, plus its margin.

        The rule as it was took more than 200 times.
        """
        noise = os.urandom(MIB) * 32
        hostile = (samples.photo() + unit * (32 * MIB // len(unit)))[: 32 * MIB]

        assert seconds_of_rules(hostile) < 40 * seconds_of_rules(noise)

    def test_rule_without_an_end_is_an_answer_and_no_error(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        slow = yara_x.Compiler()
        slow.define_global("family", "")
        slow.define_global("view", "")
        slow.add_source(
            'rule slow { meta: reason = "script" strings: '
            "$a = /<(img|body)[^>]{0,200}\\son[a-z]{4,20}\\s{0,8}=/ nocase condition: $a }"
        )
        rules = slow.build()
        monkeypatch.setattr(policy, "_rules", lambda: rules)
        monkeypatch.setattr(policy, "SECONDS", 1)

        with tempfile.TemporaryFile() as file:
            file.write(b"<img onabc        " * (2 * MIB))
            found = policy.broken_rule(file, family="image", view="file")

        assert found is not None
        assert found.reason == "too_complex"


def seconds_of_rules(content: bytes) -> float:
    with tempfile.TemporaryFile() as file:
        file.write(content)
        before = time.process_time()
        policy.broken_rule(file, family="image", view="file")
        return time.process_time() - before


@contextmanager
def slow_antivirus() -> Iterator[str]:
    """Run what clamd is to its callers while one file keeps it: it answers pings and nothing else.

    A real clamd needs a file of its own version to be that slow.
    """
    with create_server(("127.0.0.1", 0)) as listening:
        held: list[socket] = []
        threading.Thread(target=_answer_pings, args=(listening, held), daemon=True).start()
        yield f"tcp://127.0.0.1:{listening.getsockname()[1]}"
        for connection in held:
            connection.close()


def _answer_pings(listening: socket, held: list[socket]) -> None:
    while True:
        try:
            connection, _ = listening.accept()
        except OSError:
            return
        held.append(connection)
        if connection.recv(10) == b"zPING\0":
            connection.sendall(b"PONG\0")


class TestSlowAntivirus:
    def test_file_that_a_living_antivirus_does_not_finish_is_too_complex(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(clamd, "DEADLINE_SECONDS", 0.2)

        with slow_antivirus() as url:
            answer = clamd.scan(url, io.BytesIO(samples.photo()))

        assert answer.status == ClamdStatus.TOO_COMPLEX

    @pytest.mark.django_db
    def test_it_is_refused_at_its_first_attempt(
        self, api: Call, camille: User, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(clamd, "DEADLINE_SECONDS", 0.2)
        file = send(api(camille), "photo.jpg", samples.photo())

        with slow_antivirus() as url:
            settings.CLAMD_URL = url
            attachment = analysed(file)

        assert (attachment.status, attachment.reason_code) == ("refused", "too_complex")

    def test_one_deadline_counts_for_all_that_is_sent(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A server that takes a little now and then would hold a file for ever."""
        monkeypatch.setattr(clamd, "DEADLINE_SECONDS", 0.5)
        monkeypatch.setattr(clamd, "PING_SECONDS", 0.1)
        with create_server(("127.0.0.1", 0)) as listening:
            threading.Thread(target=_take_slowly, args=(listening,), daemon=True).start()
            url = f"tcp://127.0.0.1:{listening.getsockname()[1]}"
            with pytest.raises(clamd.AntivirusAway):
                clamd.scan(url, io.BytesIO(bytes(64 * MIB)))


def _take_slowly(listening: socket) -> None:
    connection, _ = listening.accept()
    while connection.recv(64 * 1024):
        threading.Event().wait(0.05)


@pytest.mark.django_db(transaction=True)
class TestAntivirusAway:
    def test_it_is_said_by_readyz_which_stays_ready(self, settings: Settings) -> None:
        settings.CLAMD_URL = f"tcp://127.0.0.1:{closed_port()}"

        answer = Client().get("/readyz")

        assert answer.json()["antivirus"] == "away: files wait until it answers"
        assert answer.status_code == 200

    def test_it_is_an_alert_until_it_answers(self, settings: Settings) -> None:
        settings.CLAMD_URL = f"tcp://127.0.0.1:{closed_port()}"
        alerts.watch(JOB_TYPES)
        ServiceFault.objects.update(since=timezone.now() - timedelta(seconds=90))

        [alert] = [a for a in finding.active_alerts(JOB_TYPES) if a.code == "antivirus_away"]
        assert "90 s" in alert.words

        with slow_antivirus() as url:
            settings.CLAMD_URL = url
            alerts.watch(JOB_TYPES)
        assert not [a for a in finding.active_alerts(JOB_TYPES) if a.code == "antivirus_away"]


class TestSlots:
    @pytest.fixture(autouse=True)
    def own_folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        monkeypatch.setenv("TMPDIR", str(tmp_path))
        monkeypatch.setattr("tempfile.tempdir", None)
        return tmp_path / f"liaison-decoders-{os.getuid()}"

    def test_decoders_of_a_machine_share_1200_mib(self) -> None:
        assert slots.count() * MEMORY_BYTES == 1200 * MIB

    def test_small_machine_decodes_one_at_a_time(self, settings: Settings) -> None:
        settings.ATTACHMENT_DECODERS_BYTES = 100 * MIB

        assert slots.count() == 1

    def test_file_that_gets_no_slot_comes_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(slots, "LONGEST_WAIT_SECONDS", 0.1)
        with ExitStack() as stack:
            for _ in range(slots.count()):
                stack.enter_context(slots.taken())

            with pytest.raises(DecodersBusy), slots.taken():
                pass

        with slots.taken():
            pass

    def test_slot_of_a_killed_process_is_free(
        self, own_folder: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings
    ) -> None:
        settings.ATTACHMENT_DECODERS_BYTES = MEMORY_BYTES
        with slots.taken():
            pass
        holder = subprocess.Popen(
            [
                sys.executable, "-c",
                "import fcntl, sys; file = open(sys.argv[1], 'w');"
                "fcntl.flock(file, fcntl.LOCK_EX); print(flush=True); sys.stdin.read()",
                str(own_folder / "0"),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )  # fmt: skip
        assert holder.stdout is not None
        holder.stdout.readline()
        monkeypatch.setattr(slots, "LONGEST_WAIT_SECONDS", 0.1)
        with pytest.raises(DecodersBusy), slots.taken():
            pass

        holder.kill()
        holder.communicate()

        with slots.taken():
            pass

    def test_folder_of_somebody_else_is_not_trusted(self, own_folder: Path) -> None:
        own_folder.symlink_to("/")

        with pytest.raises(PermissionError), slots.taken():
            pass


def test_files_have_a_worker_of_their_own_in_make_run() -> None:
    assert sorted([*app_processes.QUEUES, *app_processes.FILE_QUEUES]) == sorted(Queue)
    assert app_processes.FILE_QUEUES == ("attachments", "webhooks")


def test_child_that_wants_more_than_600_mib_is_ended() -> None:
    program = (
        "from attachments.decoder import main; main.set_limits()\n"
        f"bytearray({MEMORY_BYTES} - 100 * 1024 * 1024)\n"
        f"try:\n  bytearray({MEMORY_BYTES})\n"
        "except MemoryError:\n  print('refused')"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert done.stdout == "refused\n", done.stderr


@pytest.mark.django_db
class TestSentAgain:
    def test_presigned_put_again_after_ready_is_412(
        self,
        api: Call,
        camille: User,
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    ) -> None:
        upload = api(camille).post(URL, announcement("a.txt", b"Bonjour", id=str(uuid4()))).json()
        request = (upload["upload"]["url"], b"Bonjour", upload["upload"]["headers"])
        assert put(*request)[0] == 200
        assert put(*request)[0] == 412
        api(camille).post(f"{URL}/{upload['id']}/complete")
        with django_capture_on_commit_callbacks(execute=True):
            assert analysed(UUID(upload["id"])).status == "ready"

        assert put(*request)[0] == 412
        assert objects.stored(objects.quarantine_key(UUID(upload["id"]))).size == 0


@pytest.mark.django_db
class TestRescan:
    """A file that older rules let pass: here its bytes are replaced, as the rules cannot be."""

    @pytest.fixture
    def shown(self, api: Call, camille: User, conversation: Conversation) -> UUID:
        file = send(api(camille), "plan.txt", b"Bonjour")
        draft = Draft(body="Le plan", attachment_ids=(file,))
        send_message(author=camille, conversation_id=conversation.pk, draft=draft)
        analysed(file)
        Attachment.objects.update(gate=verdict.GATE - 1)
        return file

    def rescan(self, *arguments: str) -> str:
        said = io.StringIO()
        call_command("rescan", *arguments, stdout=said)
        return said.getvalue()

    def test_what_is_dangerous_is_taken_back_with_a_word(
        self,
        api: Call,
        camille: User,
        odile: User,
        conversation: Conversation,
        shown: UUID,
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    ) -> None:
        replace_original(shown, samples.EICAR)
        assert "1 files" in self.rescan()
        assert content_of(api, odile, shown) == 302
        version = Conversation.objects.get().version

        with django_capture_on_commit_callbacks(execute=True):
            assert analysed(shown).status == "blocked"

        assert content_of(api, odile, shown) == 409
        page = api(odile).get(f"/api/v1/conversations/{conversation.pk}/messages").json()
        [file] = page["results"][0]["attachments"]
        assert file["reason"].startswith("Retiré après un nouveau contrôle. ")
        assert "virus" in file["reason"]
        assert Conversation.objects.get().version > version

    def test_what_is_harmless_stays_open_all_the_time(
        self, api: Call, odile: User, shown: UUID
    ) -> None:
        self.rescan()
        assert content_of(api, odile, shown) == 302

        attachment = analysed(shown)

        assert (attachment.status, attachment.gate) == ("ready", verdict.GATE)
        assert content_of(api, odile, shown) == 302
        assert "0 files" in self.rescan()

    def test_what_can_no_longer_be_read_is_not_taken_away(
        self, api: Call, odile: User, shown: UUID
    ) -> None:
        objects.delete([objects.file_key(shown, objects.ORIGINAL)])
        self.rescan()

        attachment = analysed(shown)

        assert (attachment.status, attachment.due_at) == ("ready", None)

    def test_only_files_since_a_day(self, shown: UUID) -> None:
        tomorrow = timezone.localdate() + timedelta(days=1)

        assert "0 files" in self.rescan("--since", tomorrow.isoformat())
        assert "1 files" in self.rescan("--since", timezone.localdate().isoformat())

    def test_new_files_go_first(self, api: Call, camille: User, shown: UUID) -> None:
        for _ in range(3):
            analysed(send(api(camille), "a.txt", b"a"))
        Attachment.objects.update(gate=0)

        self.rescan("--per-minute", "60")

        due = [file.due_at for file in Attachment.objects.all() if file.due_at is not None]
        assert max(due) - min(due) == timedelta(seconds=3)


def replace_original(file: UUID, content: bytes) -> None:
    overwrite(objects.file_key(file, objects.ORIGINAL), content)
    digest = hashlib.sha256(content).digest()
    Attachment.objects.filter(pk=file).update(sha256=digest, size=len(content))


def content_of(api: Call, reader: User, file: UUID) -> int:
    return int(api(reader).get(f"{URL}/{file}/content").status_code)
