"""The verifier on conversations with a history of their own: each export passes, forgeries do not.

Each of `histories` is exported for a manager with internal notes, for a client, and as the data of
a person.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from core.models import Chantier, User
from messaging.actions import exports
from messaging.exporting import build
from messaging.exporting.scope import scope_for
from messaging.models import Conversation, Export
from tests.messaging.chain.conftest import verify
from tests.messaging.exporting.histories import (
    HISTORIES,
    History,
    Place,
    author_anonymised,
    colleague_anonymised,
    colleagues_merged,
    file_was_refused_by_the_antivirus,
    file_was_withdrawn_with_its_message,
    merged_into_another,
    moved_messages_were_purged,
    older_and_changed_since,
    older_than_its_chain,
    people_merged,
    purge_was_stopped_by_a_hold,
    rename_everything,
    split_off,
    took_another_in,
)
from tests.messaging.exporting.making import finish, make, unpacked, verified
from tests.messaging.exporting.tampering import Forger, Rows
from workers.engine.execute import execute
from workers.registry import EXPORTS as EXPORTING

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def place(
    camille: User, bruno: User, odile: User, marc: User, conversation: Conversation,
    other_conversation: Conversation,
) -> Place:  # fmt: skip
    garage = Chantier.objects.create(client=conversation.client, name="Garage")
    found = Place(camille, bruno, odile, marc, garage, conversation, other_conversation)
    found.live()
    return found


# What may be exported of a place: by whom, and of what.
EXPORTS: dict[str, Callable[[Place], Export]] = {
    "manager": lambda it: make(it.marc, "client", it.garage.client_id, with_notes=True),
    "client": lambda it: make(it.camille, "client", it.garage.client_id),
    "person": lambda it: make(it.marc, "person", it.camille.pk),
}


@pytest.mark.parametrize("history", HISTORIES, ids=lambda history: history.__name__)
def test_each_export_of_a_history_is_verified(
    place: Place, history: History, tmp_path: Path
) -> None:
    history(place)
    assert verify()[0] == 0, verify("--json")[1]

    for name, export in EXPORTS.items():
        code, said = verified(unpacked(export(place.fresh()), tmp_path / name))
        assert code == 0, f"{name}: {said}"
        assert "Traceback" not in said, name


OVERTAKING: list[History] = [
    merged_into_another,
    took_another_in,
    split_off,
    people_merged,
    colleagues_merged,
    colleague_anonymised,
    rename_everything,
    file_was_withdrawn_with_its_message,
]


@pytest.mark.parametrize("history", OVERTAKING, ids=lambda history: history.__name__)
def test_export_during_which_it_happens_is_verified(
    place: Place, history: History, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "SLICE_SECONDS", -1.0)
    scope = scope_for(place.marc, "conversation", place.conversation.pk)
    export = exports.ask_export(place.marc, scope, with_notes=True, with_files=True).export
    # The page and the PDF are written, the data are not.
    for _slice in range(2):
        execute(EXPORTING, export.pk)
    history(place)
    export.refresh_from_db()
    assert export.is_under_way

    code, said = verified(unpacked(finish(export), tmp_path))

    assert code == 0, said


def other_text(rows: Rows) -> None:
    """Change the text of the last message that has one."""
    [*_, last] = [row for row in rows if row["text"]]
    last["text"] += " Ou mardi."


def without_one(rows: Rows) -> None:
    rows.pop(1)


def other_reading(rows: Rows) -> None:
    rows[0]["up_to_seq"] += 3
    rows[0]["is_chained"] = False


def other_author(rows: Rows) -> None:
    last = rows[-1]
    last["author"] = next(row["author"] for row in rows if row["author"] != last["author"])


MESSAGES, READINGS = "data/001-*/messages-01.jsonl", "data/001-*/lectures.jsonl"
FORGERIES: list[tuple[History, str, Callable[[Rows], None], str]] = [
    (older_than_its_chain, MESSAGES, other_text, "texte modifié"),
    (older_than_its_chain, "chaine/001-*/debut.jsonl", without_one, "d'avant la chaîne (1 à 7)"),
    (older_and_changed_since, MESSAGES, other_author, "auteur modifié"),
    (older_than_its_chain, MESSAGES, without_one, "message manquant : on attendait le n° 2"),
    (people_merged, MESSAGES, other_text, "texte modifié"),
    (people_merged, MESSAGES, other_author, "auteur modifié"),
    (people_merged, READINGS, other_reading, "marque de lecture ajoutée ou modifiée"),
    (people_merged, READINGS, without_one, "marque de lecture manquante"),
    (took_another_in, MESSAGES, other_author, "auteur modifié"),
    (author_anonymised, MESSAGES, other_text, "texte modifié"),
    (moved_messages_were_purged, MESSAGES, other_text, "texte modifié"),
    (moved_messages_were_purged, MESSAGES, without_one, "message manquant : on attendait le n° 2"),
    (purge_was_stopped_by_a_hold, MESSAGES, other_text, "texte modifié"),
    (file_was_refused_by_the_antivirus, MESSAGES, other_text, "texte modifié"),
]


@pytest.mark.parametrize(
    ("history", "file", "forge", "named"), FORGERIES,
    ids=[f"{history.__name__}-{forge.__name__}" for history, _, forge, _ in FORGERIES],
)  # fmt: skip
def test_alteration_of_a_history_is_named(
    place: Place, history: History, file: str, forge: Callable[[Rows], None], named: str,
    tmp_path: Path,
) -> None:  # fmt: skip
    history(place)
    folder = unpacked(EXPORTS["manager"](place.fresh()), tmp_path)
    forger = Forger(folder)
    forger.rows(file, forge)
    forger.sums()

    code, said = verified(folder)

    assert code == 1, said
    assert named in said.partition("L'EXPORT A ÉTÉ MODIFIÉ")[2], said
