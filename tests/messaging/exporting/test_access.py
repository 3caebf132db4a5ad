"""Who may export what: as on the screens; all of a client or a person is for managers."""

import pytest

from core.models import Chantier, User
from messaging.exporting.choices import choices_for
from messaging.models import Conversation, Export
from tests.cast import Call, Say

PEOPLE = ("camille", "bruno", "yanis", "odile", "marc")
#                      camille bruno yanis odile marc
MATRIX = {
    "conversation":     (201,    201,  404,  201,  201),
    "chantier":         (201,    201,  404,  201,  201),
    "client":           (201,    201,  404,  403,  201),
    "person: Camille":  (201,    404,  404,  403,  201),
    "person: Odile":    (404,    404,  404,  201,  201),
    "person: Marc":     (404,    404,  404,  403,  201),
}  # fmt: skip
CASES = [
    (what, person, status)
    for what, statuses in MATRIX.items()
    for person, status in zip(PEOPLE, statuses, strict=True)
]


@pytest.fixture
def subjects(
    conversation: Conversation, villa: Chantier, camille: User, odile: User, marc: User
) -> dict[str, str]:
    return {
        "conversation": str(conversation.pk),
        "chantier": str(villa.pk),
        "client": str(conversation.client_id),
        "person: Camille": str(camille.pk),
        "person: Odile": str(odile.pk),
        "person: Marc": str(marc.pk),
    }


@pytest.mark.parametrize(("what", "name", "status"), CASES)
def test_export_is_asked_for_by_who_may(
    what: str, name: str, status: int, subjects: dict[str, str], yanis: User,
    request: pytest.FixtureRequest, api: Call,
) -> None:  # fmt: skip
    person = request.getfixturevalue(name)
    asked = {"kind": what.partition(":")[0], "subject": subjects[what]}

    answer = api(person).post("/api/v1/exports", asked, format="json")

    assert answer.status_code == status, answer.content
    assert Export.objects.filter(by=person).count() == (status == 201)


def test_choices_are_what_may_be_asked_for(
    conversation: Conversation, camille: User, odile: User, marc: User, say: Say
) -> None:
    say(camille, "Bonjour")

    def offered(person: User) -> list[tuple[str, str]]:
        return [(each.kind, each.label) for each in choices_for(person, conversation.pk)]

    here = [("conversation", "Carrelage du séjour"), ("chantier", "Villa Lumière")]
    assert offered(camille) == [*here, ("client", "Famille Morel"), ("person", "Camille Morel")]
    assert offered(odile) == [*here, ("person", "Odile Perrin")]
    assert ("person", "Bruno Morel") in offered(marc)


def test_export_that_was_asked_for_is_not_given_to_who_changed_clients(
    conversation: Conversation, bruno: User, yanis: User, api: Call
) -> None:
    export = Export.objects.create(
        by=bruno, kind="conversation", subject=conversation.pk, label="Villa", locale="fr",
        status="ready", due_at=None,
    )  # fmt: skip
    bruno.client = yanis.client
    bruno.save()

    answer = api(bruno).get(f"/api/v1/exports/{export.pk}/content")

    assert answer.status_code == 404


def test_second_tap_gets_the_first_export(
    conversation: Conversation, marc: User, api: Call
) -> None:
    asked = {"kind": "conversation", "subject": str(conversation.pk)}

    first = api(marc).post("/api/v1/exports", asked, format="json")
    second = api(marc).post("/api/v1/exports", asked, format="json")

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["id"] == second.json()["id"]
