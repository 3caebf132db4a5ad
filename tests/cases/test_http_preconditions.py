"""CASES 5, versions: `If-Match` of an old one is a 412, `If-None-Match` of today's one a 304."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from core.models import User
from messaging.models import Conversation, Message, MessageRevision, Note
from tests.at_once import at_once
from tests.cases.operations import READING, World, differing, error_of, world
from tests.cast import Call, Say

__all__ = ["world"]

# Figures of this very moment, and a file.
OF_THE_MOMENT = {
    f"/api/v1/staff/tasks/{name}" for name in ("summary", "queues", "schedules", "series", "export")
} | {"/api/v1/audit/export"}


def conversation_of(world: World) -> str:
    return f"/api/v1/conversations/{world.conversation.pk}"


def message_of(world: World) -> str:
    return f"{conversation_of(world)}/messages/{world.message.pk}"


def note_of(world: World) -> str:
    return f"{conversation_of(world)}/notes/{world.note.pk}"


VERSIONED: dict[str, tuple[Callable[[World], str], dict[str, str], dict[str, str]]] = {
    "conversation": (conversation_of, {"subject": "Portail"}, {"subject": "Clôture"}),
    "message": (message_of, {"body": "Oui"}, {"body": "Non"}),
    "note": (note_of, {"body": "Oui"}, {"body": "Non"}),
}
# Not versioned by a number: its entity tag is of what it shows.
OTHERS = {
    "preferences": (lambda world: "/api/v1/preferences", {"push": False}, {"push": True}),
}
CHANGED = VERSIONED | OTHERS


@pytest.fixture
def caller(api: Call, world: World) -> APIClient:
    return api(world.marc)


@pytest.mark.django_db
class TestIfMatch:
    @pytest.mark.parametrize("what", CHANGED)
    def test_if_match_of_an_old_version_on_patch_is_a_412(
        self, caller: APIClient, world: World, what: str
    ) -> None:
        place, first, second = CHANGED[what]
        path = place(world)
        old = caller.get(path)["ETag"]
        assert caller.patch(path, first, headers={"If-Match": old}).status_code == 200

        answer = caller.patch(path, second, headers={"If-Match": old})

        assert error_of(answer)[0] == 412
        assert caller.get(path).json().items() >= first.items()

    @pytest.mark.parametrize("what", VERSIONED)
    def test_if_match_of_an_old_version_on_delete_is_a_412(
        self, caller: APIClient, world: World, what: str
    ) -> None:
        place, first, _second = VERSIONED[what]
        path = place(world)
        old = caller.get(path)["ETag"]
        new = caller.patch(path, first)["ETag"]

        assert error_of(caller.delete(path, headers={"If-Match": old}))[0] == 412
        assert caller.delete(path, headers={"If-Match": new}).status_code == 204

    @pytest.mark.parametrize("what", CHANGED)
    def test_tag_of_what_was_written_is_that_of_what_is_read_next(
        self, caller: APIClient, world: World, what: str
    ) -> None:
        place, first, second = CHANGED[what]
        path = place(world)

        written = caller.patch(path, first)

        assert written.get("ETag", caller.get(path)["ETag"]) == caller.get(path)["ETag"]
        tag = caller.get(path)["ETag"]
        assert caller.patch(path, second, headers={"If-Match": tag}).status_code == 200

    @pytest.mark.parametrize("what", CHANGED)
    @pytest.mark.parametrize(
        ("form", "status"),
        [
            ("{old}, {new}", 200), ("{new},{old}", 200), ('"nonsense" , {new}', 200), ("*", 200),
            ("W/{new}", 200), ("{old}", 412), ('"nonsense"', 412), ('""', 412), ("W/{old}", 412),
            ('"0"', 412), ('"é"', 412), ("", 400), ("nonsense", 400), ('"open', 400), ("**", 400),
            ('{new} {new}', 400), ("{new},", 400), ("'1'", 400), ("*, {new}", 400), ("\0", 400),
        ],
    )  # fmt: skip
    def test_other_forms_of_if_match(
        self, caller: APIClient, world: World, what: str, form: str, status: int
    ) -> None:
        place, first, second = CHANGED[what]
        path = place(world)
        old = caller.get(path)["ETag"]
        caller.patch(path, first)
        header = form.format(old=old, new=caller.get(path)["ETag"])

        answer = caller.patch(path, second, headers={"If-Match": header})

        assert answer.status_code == status, answer.content
        assert status == 200 or error_of(answer)[0] == status

    @pytest.mark.parametrize("what", VERSIONED)
    def test_version_alone_is_a_tag(self, caller: APIClient, world: World, what: str) -> None:
        place, first, second = VERSIONED[what]
        path = place(world)
        version = caller.patch(path, first)["ETag"].strip('"').partition("-")[0]

        right = caller.patch(path, second, headers={"If-Match": f'"{version}"'})
        wrong = caller.patch(path, first, headers={"If-Match": f'"{version}"'})

        assert (right.status_code, wrong.status_code) == (200, 412)

    @pytest.mark.parametrize("what", VERSIONED)
    def test_if_match_of_what_may_not_be_seen_stays_a_404(
        self, api: Call, yanis: User, world: World, what: str
    ) -> None:
        place, first, _second = VERSIONED[what]
        for method in ("patch", "delete"):
            call = getattr(api(yanis), method)
            assert error_of(call(place(world), first, headers={"If-Match": '"1"'}))[0] == 404

    def test_if_match_where_nothing_has_a_tag_is_a_412(
        self, caller: APIClient, world: World
    ) -> None:
        path = f"{conversation_of(world)}/read"

        assert error_of(caller.put(path, {"seq": 1}, headers={"If-Match": '"1"'}))[0] == 412
        assert caller.put(path, {"seq": 1}, headers={"If-Match": "*"}).status_code == 200

    def test_if_none_match_of_the_present_version_on_patch_is_a_412(
        self, caller: APIClient, world: World
    ) -> None:
        path = conversation_of(world)

        for header in (caller.get(path)["ETag"], "*"):
            answer = caller.patch(path, {"subject": "Portail"}, headers={"If-None-Match": header})
            assert error_of(answer)[0] == 412

    def test_if_match_of_an_old_version_on_get_is_a_412(
        self, caller: APIClient, world: World
    ) -> None:
        path = conversation_of(world)
        old = caller.get(path)["ETag"]
        caller.patch(path, {"subject": "Portail"})

        assert error_of(caller.get(path, headers={"If-Match": old}))[0] == 412


@pytest.mark.django_db(transaction=True)
class TestTwoChangesAtOnce:
    @pytest.mark.parametrize("what", VERSIONED)
    def test_of_two_changes_of_one_version_one_wins(
        self, caller: APIClient, world: World, what: str
    ) -> None:
        place, first, second = VERSIONED[what]
        path, tag = place(world), caller.get(place(world))["ETag"]

        def change(to: dict[str, str]) -> Any:
            own = APIClient()
            own.force_authenticate(world.marc)
            return own.patch(path, to, headers={"If-Match": tag}).status_code

        answers = at_once(lambda: change(first), lambda: change(second))

        assert sorted(answers) == [200, 412]


@pytest.mark.django_db
class TestIfNoneMatch:
    def test_everything_that_is_read_has_a_tag_and_answers_304(self, world: World) -> None:
        answers = {}
        for operation in READING:
            first = world.call(operation)
            if first.status_code != 200 or operation.path in OF_THE_MOMENT:
                continue
            again = world.call(operation, **{"If-None-Match": first["ETag"]})
            found = (again.status_code, again.content, again["ETag"])
            answers[str(operation)] = found == (304, b"", first["ETag"])

        assert len(answers) > 20
        assert differing(answers, True) == {}

    def test_list_answers_304_until_something_changes(
        self, caller: APIClient, world: World, say: Say, camille: User
    ) -> None:
        tag = caller.get("/api/v1/conversations")["ETag"]
        assert self.status(caller, tag) == 304

        say(camille, "Une autre question")
        assert self.status(caller, tag) == 200

    def test_conversation_answers_200_when_only_the_readers_own_counter_changed(
        self, caller: APIClient, world: World
    ) -> None:
        path = conversation_of(world)
        tag = caller.get(path)["ETag"]
        world.conversation.participants.filter(user=world.marc).update(unread_count=7)

        answer = caller.get(path, headers={"If-None-Match": tag})

        assert (answer.status_code, answer.json()["unread_count"]) == (200, 7)

    @pytest.mark.parametrize(
        ("form", "status"),
        [
            ("{tag}", 304), ("W/{tag}", 304), ('"x", {tag}', 304), ("*", 304), ('"x"', 200),
            ("nonsense", 200), ("", 200), ("\0", 200),
        ],
    )  # fmt: skip
    def test_other_forms_of_if_none_match(
        self, caller: APIClient, world: World, form: str, status: int
    ) -> None:
        header = form.format(tag=caller.get("/api/v1/conversations")["ETag"])

        assert self.status(caller, header) == status

    def test_answers_are_kept_by_the_reader_alone_and_asked_for_again(
        self, caller: APIClient, world: World
    ) -> None:
        answer = caller.get(conversation_of(world))

        assert answer["Cache-Control"] == "private, no-cache"

    def test_other_language_and_other_reader_have_other_tags(
        self, api: Call, world: World, camille: User, say: Say
    ) -> None:
        say(world.marc, "Oui")
        path = conversation_of(world)
        world.conversation.participants.filter(user=camille).update(unread_count=2)

        assert api(world.marc).get(path)["ETag"] != api(camille).get(path)["ETag"]

    @staticmethod
    def status(caller: APIClient, tag: str) -> int:
        answer = caller.get("/api/v1/conversations", headers={"If-None-Match": tag})
        return int(answer.status_code)


@pytest.mark.django_db
def test_refused_change_leaves_no_trace(caller: APIClient, world: World) -> None:
    before = Conversation.objects.get(pk=world.conversation.pk).version

    for place, first, _second in VERSIONED.values():
        for method in ("patch", "delete"):
            change = getattr(caller, method)
            answer = change(place(world), first, headers={"If-Match": f'"{uuid4()}"'})
            assert error_of(answer)[0] == 412

    assert Conversation.objects.get(pk=world.conversation.pk).version == before
    assert Message.objects.get(pk=world.message.pk).body == "Le carreau est fendu"
    assert Note.objects.get(pk=world.note.pk).deleted_at is None
    assert not MessageRevision.objects.exists()
