"""The folders of the staff inbox: what is in each, counted in one query; filters that are kept."""

import time
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.models import User
from messaging.actions.conversations import archive_conversation, change_conversation
from messaging.actions.messages import send_message
from messaging.actions.notes import write_note
from messaging.actions.snooze import snooze
from messaging.conversation.idempotency import Draft
from messaging.models import Conversation, SavedFilter
from messaging.queries import folders
from messaging.queries.folders import Folder, in_folder
from tests.cases.operations import email_kept
from tests.cast import Call, Say
from tests.messaging.addresses import CONVERSATIONS

pytestmark = pytest.mark.django_db

FOLDERS = "/api/v1/folders"
FILTERS = "/api/v1/saved-filters"


def listed(api: Call, reader: User, query: str) -> list[str]:
    answer = api(reader).get(f"{CONVERSATIONS}?{query}")
    assert answer.status_code == 200, answer.content
    return [one["subject"] for one in answer.json()["results"]]


@pytest.fixture
def day(
    conversation: Conversation, other_conversation: Conversation, of_yanis: Conversation,
    camille: User, odile: User, marc: User, say: Say,
) -> None:  # fmt: skip
    """Odile's is put off, one waits for an answer and is Marc's, one is closed and names him."""
    say(camille, "Bonjour")
    say(odile, "Je regarde")
    snooze(editor=odile, conversation=conversation, until=timezone.now() + timedelta(days=1))
    send_message(author=camille, conversation_id=other_conversation.pk, draft=Draft(body="Et ?"))
    write_note(author=odile, conversation=of_yanis, body="@Marc ?", note_id=uuid4())
    change_conversation(editor=marc, conversation=of_yanis, changes={"status": "closed"})
    email_kept(b"1", state="waiting")
    email_kept(b"2", state="done")


class TestFolders:
    def test_each_count_is_the_length_of_its_list(
        self, api: Call, odile: User, marc: User, day: None
    ) -> None:
        found = api(marc).get(FOLDERS).json()

        assert found == {
            "to_answer": 1, "mine": 1, "unassigned": 0, "mentions": 1, "snoozed": 1, "closed": 1,
            "open": 2, "all": 3, "emails": 1,
        }  # fmt: skip
        for folder in Folder:
            assert len(listed(api, marc, f"folder={folder}")) == found[folder], folder
        assert listed(api, marc, "folder=mine") == ["Facture de mars"]
        assert listed(api, marc, "folder=mentions") == ["Bardage"]
        assert listed(api, odile, "folder=snoozed") == ["Carrelage du séjour"]
        assert api(odile).get(FOLDERS).json()["mine"] == 0

    def test_conversation_without_an_owner_is_in_its_folder(
        self, api: Call, odile: User, conversation: Conversation
    ) -> None:
        change_conversation(
            editor=odile, conversation=conversation, changes={"assigned_to_id": None}
        )

        assert listed(api, odile, "folder=unassigned") == ["Carrelage du séjour"]

    def test_archived_conversation_is_in_none(
        self, api: Call, odile: User, conversation: Conversation
    ) -> None:
        archive_conversation(archiver=odile, conversation=conversation)

        assert set(api(odile).get(FOLDERS).json().values()) == {0}

    def test_folder_and_another_filter_go_together(
        self, api: Call, marc: User, day: None, haddad: Any
    ) -> None:
        assert listed(api, marc, f"folder=all&client={haddad.pk}") == ["Bardage"]

    def test_client_has_no_folders(self, api: Call, camille: User, day: None) -> None:
        assert listed(api, camille, "folder=all") == []
        assert api(camille).get(FOLDERS).status_code == 403

    def test_unknown_folder_is_refused(self, api: Call, odile: User) -> None:
        answer = api(odile).get(f"{CONVERSATIONS}?folder=spam")

        assert (answer.status_code, answer.json()["errors"][0]["attr"]) == (400, "folder")


class TestTheOrderOfTheClock:
    def test_question_that_is_late_first_is_listed_first_page_by_page(
        self, api: Call, camille: User, marc: User, conversation: Conversation,
        other_conversation: Conversation, of_yanis: Conversation,
    ) -> None:  # fmt: skip
        send_message(author=camille, conversation_id=conversation.pk, draft=Draft(body="Un"))
        send_message(author=camille, conversation_id=other_conversation.pk, draft=Draft(body="2"))
        Conversation.objects.filter(pk=other_conversation.pk).update(
            answer_due_at=timezone.now() - timedelta(days=3)
        )

        first = api(marc).get(f"{CONVERSATIONS}?sort=answer_due&limit=1").json()
        second = api(marc).get(first["next"]).json()

        found = [one["subject"] for page in (first, second) for one in page["results"]]
        assert found == ["Facture de mars", "Carrelage du séjour"]
        assert second["next"] is None

    def test_cursor_of_another_order_is_refused(
        self, api: Call, marc: User, conversation: Conversation, other_conversation: Conversation
    ) -> None:
        usual = api(marc).get(f"{CONVERSATIONS}?limit=1").json()["next"]

        answer = api(marc).get(f"{usual}&sort=answer_due")

        assert (answer.status_code, answer.json()["errors"][0]["attr"]) == (400, "cursor")


MANY = """
    INSERT INTO messaging_conversation (
        id, client_id, subject, status, assigned_to_id, created_by_id, created_at, draft_digest,
        version, last_seq, last_activity_at, changed_at, awaiting_reply_since, answer_due_at,
        snoozed_until
    )
    SELECT gen_random_uuid(), %(client)s, 'Sujet ' || n,
        CASE WHEN n %% 10 < 8 THEN 'closed' ELSE 'open' END,
        CASE WHEN n %% 100 = 8 THEN NULL ELSE %(owner)s::uuid END,
        %(opener)s, now(), '', 1, 0, now() - n * interval '1 second', now(),
        CASE WHEN n %% 20 = 9 THEN now() END, CASE WHEN n %% 20 = 9 THEN now() END,
        CASE WHEN n %% 50 = 18 THEN now() + interval '1 day' END
    FROM generate_series(1, %(many)s) n
"""


class TestManyConversations:
    @pytest.fixture
    def many(self, camille: User, odile: User, marc: User) -> None:
        asked = {
            "client": camille.client_id, "owner": odile.pk, "opener": camille.pk, "many": 50_000,
        }  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute(MANY, asked)
            cursor.execute("ANALYZE messaging_conversation")

    def test_counts_of_fifty_thousand_come_in_one_query_within_30_ms(
        self, odile: User, many: None
    ) -> None:
        with CaptureQueriesContext(connection) as asked:
            found = folders.counts(odile)
        times = []
        for _ in range(10):
            began = time.perf_counter()
            folders.counts(odile)
            times.append(time.perf_counter() - began)

        assert len(asked) == 1
        most = folders.COUNTED_MAX
        assert found == {
            "to_answer": most, "mine": most, "unassigned": 500, "mentions": 0, "snoozed": most,
            "closed": most, "open": most, "all": most,
        }  # fmt: skip
        print(f"folders of 50,000 conversations: {min(times) * 1000:.1f} ms")  # noqa: T201
        assert min(times) < 0.030

    @pytest.mark.parametrize(
        ("folder", "index"),
        [
            (Folder.TO_ANSWER, "conversation_awaiting_reply"),
            (Folder.UNASSIGNED, "conversation_open_of"),
            (Folder.SNOOZED, "conversation_snoozed"),
        ],
    )
    def test_folder_is_counted_by_its_index(
        self, odile: User, many: None, folder: Folder, index: str
    ) -> None:
        rows = in_folder(Conversation.objects.order_by(), folder, odile)

        assert index in rows.values_list("pk")[: folders.COUNTED_MAX].explain()


class TestSavedFilters:
    def save(self, api: Call, owner: User, **more: Any) -> Any:
        draft = {"name": "Villa", "query": {"folder": "mine", "q": "joint"}, **more}
        return api(owner).post(FILTERS, draft)

    def names(self, api: Call, reader: User) -> list[str]:
        return [one["name"] for one in api(reader).get(FILTERS).json()]

    def test_filter_is_ones_own_until_it_is_shared(
        self, api: Call, odile: User, marc: User
    ) -> None:
        saved = self.save(api, odile).json()
        assert (self.names(api, odile), self.names(api, marc)) == (["Villa"], [])

        shared = api(odile).patch(f"{FILTERS}/{saved['id']}", {"is_shared": True}).json()

        assert self.names(api, marc) == ["Villa"]
        assert shared["query"] == {"folder": "mine", "q": "joint"}
        assert shared["owner"]["name"] == "Odile Perrin"

    def test_filter_of_a_colleague_that_is_not_shared_is_not_found(
        self, api: Call, odile: User, marc: User
    ) -> None:
        address = f"{FILTERS}/{self.save(api, odile).json()['id']}"

        assert api(marc).patch(address, {"name": "À moi"}).status_code == 404
        assert api(marc).delete(address).status_code == 404

    def test_shared_filter_is_changed_by_its_owner_and_by_managers_alone(
        self, api: Call, odile: User, marc: User
    ) -> None:
        of_marc = f"{FILTERS}/{self.save(api, marc, is_shared=True).json()['id']}"
        of_odile = f"{FILTERS}/{self.save(api, odile, is_shared=True).json()['id']}"

        assert api(odile).patch(of_marc, {"name": "x"}).status_code == 403
        assert api(odile).delete(of_marc).status_code == 403
        assert api(marc).delete(of_odile).status_code == 204

    def test_filter_sent_twice_is_kept_once(self, api: Call, odile: User) -> None:
        for _ in range(2):
            answer = self.save(api, odile, id="018f0000-0000-7000-8000-000000000003")
            assert answer.status_code == 201

        assert SavedFilter.objects.count() == 1

    @pytest.mark.parametrize(
        "query",
        [
            {"changed_since": "2026-01-01T00:00:00Z"},
            {"color": "red"},
            {"folder": "spam"},
            {"client": "x"},
        ],
    )
    def test_parameter_that_the_list_refuses_is_not_kept(
        self, api: Call, odile: User, query: dict[str, str]
    ) -> None:
        answer = self.save(api, odile, query=query)

        assert answer.status_code == 400
        assert answer.json()["errors"][0]["attr"].startswith("query")
        assert not SavedFilter.objects.exists()
