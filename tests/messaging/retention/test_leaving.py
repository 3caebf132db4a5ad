"""A person who leaves: who they were is in no table any more, what they wrote can be read."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.test import Client as Browser
from django.utils import timezone

from attachments.models import Portrait
from attachments.storage import objects, sealed, versions
from core import merging
from core.leaving import NAME, CannotBeAnonymised, NotConfirmed, anonymise
from core.models import OwnWorkingPeriod, PasswordReset, User
from messaging.actions.conversations import change_conversation
from messaging.models import (
    CannedReply,
    Conversation,
    DoomedObject,
    Forgetting,
    HistoryLine,
    SavedFilter,
)
from messaging.queries import chain
from messaging.retention import holds, purge, traces
from messaging.search import index
from notifications.models import (
    Delivery,
    InboundEmail,
    LastSeen,
    Preference,
    RefusedAddress,
)
from tests.cast import Call
from tests.messaging.retention.conftest import BuildSite
from tests.messaging.retention.test_purge import tables_with
from workers.models import DeadLetter, TaskRun

pytestmark = pytest.mark.django_db(transaction=True)
# It keeps the names of that time: README of core, "The path of an act into the audit".
AUDIT = "core_audit"


def forget_all() -> None:
    for key in Forgetting.objects.values_list("pk", flat=True):
        traces.forget(key)
    purge.destroy_others()


def fill(person: User, conversation: Conversation, author: User) -> UUID:
    """Give a person one row of everything that can be theirs, and their address in errors."""
    person.phone = "06 12 34 56 78"
    person.save()
    Portrait.objects.create(person=person, key=uuid4().hex, content=b"webp")
    Authenticator.objects.create(user=person, type="totp", data={"secret": "s"})
    OwnWorkingPeriod.objects.create(user=person, weekday=0, starts_at="08:00", ends_at="12:00")
    PasswordReset.objects.create(email=person.email)
    Preference.objects.create(user=person)
    LastSeen.objects.create(user=person)
    SavedFilter.objects.create(owner=person, name="Mes chantiers")
    CannedReply.objects.create(owner=person, shortcut="merci", text_fr="Merci")
    RefusedAddress.objects.create(address=person.email, cause="unknown")
    said = f"550 <{person.email}>: unknown"
    message = conversation.messages.order_by("seq")[0]
    Delivery.objects.create(
        message=message, recipient=person, channel="email", conversation=conversation,
        seq=message.seq, status="failed", last_error=said, due_at=None,
    )  # fmt: skip
    now = timezone.now()
    TaskRun.objects.create(
        name="deliver", queue="notifications", worker="w", outcome="failed", started_at=now,
        ended_at=now, wait_seconds=0, run_seconds=0, error_text=said, traceback=f"{person.name}!",
    )  # fmt: skip
    DeadLetter.objects.create(job="deliver", subject="x", attempts=8, reason=said.upper())
    key = uuid4()
    InboundEmail.objects.create(
        digest=key.bytes * 2, key=key, sender=person.email, sender_name=person.name,
        subject=f"De {person.name}", verdict="unknown_address", state="waiting", original_bytes=5,
    )  # fmt: skip
    sealed.write(f"emails/{key}", sealed.seal(f"emails/{key}", b"hello"))
    return key


@pytest.fixture
def busy(site_with: BuildSite, odile: User, marc: User, camille: User) -> Conversation:
    """A conversation in which everybody has written, and that went from Odile to Marc."""
    conversation = site_with("Villa", "carrelage").conversation
    change_conversation(editor=marc, conversation=conversation, changes={"assigned_to_id": marc.pk})
    return conversation


class TestAnonymise:
    @pytest.mark.parametrize("who", ["camille", "odile"])
    def test_leaves_name_and_email_in_no_table(
        self, who: str, busy: Conversation, camille: User, odile: User, marc: User
    ) -> None:
        person = {"camille": camille, "odile": odile}[who]
        key = fill(person, busy, marc)
        index.catch_up(30)
        name, email = person.name, person.email
        assert len(tables_with(name, but=AUDIT)) > 5
        assert len(tables_with(email, but=AUDIT)) > 5

        anonymise(person, by=marc, confirm=email)
        forget_all()

        assert tables_with(name, but=AUDIT) == set()
        assert tables_with(email, but=AUDIT) == set()
        assert tables_with("06 12 34 56 78", but=AUDIT) == set()
        assert list(versions.versions(f"{objects.SEALED}emails/{key}")) == []
        assert not DoomedObject.objects.exists()

    def test_keeps_the_history_readable(
        self, busy: Conversation, camille: User, odile: User, marc: User, api: Call
    ) -> None:
        anonymise(odile, by=marc, confirm=odile.email)
        forget_all()

        shown = api(camille).get(f"/api/v1/conversations/{busy.pk}/messages").json()["results"]
        assert [(row["author"]["name"], row["body"]) for row in shown][:2] == [
            ("Camille Morel", "Le carrelage est bien posé"),
            (NAME, "Merci pour carrelage"),
        ]
        [line] = HistoryLine.objects.filter(conversation=busy, kind="taken_over")
        assert line.details["from"] == {"id": str(odile.pk), "name": NAME}
        [note] = api(marc).get(f"/api/v1/conversations/{busy.pk}/notes").json()
        assert note["author"]["name"] == NAME

    def test_replaces_the_name_behind_an_at_sign(
        self, busy: Conversation, odile: User, marc: User, camille: User, api: Call
    ) -> None:
        User.objects.create(
            email="paul@demo.test", name="Paul Roux", role="manager", external_id="p"
        )
        anonymise(marc, by=None, confirm=marc.email)
        forget_all()

        [note] = api(odile).get(f"/api/v1/conversations/{busy.pk}/notes").json()
        assert note["body"] == f"Note changée carrelage @{NAME}"

    def test_leaves_a_chain_that_still_verifies(
        self, busy: Conversation, odile: User, camille: User, marc: User
    ) -> None:
        for person in (odile, camille):
            anonymise(person, by=marc, confirm=person.email)
            forget_all()

        busy.refresh_from_db()
        assert list(chain.faults_of(busy)) == []

    def test_ends_every_access(
        self, busy: Conversation, camille: User, marc: User, client: Browser
    ) -> None:
        client.force_login(camille)
        assert client.get("/client/messages").status_code == 200

        anonymise(camille, by=marc, confirm=camille.email)

        assert client.get("/client/messages").status_code == 302
        assert not Session.objects.exists()
        camille.refresh_from_db()
        assert (camille.is_active, camille.has_usable_password()) == (False, False)

    def test_takes_those_along_who_were_merged_into_the_person(
        self, busy: Conversation, camille: User, bruno: User, marc: User
    ) -> None:
        merging.merge(camille, bruno)
        name, email = bruno.name, bruno.email

        anonymise(camille, by=marc, confirm=camille.email)
        forget_all()

        assert tables_with(email, but=AUDIT) | tables_with(name, but=AUDIT) == set()

    def test_can_be_done_again_after_a_kill(
        self, busy: Conversation, odile: User, marc: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        name, email = odile.name, odile.email
        anonymise(odile, by=marc, confirm=email)

        def killed(*_args: Any) -> None:
            raise SystemExit

        with monkeypatch.context() as patch:
            patch.setattr(traces, "_rename_json", killed)
            with pytest.raises(SystemExit):
                traces.forget(odile.pk)
        forget_all()

        assert tables_with(name, but=AUDIT) | tables_with(email, but=AUDIT) == set()


class TestRefusal:
    def test_who_is_held_stays(self, busy: Conversation, camille: User, marc: User) -> None:
        holds.place(marc, busy, "Litige carrelage")

        with pytest.raises(CannotBeAnonymised, match="Litige carrelage"):
            anonymise(camille, by=marc, confirm=camille.email)

        camille.refresh_from_db()
        assert camille.name == "Camille Morel"

    def test_another_email_confirms_nothing(self, camille: User, marc: User) -> None:
        with pytest.raises(NotConfirmed):
            anonymise(camille, by=marc, confirm="bruno@demo.test")

    def test_last_manager_stays(self, marc: User) -> None:
        with pytest.raises(CannotBeAnonymised):
            anonymise(marc, by=None, confirm=marc.email)

    def test_nobody_anonymises_themself(self, marc: User) -> None:
        with pytest.raises(CannotBeAnonymised):
            anonymise(marc, by=marc, confirm=marc.email)
