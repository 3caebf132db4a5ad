"""Two rows of one person become one: nothing is left behind, nothing crosses sides or clients."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import models
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone
from model_bakery import baker
from model_bakery.random_gen import baker_random

from core.merging import CannotBeMerged, fields_to_people, merge
from core.models import Chantier, Client, User
from core.provisioning.rows import MergedPerson, put
from messaging.actions import reads
from messaging.actions.fan_out import fan_out_message
from messaging.models import (
    CannedReply,
    Conversation,
    LegalHold,
    Message,
    Note,
    Participant,
    PurgeOrder,
    ReadTime,
)
from notifications.models import Preference, PushSubscription
from tests.cast import Call, Say

pytestmark = pytest.mark.django_db
FIELDS = {
    f"{field.model._meta.label}.{field.name}": field
    for field in fields_to_people()
    if field.name != "merged_into"
}
# A phone of the row that goes opens nothing afterwards: `auth.test_second_factors`.
DROPPED = {"mfa.Authenticator.user"}


@pytest.fixture
def nadia(db: None) -> User:
    """A second row of Odile's."""
    return User.objects.create(
        email="nadia@demo.test", name="Odile Perrin", role=User.Role.STAFF, external_id=None
    )


def left_behind(person: User) -> dict[str, int]:
    """Count the rows that name a person, by the column that does."""
    counts = {
        name: field.model._base_manager.filter(**{field.name: person}).count()
        for name, field in FIELDS.items()
    }
    return {name: count for name, count in counts.items() if count}


@pytest.fixture
def made(
    conversation: Conversation, say: Say, camille: User, marc: User
) -> Callable[[models.ForeignKey[Any, Any], User], Any]:
    """Give a function that makes a row of a model, which names a person in a column."""
    # The same values at each run.
    baker_random.seed(7)
    message = say(camille, "Bonjour")
    note = Note.objects.create(conversation=conversation, author=marc, body="Vu")
    given = {Conversation: conversation, Message: message, Note: note, Client: camille.client}
    held = {"conversation": conversation, "lifted_by": marc, "lifted_at": timezone.now()}

    def make(field: models.ForeignKey[Any, Any], person: User) -> Any:
        if field.model is Participant:
            return Participant.objects.get_or_create(conversation=conversation, user=person)
        columns: dict[str, Any] = {}
        for column in field.model._meta.concrete_fields:
            if isinstance(column, models.ForeignKey) and not column.null:
                columns[column.name] = marc if column.related_model is User else given.get(
                    column.related_model
                )  # fmt: skip
        if field.model is PurgeOrder:
            columns["conversation"] = Conversation.objects.create(
                client=conversation.client, subject="Ancien", created_by=marc
            )
        if field.model is LegalHold:
            columns |= held
        known = {name: value for name, value in columns.items() if value is not None}
        return baker.make(field.model, **{**known, **SPECIAL.get(field.model.__name__, {}),
                                          field.name: person})  # fmt: skip

    return make


# What chance would choose against a rule of the table.
SPECIAL: dict[str, dict[str, Any]] = {
    "MachineCredential": {"scopes": ["provisioning"]},
    "CannedReply": {"text_fr": "Bonjour"},
    "Authenticator": {"type": "webauthn"},
    "SearchEntry": {"words": "bonjour"},
    "RetentionRule": {"years": 10},
    # So that both have one.
    "Delivery": {"channel": "email"},
    "ForwardedEmail": {"address": "a@exemple.fr"},
}


class TestNothingIsLeftBehind:
    @pytest.mark.parametrize("name", FIELDS)
    def test_row_of_each_foreign_key_goes_to_the_kept_person(
        self, made: Callable[..., Any], odile: User, nadia: User, name: str
    ) -> None:
        made(FIELDS[name], nadia)
        assert left_behind(nadia)

        merge(odile, nadia)

        assert left_behind(nadia) == {}
        assert (name in left_behind(odile)) == (name not in DROPPED)

    @pytest.mark.parametrize("name", FIELDS)
    def test_rows_that_both_have_leave_one(
        self, made: Callable[..., Any], odile: User, nadia: User, name: str
    ) -> None:
        made(FIELDS[name], odile)
        made(FIELDS[name], nadia)

        merge(odile, nadia)

        assert left_behind(nadia) == {}


class TestWhatIsJoined:
    def test_higher_read_mark_counts_and_what_is_unread_is_counted_anew(
        self, conversation: Conversation, say: Say, camille: User, bruno: User, odile: User
    ) -> None:
        for text in ("Un", "Deux", "Trois"):
            fan_out_message(say(odile, text).pk)
        reads.read_up_to(reader=camille, conversation=conversation, seq=1)
        reads.read_up_to(reader=bruno, conversation=conversation, seq=2)

        merge(camille, bruno)

        mark = Participant.objects.get(user=camille)
        assert (mark.last_read_seq, mark.unread_count) == (2, 1)
        assert set(ReadTime.objects.values_list("participant", "up_to_seq")) == {
            (mark.pk, 1), (mark.pk, 2),
        }  # fmt: skip

    def test_lower_read_mark_of_the_other_takes_nothing_back(
        self, conversation: Conversation, say: Say, camille: User, bruno: User, odile: User
    ) -> None:
        for text in ("Un", "Deux"):
            fan_out_message(say(odile, text).pk)
        reads.read_up_to(reader=camille, conversation=conversation, seq=2)

        merge(camille, bruno)

        mark = Participant.objects.get(user=camille)
        assert (mark.last_read_seq, mark.unread_count) == (2, 0)

    def test_open_screens_ask_for_the_messages_that_have_another_author(
        self, conversation: Conversation, say: Say, camille: User, bruno: User, odile: User,
        api: Call,
    ) -> None:  # fmt: skip
        sent = [str(say(bruno, text).pk) for text in ("Un", "Deux")]
        conversation.refresh_from_db()
        address = f"/api/v1/conversations/{conversation.pk}/changes"
        before = conversation.version

        merge(camille, bruno)

        changed = api(odile).get(address, {"since": before}).json()
        assert [row["id"] for row in changed["messages"]] == sent
        assert {row["author"]["name"] for row in changed["messages"]} == {"Camille Morel"}

    def test_notes_and_what_a_colleague_follows_go_with_them(
        self, conversation: Conversation, say: Say, odile: User, nadia: User, villa: Chantier
    ) -> None:
        Note.objects.create(author=nadia, conversation=conversation, body="À rappeler")
        villa.deputy = nadia
        villa.save()

        merge(odile, nadia)

        villa.refresh_from_db()
        assert Note.objects.get().author == odile
        assert villa.responsible == odile
        assert villa.deputy is None

    def test_answers_of_both_under_one_shortcut_stay(self, odile: User, nadia: User) -> None:
        CannedReply.objects.create(owner=odile, shortcut="rdv", text_fr="Lundi")
        CannedReply.objects.create(owner=nadia, shortcut="rdv", text_fr="Mardi")
        CannedReply.objects.create(owner=nadia, shortcut="rdv2", text_fr="Jeudi")

        merge(odile, nadia)

        replies = CannedReply.objects.filter(owner=odile)
        assert dict(replies.values_list("shortcut", "text_fr")) == {
            "rdv": "Lundi", "rdv2": "Jeudi", "rdv3": "Mardi",
        }  # fmt: skip

    def test_devices_and_preferences_go_with_them(self, odile: User, nadia: User) -> None:
        PushSubscription.objects.create(user=nadia, endpoint="https://a", p256dh="x", auth="x")
        Preference.objects.create(user=nadia)

        merge(odile, nadia)

        assert PushSubscription.objects.get().user == odile
        assert Preference.objects.get().user == odile

    def test_portal_finds_the_kept_person_by_the_id_of_the_other(
        self, odile: User, nadia: User
    ) -> None:
        merge(nadia, odile)

        assert User.objects.get(external_id="crm-odile@demo.test") == nadia


class TestWhoIsMerged:
    def test_other_one_is_deactivated_and_points_to_the_kept(
        self, camille: User, bruno: User
    ) -> None:
        his = Browser()
        his.force_login(bruno)

        merge(camille, bruno)

        bruno.refresh_from_db()
        assert (bruno.is_active, bruno.merged_into) == (False, camille)
        assert his.get("/api/v1/me").status_code == 401

    def test_row_that_pointed_to_the_other_points_to_the_kept(
        self, odile: User, nadia: User
    ) -> None:
        third = User.objects.create(email="o@demo.test", name="O", role=User.Role.STAFF)
        merge(nadia, third)

        merge(odile, nadia)

        third.refresh_from_db()
        assert third.merged_into == odile

    @pytest.mark.parametrize(
        ("kept", "gone", "said"),
        [
            ("camille", "odile", "l’autre de l’entreprise"),
            ("camille", "yanis", "deux clients"),
            ("camille", "camille", "deux personnes différentes"),
        ],
    )
    def test_people_who_are_two_stay_two(
        self, request: pytest.FixtureRequest, kept: str, gone: str, said: str
    ) -> None:
        one, other = request.getfixturevalue(kept), request.getfixturevalue(gone)

        with pytest.raises(CannotBeMerged, match=said):
            merge(one, other)

        other.refresh_from_db()
        assert other.is_active

    def test_one_who_was_merged_is_not_merged_again(
        self, odile: User, nadia: User, marc: User
    ) -> None:
        merge(odile, nadia)

        for kept, gone in ((marc, nadia), (nadia, marc)):
            with pytest.raises(CannotBeMerged):
                merge(kept, gone)

    def test_failure_takes_everything_back(
        self, conversation: Conversation, say: Say, camille: User, bruno: User,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        message = say(bruno, "De Bruno")

        def fail(*_: object) -> None:
            raise RuntimeError("no more disk")

        monkeypatch.setattr("messaging.merged_people.reconcile", lambda *_, **__: fail())
        with pytest.raises(RuntimeError):
            merge(camille, bruno)

        message.refresh_from_db()
        bruno.refresh_from_db()
        assert (message.author, bruno.is_active) == (bruno, True)

    def test_program_cannot_bring_the_other_back(self, camille: User, bruno: User) -> None:
        merge(camille, bruno)

        with pytest.raises(MergedPerson):
            put("users", "crm-bruno@demo.test", {"status": "active"})


class TestMergingInTheAdmin:
    LIST = reverse("admin:core_user_changelist")

    @pytest.fixture
    def ada(self, client: Browser) -> User:
        ada = User.objects.create_superuser("ada@demo.test", "chantier-demo", name="Ada")
        client.force_login(ada)
        return ada

    def act(self, client: Browser, *people: User, **more: str) -> str:
        chosen = {"action": "merge", "_selected_action": [str(each.pk) for each in people], **more}
        return str(client.post(self.LIST, chosen, follow=True).content.decode())

    def test_page_asks_who_is_kept_before_anything_happens(
        self, client: Browser, ada: User, camille: User, bruno: User
    ) -> None:
        page = self.act(client, camille, bruno)

        assert "Fusionner deux personnes" in page
        assert "bruno@demo.test" in page
        bruno.refresh_from_db()
        assert bruno.is_active

        said = self.act(client, camille, bruno, kept=str(camille.pk))

        assert "Bruno Morel (bruno@demo.test) est maintenant Camille Morel" in said
        bruno.refresh_from_db()
        assert bruno.merged_into == camille

    def test_other_one_is_not_made_active_again_by_its_page(
        self, client: Browser, ada: User, camille: User, bruno: User
    ) -> None:
        merge(camille, bruno)
        form = {
            "email": bruno.email, "name": bruno.name, "locale": "fr", "role": "client",
            "client": str(bruno.client_id), "is_active": "on",
        }  # fmt: skip

        page = client.post(reverse("admin:core_user_change", args=[bruno.pk]), form)

        assert "a été fusionnée avec une autre" in page.content.decode()
        assert self.act(client, camille, action="activate")
        self.act(client, bruno, action="activate")
        bruno.refresh_from_db()
        assert not bruno.is_active

    @pytest.mark.parametrize("others", [[], ["bruno", "odile"]])
    def test_one_or_three_are_refused_in_words(
        self, client: Browser, ada: User, camille: User, request: pytest.FixtureRequest,
        others: list[str],
    ) -> None:  # fmt: skip
        people = [request.getfixturevalue(name) for name in others]

        assert "Choisissez deux personnes" in self.act(client, camille, *people)

    def test_people_of_two_clients_are_refused_in_words(
        self, client: Browser, ada: User, camille: User, yanis: User
    ) -> None:
        said = self.act(client, camille, yanis, kept=str(camille.pk))

        assert "deux clients" in said

    def test_nobody_merges_themself_away(self, client: Browser, ada: User, odile: User) -> None:
        self.act(client, ada, odile, kept=str(odile.pk))

        ada.refresh_from_db()
        assert ada.is_active
