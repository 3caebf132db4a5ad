"""Pages of history, changes since a version, and search."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from core.models import Epoch, User
from core.queries import current_epoch
from messaging.actions.conversations import change_conversation
from messaging.actions.messages import delete_message, edit_message
from messaging.actions.reads import read_up_to
from messaging.models import Conversation, Message
from messaging.queries import shown
from tests.cast import Call, Say
from tests.messaging.addresses import of, of_message

pytestmark = pytest.mark.django_db


@pytest.fixture
def long_conversation(conversation: Conversation, camille: User) -> Conversation:
    """130 messages, seq 1 to 130."""
    Message.objects.bulk_create(
        Message(
            conversation=conversation,
            author=camille,
            seq=seq,
            version=seq + 1,
            body=f"n° {seq}",
            draft_digest=b"",
        )
        for seq in range(1, 131)
    )
    conversation.last_seq, conversation.version = 130, 131
    conversation.last_message = Message.objects.get(seq=130)
    conversation.save()
    return conversation


class TestAPage:
    @pytest.mark.parametrize(
        ("query", "first", "last", "has_before", "has_after"),
        [
            ("", 81, 130, True, False),
            ("?limit=3", 128, 130, True, False),
            ("?limit=100", 31, 130, True, False),
            ("?before=81", 31, 80, True, True),
            ("?before=31", 1, 30, False, True),
            ("?before=2&limit=5", 1, 1, False, True),
            ("?after=0&limit=5", 1, 5, False, True),
            ("?after=128", 129, 130, True, False),
            ("?around=60&limit=10", 55, 64, True, True),
            ("?around=1&limit=10", 1, 10, False, True),
            ("?around=130&limit=10", 125, 130, True, False),
        ],
    )
    def test_history_page_is_in_seq_order_and_says_what_is_beside_it(
        self, api: Call, odile: User, long_conversation: Conversation,
        query: str, first: int, last: int, has_before: bool, has_after: bool,
    ) -> None:  # fmt: skip
        page = api(odile).get(of(long_conversation, "messages") + query).json()

        assert [shown["seq"] for shown in page["results"]] == list(range(first, last + 1))
        assert (page["has_before"], page["has_after"]) == (has_before, has_after)

    @pytest.mark.parametrize("query", ["?before=1", "?after=130", "?after=100000"])
    def test_history_page_may_be_empty(
        self, api: Call, odile: User, long_conversation: Conversation, query: str
    ) -> None:
        answer = api(odile).get(of(long_conversation, "messages") + query)

        assert (answer.status_code, answer.json()["results"]) == (200, [])

    @pytest.mark.parametrize(
        "query",
        ["?limit=0", "?limit=101", "?before=0", "?after=-1", "?around=x", "?before=9&after=1"],
    )
    def test_history_page_with_invalid_bounds_is_refused(
        self, api: Call, odile: User, conversation: Conversation, query: str
    ) -> None:
        assert api(odile).get(of(conversation, "messages") + query).status_code == 400

    @pytest.mark.parametrize("huge", [2**31, 2**63 - 1, 2**63, 10**30])
    @pytest.mark.parametrize("bound", ["before", "after", "around"])
    def test_history_page_accepts_numbers_of_any_size(
        self, api: Call, odile: User, conversation: Conversation, bound: str, huge: int
    ) -> None:
        answer = api(odile).get(of(conversation, "messages") + f"?{bound}={huge}")

        assert answer.status_code in (200, 400)

    def test_history_page_of_an_empty_conversation_is_empty(
        self, api: Call, odile: User, conversation: Conversation
    ) -> None:
        page = api(odile).get(of(conversation, "messages")).json()

        assert [line["kind"] for line in page.pop("lines")] == ["opened", "assigned"]
        assert page == {"results": [], "has_before": False, "has_after": False}

    def test_history_walked_back_from_the_end_misses_nothing(
        self, api: Call, odile: User, long_conversation: Conversation
    ) -> None:
        address, found = of(long_conversation, "messages"), list[int]()
        page = api(odile).get(f"{address}?limit=40").json()
        while True:
            found = [shown["seq"] for shown in page["results"]] + found
            if not page["has_before"]:
                break
            page = api(odile).get(f"{address}?limit=40&before={found[0]}").json()

        assert found == list(range(1, 131))


class TestAMessageByItsAddress:
    def test_message_is_found_in_its_own_conversation_only(
        self, api: Call, camille: User, odile: User, other_conversation: Conversation, say: Say
    ) -> None:
        message = say(camille, "Bonjour")
        elsewhere = of(other_conversation, f"messages/{message.pk}")

        assert api(odile).get(of_message(message)).status_code == 200
        assert api(camille).get(elsewhere).status_code == 404
        assert api(camille).patch(elsewhere, {"body": "Non"}).status_code == 404
        assert api(camille).delete(elsewhere).status_code == 404
        assert api(odile).get(f"{elsewhere}/revisions").status_code == 404


def changes(api: Call, person: User, conversation: Conversation, since: int) -> Any:
    return api(person).get(of(conversation, f"changes?since={since}")).json()


class TestChanges:
    def test_changes_are_empty_when_nothing_changed(
        self, api: Call, odile: User, conversation: Conversation
    ) -> None:
        assert changes(api, odile, conversation, 1) == {
            "epoch": current_epoch(),
            "start_anew": False,
            "version": 1,
            "complete": True,
            "conversation": None,
            "messages": [],
            "lines": [],
            "read": [],
        }

    def test_changes_since_a_version_of_before_a_restore_are_everything(
        self, api: Call, camille: User, odile: User, conversation: Conversation, say: Say
    ) -> None:
        say(camille, "Bonjour")

        of_now, of_before = (changes(api, odile, conversation, since) for since in (0, 3))

        assert of_before == {**of_now, "start_anew": True}
        assert (of_before["version"], len(of_before["messages"])) == (2, 1)

    def test_changes_carry_the_epoch_that_a_command_renews(
        self, api: Call, odile: User, conversation: Conversation
    ) -> None:
        before = changes(api, odile, conversation, 1)["epoch"]

        call_command("new_epoch", stdout=StringIO())

        after = changes(api, odile, conversation, 1)
        assert after["epoch"] != before
        assert after["epoch"] == api(odile).get("/api/v1/me").json()["epoch"]

    def test_changes_carry_an_epoch_though_its_row_was_not_restored(
        self, api: Call, odile: User, conversation: Conversation
    ) -> None:
        before = changes(api, odile, conversation, 1)["epoch"]
        Epoch.objects.all().delete()

        after = [changes(api, odile, conversation, 1)["epoch"] for _ in range(2)]

        assert after[0] == after[1] != before

    def test_changes_hold_each_message_as_it_is_now_in_version_order(
        self, api: Call, camille: User, odile: User, conversation: Conversation, say: Say
    ) -> None:
        first, second, third = (say(camille, body) for body in ("Un", "Deux", "Trois"))
        edit_message(editor=camille, message=first, body="Premier")
        delete_message(remover=camille, message=second)

        told = changes(api, odile, conversation, third.version - 1)

        assert [(shown["seq"], shown["body"]) for shown in told["messages"]] == [
            (3, "Trois"),
            (1, "Premier"),
            (2, ""),
        ]
        conversation.refresh_from_db()
        assert told["version"] == conversation.version

    def test_changes_hold_the_conversation_with_the_readers_own_counter(
        self, api: Call, odile: User, conversation: Conversation
    ) -> None:
        change_conversation(editor=odile, conversation=conversation, changes={"subject": "Parquet"})

        told = changes(api, odile, conversation, 1)

        assert told["conversation"] == api(odile).get(of(conversation)).json()

    def test_changes_hold_the_read_marks_that_moved(
        self, api: Call, camille: User, odile: User, conversation: Conversation, say: Say
    ) -> None:
        message = say(camille, "Bonjour")
        read_up_to(reader=odile, conversation=conversation, seq=1)

        told = changes(api, camille, conversation, message.version)

        assert told["read"] == [{"user": str(odile.pk), "last_read_seq": 1}]

    def test_changes_are_cut_when_there_are_many(
        self,
        api: Call,
        odile: User,
        long_conversation: Conversation,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(shown, "CHANGES_LIMIT", 50)
        since, found, rounds = 0, list[int](), 0
        while True:
            told = changes(api, odile, long_conversation, since)
            found += [shown["seq"] for shown in told["messages"]]
            since, rounds = told["version"], rounds + 1
            if told["complete"]:
                break

        assert (found, since, rounds) == (list(range(1, 131)), 131, 3)

    @pytest.mark.parametrize("since", ["", "x", "-1"])
    def test_changes_without_a_valid_version_are_refused(
        self, api: Call, odile: User, conversation: Conversation, since: str
    ) -> None:
        address = of(conversation, f"changes?since={since}")

        assert api(odile).get(address).status_code == 400
        assert api(odile).get(of(conversation, "changes")).status_code == 400

    @pytest.mark.parametrize("since", [2**63, 10**30])
    def test_changes_accept_numbers_of_any_size(
        self, api: Call, odile: User, conversation: Conversation, since: int
    ) -> None:
        answer = api(odile).get(of(conversation, f"changes?since={since}"))

        assert answer.status_code in (200, 400)


class TestASearch:
    """Words, whatever the accents and the capitals."""

    def found(self, api: Call, person: User, words: str) -> list[str]:
        answer = api(person).get("/api/v1/conversations", {"q": words})
        return [shown["subject"] for shown in answer.json()["results"]]

    @pytest.mark.parametrize(
        "words",
        [
            "séjour", "sejour", "SEJOUR", "Séj", "carrelage sejour", "sejour carrel",
            "fendu", "fêlure", "felure", "œuvre", "lumière", "LUMIERE", "morel", "ou\u0301",
        ],
    )  # fmt: skip
    def test_search_finds_subject_message_client_and_chantier(
        self, api: Call, camille: User, odile: User, say: Say, words: str
    ) -> None:
        say(camille, "Un carreau est fendu : fêlure de 3 cm. Gros œuvre. Où passer ?")

        assert self.found(api, odile, words) == ["Carrelage du séjour"]

    @pytest.mark.parametrize("words", ["plomberie", "fendu plomberie", "ndu", "&", "!", "' | :*"])
    def test_search_finds_nothing_else(
        self, api: Call, camille: User, odile: User, say: Say, words: str
    ) -> None:
        say(camille, "Un carreau est fendu")

        assert self.found(api, odile, words) == []

    @pytest.mark.parametrize("words", ["a & b", "'); DROP", "\\", "a:*b", "<->", "é" * 500, "_"])
    def test_search_accepts_anything_people_type(
        self, api: Call, odile: User, conversation: Conversation, words: str
    ) -> None:
        assert api(odile).get("/api/v1/conversations", {"q": words}).status_code == 200

    def test_search_finds_no_deleted_text_and_notes_for_the_company_alone(
        self, api: Call, camille: User, odile: User, conversation: Conversation, say: Say
    ) -> None:
        delete_message(remover=camille, message=say(camille, "zinguerie"))
        api(odile).post(of(conversation, "notes"), {"body": "chéneau"})

        for person in (camille, odile):
            assert self.found(api, person, "zinguerie") == []
        assert self.found(api, camille, "chéneau") == []
        assert self.found(api, odile, "chéneau") == [conversation.subject]


def test_times_are_in_utc(
    api: Call, camille: User, odile: User, conversation: Conversation, say: Say
) -> None:
    before = timezone.now()
    say(camille, "Bonjour")

    shown = api(odile).get(of(conversation)).json()

    for moment in (shown["created_at"], shown["last_activity_at"], shown["awaiting_reply_since"]):
        assert moment.endswith("Z")
    assert shown["last_activity_at"][:13] == before.isoformat()[:13]
