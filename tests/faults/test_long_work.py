"""Exports and purges whose worker is killed (SIGKILL): both go on, and come to their end once."""

import os
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db.models import QuerySet
from django.utils import timezone

from attachments.models import Attachment
from attachments.storage import objects, versions
from core.models import Chantier, User
from deploy.launcher.ports import free_port
from messaging.actions import exports
from messaging.exporting.scope import scope_for
from messaging.models import Conversation, DoomedObject, Export, Message, PurgeOrder
from messaging.queries import chain
from messaging.retention import orders
from tests.bench.long_thread import fill
from tests.messaging.exporting.making import verified, zip_of
from tests.notifications.mail_server import MailServer, controller
from tests.site import Site, address_of_test_database
from tests.waiting import until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("faults")]

MESSAGES, GIGABYTES, FILES = 1_500, 0.2, 83


@dataclass
class Company:
    """A worker that sends emails, and Marc with a long conversation on an archived chantier."""

    worker: Site
    mails: MailServer
    marc: User
    conversation: Conversation

    def kill_worker_at_work(self, rows: QuerySet[Any], is_far: Callable[[], bool]) -> None:
        """Kill the worker and its pool process once the work is that far, and start another one.

        Both: either may do the work. The lease that they leave behind ends now.
        """
        leased = rows.filter(leased_until__gt=timezone.now())
        until(lambda: leased.exists() and is_far(), "no worker does it")
        self.worker.kill_worker()
        assert leased.exists(), "nobody was at it"
        rows.update(leased_until=timezone.now())
        self.worker.spawn_worker()


@pytest.fixture
def company(transactional_db: None, bucket: None, tmp_path: Path) -> Iterator[Company]:
    mails = MailServer()
    control = controller(mails)
    control.start()
    environment = {
        **os.environ,
        "DATABASE_URL": address_of_test_database(),
        "EMAIL_URL": f"smtp://127.0.0.1:{control.port}",
    }
    site = Site(port=free_port(), logs=tmp_path, environment=environment)
    marc = fill(MESSAGES, GIGABYTES)
    conversation = Conversation.objects.get()
    chantier = Chantier.objects.create(
        client=conversation.client, name="Villa", status=Chantier.Status.ARCHIVED
    )
    Conversation.objects.update(chantier=chantier, archived_at=timezone.now())
    site.start_worker()
    yield Company(site, mails, marc, conversation)
    site.stop_worker()
    control.stop()


def test_export_is_made_and_told_once_though_its_worker_was_killed_twice(
    company: Company, tmp_path: Path
) -> None:
    scope = scope_for(company.marc, "conversation", company.conversation.pk)
    exports.ask_export(company.marc, scope, with_notes=False, with_files=True)
    rows = Export.objects.filter(status="running")

    company.kill_worker_at_work(rows, lambda: rows.filter(done__gt=0).exists())
    company.kill_worker_at_work(rows, lambda: rows.filter(phase="files").exists())

    until(lambda: Export.objects.filter(told_at__isnull=False).exists(), "nobody is told")
    [letter] = company.mails.letters
    assert company.marc.email in letter["To"]
    export = Export.objects.get(status="ready")
    path = tmp_path / "export.zip"
    path.write_bytes(zip_of(export))
    with zipfile.ZipFile(path) as archive:
        script = Path(archive.extract("verifier.py", tmp_path))
        assert sum(name.startswith("fichiers/") for name in archive.namelist()) >= FILES
    code, said = verified(path, script=script)
    assert code == 0, said
    key = objects.export_key(export.pk, "export.zip")
    assert [found.key for found in objects.listed(objects.export_key(export.pk, ""))] == [key]


def test_purge_goes_on_to_its_end_though_its_worker_was_killed_twice(company: Company) -> None:
    ids = list(Attachment.objects.values_list("pk", flat=True))
    assert len(ids) == FILES
    of_chantier = orders.of_chantier(Chantier.objects.get().pk)
    orders.order_by_hand(company.marc, of_chantier, "Demande du client")
    rows = PurgeOrder.objects.filter(done_at=None)

    company.kill_worker_at_work(rows, lambda: DoomedObject.objects.exists())
    company.kill_worker_at_work(rows, lambda: not Attachment.objects.exists())

    until(lambda: PurgeOrder.objects.filter(done_at__isnull=False).exists(), "it is not purged")
    order = PurgeOrder.objects.get()
    assert (order.counts["messages"], order.counts["files"]) == (MESSAGES, FILES)
    assert [each for key in ids for each in versions.versions(objects.file_key(key, ""))] == []
    assert not Message.objects.exists()
    assert list(chain.faults_of(Conversation.objects.get())) == []
